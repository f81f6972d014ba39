// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Outcome;
import io.changetrail.model.Phase;
import io.changetrail.model.Provenance;
import io.changetrail.model.Resource;
import io.changetrail.model.Target;
import io.changetrail.model.diff.StructuralDiff;
import io.changetrail.server.RunningServer.Answer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Changes that restore what was in force before are found, whatever their senders call them. */
class RollbackTest {
  @TempDir private Path data;
  private final Instant noon =
      Instant.now().truncatedTo(ChronoUnit.HOURS).minus(Duration.ofHours(12));
  private RunningServer server;
  private int minute;

  @BeforeEach
  void start() throws Exception {
    server = RunningServer.start(data);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  /** A deployment, each half an hour after the one before. */
  private AuditEvent.Builder deployed(String id, Provenance what) {
    minute += 30;
    return Events.deployment(id, noon.plus(Duration.ofMinutes(minute)), "checkout", "prod")
        .provenance(what);
  }

  private static Provenance of(String fact, int number) {
    return switch (fact) {
      case "digest" ->
          new Provenance(
              null,
              null,
              List.of(
                  new Provenance.Artifact(
                      null, "sha256:" + Integer.toString(number).repeat(64), null)));
      case "revision" ->
          new Provenance(Events.commit(Integer.toString(number).repeat(40)), null, List.of());
      case "version" ->
          new Provenance(null, null, List.of(new Provenance.Artifact(null, null, "1." + number)));
      default -> throw new IllegalArgumentException(fact);
    };
  }

  private AuditEvent.Builder flag(String id, String before, String after) {
    minute += 30;
    return AuditEvent.builder(
            new EventRef("https://app.launchdarkly.com", id),
            noon.plus(Duration.ofMinutes(minute)),
            Actor.user("grace", Actor.Evidence.DECLARED),
            Change.of(ChangeKind.FEATURE_FLAG, Phase.OCCURRED, "update")
                .state(StructuralDiff.between(Events.json(before), Events.json(after)))
                .summary(id)
                .build())
        .target(
            Target.service("checkout", "prod")
                .withResource(new Resource(Resource.FEATURE_FLAG, "new-totals", null)));
  }

  /** The changes by the id of their first event at its source, each with what it undoes. */
  private Map<String, List<String>> undoing(String... parameters) throws Exception {
    Map<String, String> sourceIds = new LinkedHashMap<>();
    for (JsonNode event : server.get("/v1/events", "limit", "1000").json().path("events")) {
      sourceIds.put(event.path("eventid").asText(), event.path("id").asText());
    }
    Answer answer = server.get("/v1/changes", parameters);
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    Map<String, List<String>> undoing = new LinkedHashMap<>();
    for (JsonNode change : answer.json().path("changes")) {
      List<String> undone = new java.util.ArrayList<>();
      change.path("rollbackOf").forEach(id -> undone.add(sourceIds.get(id.asText())));
      assertThat(change.path("rollback").asBoolean()).isEqualTo(!undone.isEmpty());
      if (!undone.isEmpty()) {
        undoing.put(sourceIds.get(change.path("id").asText()), undone);
      }
    }
    return undoing;
  }

  @ParameterizedTest
  @ValueSource(strings = {"digest", "revision", "version"})
  void R8_aRedeployOfWhatWasDeployedBeforeIsARollbackOfWhatCameBetween(String fact)
      throws Exception {
    server.store(
        deployed("one", of(fact, 1)).build(),
        deployed("two", of(fact, 2)).build(),
        deployed("back", of(fact, 1)).build());

    assertThat(undoing()).isEqualTo(Map.of("back", List.of("two")));
    JsonNode two = server.get("/v1/changes").json().at("/changes/1");
    JsonNode back = server.get("/v1/changes").json().at("/changes/0");
    assertThat(two.path("rolledBackBy").asText()).isEqualTo(back.path("id").asText());
  }

  @Test
  void R8_itUndoesAllThatCameBetweenTheLatestFirst() throws Exception {
    server.store(
        deployed("one", of("digest", 1)).build(),
        deployed("two", of("digest", 2)).build(),
        deployed("three", of("digest", 3)).build(),
        deployed("back", of("digest", 1)).build());

    assertThat(undoing()).isEqualTo(Map.of("back", List.of("three", "two")));
  }

  @Test
  void R8_theEarlierVersionMayHaveBeenDeployedLongBeforeTheWindowThatIsAskedFor() throws Exception {
    server.store(
        deployed("one", of("digest", 1)).time(noon.minus(Duration.ofDays(20))).build(),
        deployed("two", of("digest", 2)).time(noon.minus(Duration.ofDays(3))).build(),
        deployed("back", of("digest", 1)).build(),
        flag("on", "{\"on\":false}", "{\"on\":true}").time(noon.minus(Duration.ofDays(2))).build(),
        flag("off", "{\"on\":true}", "{\"on\":false}").build());

    assertThat(undoing("from", noon.toString()))
        .isEqualTo(Map.of("back", List.of("two"), "off", List.of("on")));
    assertThat(undoing("from", noon.minus(Duration.ofDays(25)).toString()))
        .isEqualTo(Map.of("back", List.of("two"), "off", List.of("on")));
  }

  @Test
  void R8_aFlagThatGetsItsEarlierValueBackIsARollback() throws Exception {
    server.store(
        flag("half", "{\"rollout\":0}", "{\"rollout\":50}").build(),
        flag("full", "{\"rollout\":50}", "{\"rollout\":100}").build(),
        flag("none", "{\"rollout\":100}", "{\"rollout\":0}").build());

    assertThat(undoing()).isEqualTo(Map.of("none", List.of("full", "half")));
  }

  @Test
  void R8_whatIsDeployedAgainAfterItWasUndoneIsNoRollback() throws Exception {
    server.store(
        deployed("one", of("revision", 1)).build(),
        deployed("two", of("revision", 2)).build(),
        deployed("back", of("revision", 1)).build(),
        deployed("two again", of("revision", 2)).build(),
        flag("on", "{\"on\":false}", "{\"on\":true}").build(),
        flag("off", "{\"on\":true}", "{\"on\":false}").build(),
        flag("on again", "{\"on\":false}", "{\"on\":true}").build());

    assertThat(undoing()).isEqualTo(Map.of("back", List.of("two"), "off", List.of("on")));
  }

  @Test
  void R8_theSameAgainANewVersionAndAnotherEnvironmentAreNoRollback() throws Exception {
    AuditEvent denied =
        deployed("denied", of("version", 7))
            .time(noon.plus(Duration.ofMinutes(130)))
            .change(
                Change.of(ChangeKind.DEPLOYMENT, Phase.FINISHED, "deploy")
                    .outcome(Outcome.DENIED)
                    .build())
            .build();
    server.store(
        deployed("staging", of("version", 1))
            .targets(List.of(Target.service("checkout", "staging")))
            .build(),
        deployed("two", of("version", 2)).build(),
        deployed("two again", of("version", 2)).build(),
        deployed("one", of("version", 1)).build(),
        denied,
        deployed("eight", of("version", 8)).build(),
        deployed("seven", of("version", 7)).build());

    assertThat(undoing()).isEmpty();
  }

  @Test
  void R8_aTagThatMovesSaysNothing() throws Exception {
    Provenance latest =
        new Provenance(null, null, List.of(new Provenance.Artifact(null, null, "latest")));
    server.store(
        deployed("a", latest).build(),
        deployed("b", of("version", 2)).build(),
        deployed("c", latest).build());

    assertThat(undoing()).isEmpty();
  }

  @Test
  void R8_aRollbackByNameIsLinkedToWhatItCanOnlyBeOf() throws Exception {
    AuditEvent two = deployed("two", of("version", 2)).build();
    AuditEvent rollback =
        deployed("rollback", Provenance.none())
            .change(
                Change.of(ChangeKind.DEPLOYMENT, Phase.FINISHED, Change.ROLLBACK)
                    .outcome(Outcome.SUCCESS)
                    .build())
            .build();
    server.store(two, rollback);

    assertThat(undoing()).isEqualTo(Map.of("rollback", List.of("two")));
  }

  @Test
  void R8_theAnswerToAnAlertShowsThatASuspectWasRolledBack() throws Exception {
    server.store(
        deployed("one", of("digest", 1)).time(noon.minus(Duration.ofDays(9))).build(),
        deployed("two", of("digest", 2)).build(),
        deployed("back", of("digest", 1)).build());

    JsonNode answer =
        server
            .post(
                "/v1/correlate",
                "application/json",
                "{\"service\":\"checkout\",\"environment\":\"prod\",\"alertedAt\":\""
                    + noon.plus(Duration.ofMinutes(70))
                    + "\"}")
            .json();

    JsonNode suspect = answer.at("/suspects/0/change");
    assertThat(suspect.path("rolledBackBy").asText()).isNotEmpty();
    assertThat(answer.toString()).contains("\"rollbackOf\":[" + suspect.path("id") + "]");
  }
}
