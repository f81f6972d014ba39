// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Outcome;
import io.changetrail.model.Phase;
import io.changetrail.model.Target;
import io.changetrail.server.RunningServer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What people say of the suspects ranks them anew, and is kept as events. */
class FeedbackTest {
  @TempDir private Path data;
  private final Instant fired =
      Instant.now().truncatedTo(ChronoUnit.SECONDS).minus(Duration.ofHours(2));
  private RunningServer server;
  private Terminal terminal;
  private String incident = "";

  @BeforeEach
  void start() throws Exception {
    server = RunningServer.start(data);
    terminal = Terminal.at(server.address());
    terminal
        .typing(
            Stream.of(
                    event("incident-1", fired, ChangeKind.INCIDENT, "detect", Phase.STARTED),
                    event("first", fired.minusSeconds(60), ChangeKind.DEPLOYMENT, "deploy", null),
                    event("second", fired.minusSeconds(90), ChangeKind.SCALE, "scale", null))
                .map(Release::json)
                .collect(Collectors.joining("\n")))
        .run("emit", "--file=-")
        .succeeded();
    incident = Release.eventId(terminal, "incident-1");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static AuditEvent event(
      String id, Instant time, ChangeKind kind, String action, Phase phase) {
    return AuditEvent.builder(
            new EventRef("/test", id),
            time,
            Actor.user("ada", Actor.Evidence.DECLARED),
            Change.of(kind, phase == null ? Phase.FINISHED : phase, action)
                .outcome(phase == null ? Outcome.SUCCESS : null)
                .summary(id)
                .build())
        .target(Target.service("checkout", "prod"))
        .build();
  }

  private JsonNode correlation() {
    return terminal.run("correlations", incident, "--json").succeeded().json().get(0);
  }

  private List<String> ranking() {
    List<String> summaries = new ArrayList<>();
    correlation()
        .at("/answer/suspects")
        .forEach(suspect -> summaries.add(suspect.at("/change/summary").asText()));
    return summaries;
  }

  private void scoresAreTheProductOfTheirFactors() {
    for (JsonNode suspect : correlation().at("/answer/suspects")) {
      double product = 1;
      for (JsonNode factor : suspect.path("factors")) {
        product *= 1 - factor.path("weight").asDouble() * (1 - factor.path("value").asDouble());
      }
      assertThat(suspect.path("score").asDouble())
          .isCloseTo(product, org.assertj.core.api.Assertions.within(2e-4));
    }
  }

  @Test
  void R2_notThisOneSinksASuspectAndItWasThisOneRaisesIt() {
    assertThat(ranking()).containsExactly("first", "second");
    String first = Release.eventId(terminal, "first");
    String second = Release.eventId(terminal, "second");

    terminal.run("feedback", incident, first, "--not", "--reason=it was idle").succeeded();
    assertThat(ranking()).containsExactly("second", "first");
    scoresAreTheProductOfTheirFactors();

    Terminal.Result confirmed = terminal.run("feedback", incident, second, "--cause");
    assertThat(confirmed.succeeded().out()).contains("explained", "says that it was this one");
    assertThat(correlation().at("/answer/verdict").asText()).isEqualTo("explained");
    assertThat(correlation().path("feedback")).hasSize(2);
    scoresAreTheProductOfTheirFactors();

    terminal.run("feedback", incident, first, "--cause").succeeded();
    terminal.run("feedback", incident, second, "--not").succeeded();
    assertThat(ranking()).containsExactly("first", "second");
    assertThat(correlation().path("feedback")).hasSize(2);
  }

  @Test
  void R2_whenNoneIsLeftTheAnswerIsThatNoneExplainsIt() {
    terminal.run("feedback", incident, Release.eventId(terminal, "first"), "--not").succeeded();
    terminal.run("feedback", incident, Release.eventId(terminal, "second"), "--not").succeeded();

    assertThat(correlation().at("/answer/verdict").asText()).isEqualTo("none");
  }

  @Test
  void U4_thePostMortemOfAnIncidentHasWhatPeopleSaidAndTheSuspectsAsThatLeavesThem() {
    String second = Release.eventId(terminal, "second");
    terminal.run("feedback", incident, second, "--cause", "--reason=seen in logs").succeeded();

    String page = terminal.run("correlations", incident, "--postmortem").succeeded().out();
    JsonNode json =
        terminal.run("correlations", incident, "--postmortem", "--json").succeeded().json().get(0);

    assertThat(page)
        .startsWith("# Post-mortem: checkout in prod")
        .contains("**explained**", "## What people said", ": it was second (seen in logs)")
        .contains("**The alert fired**", "**It began, within this time**", "change `" + second);
    assertThat(page.substring(page.indexOf("## Suspects"), page.indexOf("## What people said")))
        .containsSubsequence("1. ", " second", "2. ", " first");
    assertThat(json.at("/incident/id").asText()).isEqualTo(incident);
    assertThat(json.at("/suspects/0/change/summary").asText()).isEqualTo("second");
    assertThat(json.at("/feedback/0/reason").asText()).isEqualTo("seen in logs");
    assertThat(json.at("/chain/0/proof/leaf").asText()).matches("[0-9a-f]{64}");
    assertThat(terminal.run("correlations", "none", "--postmortem").err())
        .contains("there is no such incident");
    assertThat(terminal.run("correlations", "--postmortem").exitCode()).isEqualTo(ExitCodes.USAGE);
  }

  @Test
  void R2_feedbackIsAnEventOnTheTimelineOfTheChange() {
    terminal
        .run("feedback", incident, Release.eventId(terminal, "first"), "--not", "--reason=idle")
        .succeeded();

    JsonNode event =
        terminal
            .run("query", "--json", "--service=checkout", "--action=reject_cause")
            .succeeded()
            .json()
            .get(0);
    assertThat(event.toString()).contains("It was not this one: first", "idle");
    assertThat(terminal.run("changes", "--json").json()).hasSize(2);
  }

  @Test
  void feedbackOnWhatIsNotThereSaysSo() {
    String first = Release.eventId(terminal, "first");

    assertThat(terminal.run("feedback", incident, "nothing", "--cause").err())
        .contains("is not the id of a change");
    assertThat(terminal.run("feedback", incident, incident, "--cause").err())
        .contains("is not the id of a change");
    assertThat(terminal.run("feedback", first, first, "--cause").err())
        .contains("there is no such incident");
    assertThat(terminal.run("feedback", incident, first).exitCode()).isEqualTo(ExitCodes.USAGE);
  }

  @Test
  void correlationsListsTheIncidents() {
    assertThat(terminal.run("correlations").succeeded().out()).contains("incident-1", "firing");
    assertThat(terminal.run("correlations", "--json").json()).hasSize(1);
    assertThat(terminal.run("correlations", incident).succeeded().out())
        .contains("1. ", "2. ", "because");
  }
}
