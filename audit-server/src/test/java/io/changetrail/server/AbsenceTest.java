// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Links;
import io.changetrail.model.Outcome;
import io.changetrail.model.Phase;
import io.changetrail.model.Provenance;
import io.changetrail.model.Resource;
import io.changetrail.model.Target;
import io.changetrail.server.RunningServer.Answer;
import io.changetrail.server.access.Token;
import io.changetrail.server.access.TokenFile;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Asking for what is not there. */
class AbsenceTest {
  @TempDir private Path data;
  private final Instant noon =
      Instant.now().truncatedTo(ChronoUnit.HOURS).minus(Duration.ofHours(20));
  private volatile Instant now = Instant.now();
  private RunningServer server;

  @BeforeEach
  void start() throws Exception {
    server = RunningServer.start(data, () -> now);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  /** A start, which a finish may follow. */
  private AuditEvent started(String service) {
    return AuditEvent.builder(
            new EventRef(Events.GITHUB, service + "-start"),
            noon,
            Actor.user("ada", Actor.Evidence.DECLARED),
            Change.of(ChangeKind.DEPLOYMENT, Phase.STARTED, "deploy")
                .id(service + "-9")
                .summary(service + " is deployed")
                .build())
        .target(Target.service(service, "prod"))
        .build();
  }

  private AuditEvent finished(String service) {
    return AuditEvent.builder(
            new EventRef(Events.GITHUB, service + "-finish"),
            noon.plusSeconds(120),
            Actor.user("ada", Actor.Evidence.DECLARED),
            Change.of(ChangeKind.DEPLOYMENT, Phase.FINISHED, "deploy")
                .outcome(Outcome.SUCCESS)
                .id(service + "-9")
                .summary(service + " was deployed")
                .build())
        .target(Target.service(service, "prod"))
        .build();
  }

  private AuditEvent.Builder approval(Outcome outcome, String id) {
    return AuditEvent.builder(
        new EventRef("/approvals", id),
        noon.minusSeconds(60),
        Actor.user("grace", Actor.Evidence.DECLARED),
        Change.of(ChangeKind.ACTIVITY, Phase.FINISHED, "approve")
            .outcome(outcome)
            .summary("release")
            .build());
  }

  private static Provenance image(String digest) {
    return new Provenance(null, null, List.of(new Provenance.Artifact(null, digest, null)));
  }

  private static Provenance revision(String revision) {
    return new Provenance(Events.commit(revision), null, List.of());
  }

  /** The services of the changes in an answer, oldest first. */
  private List<String> lacking(RunningServer asked, String... parameters) throws Exception {
    Answer answer = asked.get("/v1/changes", parameters);
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    List<String> services = new ArrayList<>();
    answer
        .json()
        .path("changes")
        .forEach(change -> services.add(0, change.at("/services/0").asText()));
    return services;
  }

  private List<String> lacking(String part) throws Exception {
    return lacking(server, "without", part);
  }

  @Test
  void Q6_aStartWithoutAFinishIsFoundAndOneWithIsNot() throws Exception {
    server.store(started("cart"), started("checkout"), finished("checkout"));

    JsonNode found = server.get("/v1/changes", "without", "finish").json().path("changes");

    assertThat(lacking("finish")).containsExactly("cart");
    assertThat(found.at("/0/missing").toString()).isEqualTo("[\"finish\"]");
    assertThat(found.at("/0/outcome").asText()).isEqualTo("unknown");
    assertThat(server.get("/v1/changes").text()).doesNotContain("missing");
  }

  @Test
  void Q6_aDeploymentWithoutACommitIsFoundUnlessItsArtifactNamesOne() throws Exception {
    String known = "sha256:" + "a".repeat(64);
    String unknown = "sha256:" + "b".repeat(64);
    server.store(
        Events.delivery("built", noon.minus(Duration.ofDays(3)), ChangeKind.ARTIFACT, "publish")
            .provenance(
                new Provenance(
                    Events.commit(Events.REVISION),
                    null,
                    List.of(new Provenance.Artifact(null, known, null))))
            .build(),
        Events.deployment("a", noon, "direct", "prod").provenance(revision("1".repeat(40))).build(),
        Events.deployment("b", noon.plusSeconds(1), "by-image", "prod")
            .provenance(image(known))
            .build(),
        Events.deployment("c", noon.plusSeconds(2), "unknown-image", "prod")
            .provenance(image(unknown))
            .build(),
        Events.deployment("d", noon.plusSeconds(3), "nothing", "prod").build());

    assertThat(lacking("commit")).containsExactly("unknown-image", "nothing");
  }

  @Test
  void Q6_aDeploymentThatThePlatformNeverShowedIsFound() throws Exception {
    String digest = "sha256:" + "c".repeat(64);
    server.store(
        Events.deployment("a", noon, "checkout", "prod").provenance(image(digest)).build(),
        Events.deployment("b", noon.plusSeconds(30), "checkout", "prod")
            .ref(new EventRef(Events.CLUSTER, "b"))
            .targets(
                List.of(
                    Target.service("checkout", "prod")
                        .withResource(new Resource("Deployment", "checkout", "u-1"))))
            .provenance(image(digest))
            .build(),
        Events.deployment("c", noon.plusSeconds(60), "cart", "prod").build(),
        Events.config("d", noon.plusSeconds(90), "search", "{}", "{\"a\":1}").build());

    assertThat(lacking("rollout")).containsExactly("cart");
  }

  @Test
  void Q6_aChangeThatNobodyApprovedIsFound() throws Exception {
    AuditEvent granted = approval(Outcome.SUCCESS, "granted").build();
    AuditEvent named = Events.deployment("named", noon.plusSeconds(3), "named", "prod").build();
    server.store(
        granted,
        named,
        approval(Outcome.SUCCESS, "of-named")
            .links(new Links(null, null, List.of(named.ref()), Map.of()))
            .build(),
        approval(Outcome.SUCCESS, "of-commit").provenance(revision("2".repeat(40))).build(),
        approval(Outcome.DENIED, "denied").provenance(revision("3".repeat(40))).build(),
        Events.deployment("a", noon, "ticket", "prod")
            .change(finished("ticket").change().toBuilder().ticket("OPS-7").build())
            .build(),
        Events.deployment("b", noon.plusSeconds(1), "caused", "prod")
            .links(new Links(null, null, List.of(granted.ref()), Map.of()))
            .build(),
        Events.deployment("c", noon.plusSeconds(2), "commit", "prod")
            .provenance(revision("2".repeat(40)))
            .build(),
        Events.deployment("d", noon.plusSeconds(4), "denied", "prod")
            .provenance(revision("3".repeat(40)))
            .build(),
        Events.deployment("e", noon.plusSeconds(5), "nothing", "prod").build());

    assertThat(lacking("approval")).containsExactly("denied", "nothing");
  }

  @Test
  void Q6_severalPartsAreAlternativesAndEachChangeSaysWhatItLacks() throws Exception {
    server.store(
        started("cart"),
        Events.deployment("a", noon.plusSeconds(5), "checkout", "prod")
            .provenance(revision(Events.REVISION))
            .build());

    assertThat(lacking(server, "without", "finish", "without", "rollout"))
        .containsExactly("cart", "checkout");
    assertThat(
            server
                .get("/v1/changes", "without", "finish", "without", "rollout", "service", "cart")
                .json()
                .at("/changes/0/missing")
                .toString())
        .isEqualTo("[\"finish\",\"rollout\"]");
    Answer wrong = server.get("/v1/changes", "without", "tests");
    assertThat(wrong.status()).isEqualTo(400);
    assertThat(wrong.json().path("detail").asText()).contains("finish, commit, rollout, approval");
  }

  @Test
  void Q6_pagesOfWhatIsMissingAreCompleteAndWithoutDuplicates() throws Exception {
    for (int i = 0; i < 9; i++) {
      server.store(
          Events.deployment("e-" + i, noon.plusSeconds(i), "service-" + i, "prod")
              .provenance(i % 2 == 0 ? Provenance.none() : revision("4".repeat(40)))
              .build());
    }
    List<String> seen = new ArrayList<>();
    String cursor = null;
    for (int page = 0; page < 9 && (page == 0 || cursor != null); page++) {
      List<String> parameters = new ArrayList<>(List.of("without", "commit", "limit", "2"));
      if (cursor != null) {
        parameters.addAll(List.of("cursor", cursor));
      }
      JsonNode answer = server.get("/v1/changes", parameters.toArray(String[]::new)).json();
      answer.path("changes").forEach(change -> seen.add(change.at("/services/0").asText()));
      cursor = answer.path("nextCursor").asText(null);
    }

    assertThat(seen)
        .containsExactly("service-8", "service-6", "service-4", "service-2", "service-0");
  }

  @Test
  void Q6_aLongSearchGoesOnFromPageToPage() throws Exception {
    List<AuditEvent> events = new ArrayList<>();
    events.add(Events.deployment("e-0", noon, "the-one", "prod").build());
    for (int i = 1; i <= 1_005; i++) {
      events.add(
          Events.deployment("e-" + i, noon.plusSeconds(i), "service-" + i, "prod")
              .provenance(revision("4".repeat(40)))
              .build());
    }
    for (int i = 0; i < events.size(); i += 400) {
      server.store(events.subList(i, Math.min(events.size(), i + 400)).toArray(AuditEvent[]::new));
    }

    JsonNode first = server.get("/v1/changes", "without", "commit", "limit", "1").json();
    assertThat(first.path("changes")).as("of the thousand that were looked at").isEmpty();
    JsonNode second =
        server
            .get(
                "/v1/changes",
                "without",
                "commit",
                "limit",
                "1",
                "cursor",
                first.path("nextCursor").asText())
            .json();
    assertThat(second.at("/changes/0/services/0").asText()).isEqualTo("the-one");
    assertThat(second.path("nextCursor").isNull()).isTrue();
  }

  @Test
  void Q6_whatIsMissingIsJudgedByWhatTheReaderMaySee() throws Exception {
    String digest = "sha256:" + "d".repeat(64);
    server.store(
        Events.deployment("a", noon, "checkout", "prod").provenance(image(digest)).build(),
        Events.deployment("b", noon.plusSeconds(9), "secret", "prod")
            .provenance(
                new Provenance(
                    Events.commit(Events.REVISION),
                    null,
                    List.of(new Provenance.Artifact(null, digest, null))))
            .build());
    String limited =
        new TokenFile(data.resolve(TokenFile.NAME))
            .create(
                new TokenFile.Grant(
                    "checkout",
                    "default",
                    null,
                    null,
                    new Token.Read(null, List.of("checkout"), null),
                    false),
                now)
            .secret();
    String unlimited =
        new TokenFile(data.resolve(TokenFile.NAME))
            .create(
                new TokenFile.Grant(
                    "all", "default", null, null, new Token.Read(null, null, null), false),
                now)
            .secret();

    assertThat(lacking(server.as(unlimited), "without", "commit")).isEmpty();
    assertThat(lacking(server.as(limited), "without", "commit")).containsExactly("checkout");
  }

  @Test
  void Q6_sourcesThatWereSilentForLongerAreFound() throws Exception {
    server.store(Events.config("old", noon, "checkout", "{}", "{\"a\":1}").build());
    now = now.plus(Duration.ofHours(2));
    server.store(Events.deployment("new", now, "checkout", "prod").build());

    assertThat(silent("PT1H")).containsExactly(Events.CLUSTER);
    assertThat(silent("PT3H")).isEmpty();
    assertThat(server.get("/v1/sources").json().path("sources")).hasSize(2);
    Answer wrong = server.get("/v1/sources", "silent", "2h");
    assertThat(wrong.status()).isEqualTo(400);
    assertThat(wrong.json().path("field").asText()).isEqualTo("silent");
  }

  private List<String> silent(String longer) throws Exception {
    return server
        .get("/v1/sources", "silent", longer)
        .json()
        .path("sources")
        .findValuesAsText("source");
  }
}
