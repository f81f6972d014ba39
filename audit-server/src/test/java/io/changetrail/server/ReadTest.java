// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Links;
import io.changetrail.model.Outcome;
import io.changetrail.model.Phase;
import io.changetrail.model.Resource;
import io.changetrail.model.Target;
import io.changetrail.model.diff.StructuralDiff;
import io.changetrail.server.RunningServer.Answer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What readers see of the server. */
class ReadTest {
  @TempDir private Path data;
  private RunningServer server;
  private final Instant night =
      Instant.now().truncatedTo(ChronoUnit.HOURS).minus(Duration.ofHours(6));

  @BeforeEach
  void start() throws Exception {
    server = RunningServer.start(data);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private List<String> ids(String... parameters) throws Exception {
    Answer answer = server.get("/v1/events", parameters);
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    List<String> ids = new ArrayList<>();
    answer.json().path("events").forEach(event -> ids.add(event.path("id").asText()));
    return ids;
  }

  /** One event with a value in every field. */
  private AuditEvent complete() {
    return AuditEvent.builder(
            new EventRef(Events.GITHUB, "complete"),
            night,
            io.changetrail.model.Actor.user("ada", io.changetrail.model.Actor.Evidence.DECLARED),
            Change.of(ChangeKind.DEPLOYMENT, Phase.FINISHED, "deploy")
                .outcome(Outcome.SUCCESS)
                .id("dep-9")
                .ticket("OPS-7")
                .summary("checkout deployed")
                .build())
        .target(
            new Target("checkout", "prod", "eu-west-1", "prod-eu1", "shop", null)
                .withResource(new Resource("Deployment", "checkout", null)))
        .provenance(
            Events.provenance(
                Events.commit(Events.REVISION), Events.build("771"), Events.image(Events.DIGEST)))
        .links(
            new Links(
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                null,
                List.of(new EventRef("/ci", "b-1")),
                Map.of()))
        .build();
  }

  @Test
  void Q1_eachFieldAndAnyCombinationFindsTheEvent() throws Exception {
    server.store(
        complete(),
        Events.config("other", night.plusSeconds(60), "cart", "{}", "{\"a\":1}").build());
    Map<String, String> fields =
        Map.ofEntries(
            Map.entry("service", "checkout"),
            Map.entry("environment", "prod"),
            Map.entry("region", "eu-west-1"),
            Map.entry("cluster", "prod-eu1"),
            Map.entry("namespace", "shop"),
            Map.entry("resource", "Deployment/checkout"),
            Map.entry("kind", "deployment"),
            Map.entry("phase", "finished"),
            Map.entry("action", "deploy"),
            Map.entry("outcome", "success"),
            Map.entry("actor", "ada"),
            Map.entry("source", Events.GITHUB),
            Map.entry("repository", "github.com/acme/checkout"),
            Map.entry("revision", Events.REVISION.substring(0, 8)),
            Map.entry("ref", "main"),
            Map.entry("pull_request", "17"),
            Map.entry("pipeline", "ci"),
            Map.entry("build", "771"),
            Map.entry("digest", Events.DIGEST),
            Map.entry("version", "1.4.2"),
            Map.entry("ticket", "OPS-7"),
            Map.entry("change", "dep-9"),
            Map.entry("trace", "4bf92f3577b34da6a3ce929d0e0e4736"),
            Map.entry("refers_to", "/ci b-1"));
    List<String> all =
        new ArrayList<>(List.of("from", night.toString(), "to", night.plusSeconds(1).toString()));
    for (Map.Entry<String, String> field : new java.util.TreeMap<>(fields).entrySet()) {
      assertThat(ids(field.getKey(), field.getValue(), "q", "checkout"))
          .as(field.getKey())
          .containsExactly("complete");
      assertThat(ids(field.getKey(), "no-such-thing")).as(field.getKey()).isEmpty();
      all.add(field.getKey());
      all.add(field.getValue());
    }
    assertThat(ids(all.toArray(String[]::new))).containsExactly("complete");
    assertThat(ids("service", "checkout", "service", "cart")).hasSize(2);
    assertThat(ids("service", "cart", "kind", "deployment")).isEmpty();
  }

  @Test
  void Q2_changedPathsAndValuesFindTheEvent() throws Exception {
    server.store(
        Events.config(
                "scaled",
                night,
                "checkout",
                "{\"spec\":{\"replicas\":3,\"note\":\"a\"}}",
                "{\"spec\":{\"replicas\":5,\"note\":\"a\"}}")
            .build(),
        Events.config(
                "other",
                night,
                "cart",
                "{\"spec\":{\"paused\":false}}",
                "{\"spec\":{\"paused\":true}}")
            .build());
    assertThat(ids("path", "spec.replicas")).containsExactly("scaled");
    assertThat(ids("path", "replicas")).containsExactly("scaled");
    assertThat(ids("q", "path:spec.replicas value:5")).containsExactly("scaled");
    assertThat(ids("value", "3")).containsExactly("scaled");
    assertThat(ids("path", "spec.note")).isEmpty();
    assertThat(ids("path", "eplicas")).isEmpty();
  }

  @Test
  void Q7_pagesAreCompleteAndWithoutDuplicatesWhileEventsComeIn() throws Exception {
    for (int i = 0; i < 40; i++) {
      server.store(
          Events.deployment("old-" + i, night.plusSeconds(i / 3), "checkout", "prod").build());
    }
    List<String> seen = new ArrayList<>();
    String cursor = null;
    int page = 0;
    do {
      Answer answer =
          cursor == null
              ? server.get("/v1/events", "limit", "7", "order", "oldest_first")
              : server.get("/v1/events", "limit", "7", "order", "oldest_first", "cursor", cursor);
      answer.json().path("events").forEach(event -> seen.add(event.path("id").asText()));
      JsonNode next = answer.json().path("nextCursor");
      cursor = next.isNull() ? null : next.asText();
      // Between two pages: one event before what was read, one behind everything.
      server.store(
          Events.deployment("early-" + page, night.minusSeconds(page + 1L), "checkout", "prod")
              .build(),
          Events.deployment("late-" + page, night.plusSeconds(900 + page), "checkout", "prod")
              .build());
      page++;
    } while (cursor != null && page < 50);
    assertThat(seen).doesNotHaveDuplicates();
    assertThat(seen.stream().filter(id -> id.startsWith("old-"))).hasSize(40);
    assertThat(seen.stream().filter(id -> id.startsWith("early-"))).isEmpty();
  }

  @Test
  void Q7_aCursorIsOfOneQueryOnly() throws Exception {
    for (int i = 0; i < 3; i++) {
      server.store(Events.deployment("e-" + i, night.plusSeconds(i), "checkout", "prod").build());
    }
    String cursor =
        server
            .get("/v1/events", "limit", "1", "service", "checkout")
            .json()
            .path("nextCursor")
            .asText();
    assertThat(ids("limit", "5", "service", "checkout", "cursor", cursor))
        .containsExactly("e-1", "e-0");
    Answer other = server.get("/v1/events", "service", "cart", "cursor", cursor);
    assertThat(other.status()).isEqualTo(400);
    assertThat(other.json().path("field").asText()).isEqualTo("cursor");
  }

  @Test
  void histogramAndFacetsCountWhatASearchFinds() throws Exception {
    for (int i = 0; i < 30; i++) {
      server.store(
          Events.deployment(
                  "e-" + i,
                  night.plus(Duration.ofMinutes(7L * i)),
                  i % 3 == 0 ? "cart" : "checkout",
                  "prod")
              .build());
    }
    JsonNode histogram = server.get("/v1/histogram", "service", "checkout", "width", "PT1H").json();
    assertThat(histogram.path("total").asInt()).isEqualTo(20);
    int sum = 0;
    for (JsonNode bucket : histogram.path("buckets")) {
      Instant start = Instant.parse(bucket.path("start").asText());
      int found =
          ids(
                  "service", "checkout",
                  "from", start.toString(),
                  "to", start.plus(Duration.ofHours(1)).toString())
              .size();
      assertThat(bucket.path("count").asInt()).isEqualTo(found);
      sum += found;
    }
    assertThat(sum).isEqualTo(20);
    JsonNode facet = server.get("/v1/facets", "facet", "service").json().at("/facets/0/values");
    assertThat(facet.toString())
        .isEqualTo("[{\"value\":\"checkout\",\"count\":20},{\"value\":\"cart\",\"count\":10}]");
  }

  @Test
  void anAmendmentIsFoldedIntoItsEventAndShownApartOnRequest() throws Exception {
    AuditEvent deployed = Events.deployment("d-1", night, "checkout", "prod").build();
    AuditEvent later =
        AuditEvent.builder(
                new EventRef(Events.GITHUB, "d-1-commit"),
                night.plusSeconds(30),
                deployed.actor(),
                Change.of(ChangeKind.ACTIVITY, Phase.OCCURRED, "amend")
                    .summary("commit known")
                    .build())
            .amends(deployed.ref())
            .provenance(Events.provenance(Events.commit(Events.REVISION), Events.build("771")))
            .build();
    server.store(deployed, later);
    assertThat(ids("revision", Events.REVISION)).containsExactly("d-1");
    assertThat(ids()).containsExactly("d-1");
    assertThat(ids("view", "raw")).containsExactly("d-1-commit", "d-1");
    String eventId = server.get("/v1/events").json().at("/events/0/eventid").asText();
    assertThat(server.get("/v1/events/" + eventId).text()).contains(Events.REVISION);
    assertThat(server.get("/v1/events/" + eventId, "view", "raw").text())
        .doesNotContain(Events.REVISION);
    assertThat(server.get("/v1/events/nobody").status()).isEqualTo(404);
  }

  @Test
  void E2_stateBeforeAndAfterAreStoredAndThePatchLeadsFromOneToTheOther() throws Exception {
    server.store(
        Events.config(
                "c-1", night, "checkout", "{\"a\":1,\"list\":[1,2]}", "{\"a\":2,\"list\":[2]}")
            .build());
    JsonNode change =
        server.get("/v1/events").json().at("/events/0/data/customData/changetrail/change");
    assertThat(
            StructuralDiff.apply(
                change.path("before"),
                (com.fasterxml.jackson.databind.node.ArrayNode) change.path("patch")))
        .isEqualTo(change.path("after"));
    assertThat(change.path("before").toString()).isEqualTo("{\"a\":1,\"list\":[1,2]}");
  }

  @Test
  void stateAtAnInstantAndItsDifferenceToAnotherAreRebuiltFromEvents() throws Exception {
    server.store(
        Events.config("s-1", night, "checkout", "{\"timeout\":\"3s\"}", "{\"timeout\":\"5s\"}")
            .build(),
        Events.config(
                "s-2",
                night.plusSeconds(600),
                "checkout",
                "{\"timeout\":\"5s\"}",
                "{\"timeout\":\"30s\"}")
            .build());
    JsonNode early =
        server
            .get("/v1/state", "service", "checkout", "at", night.plusSeconds(1).toString())
            .json();
    assertThat(early.at("/resources/0/state/timeout").asText()).isEqualTo("5s");
    JsonNode diff =
        server
            .get(
                "/v1/state",
                "service",
                "checkout",
                "environment",
                "prod",
                "from",
                night.plusSeconds(1).toString(),
                "at",
                night.plusSeconds(601).toString())
            .json();
    assertThat(diff.at("/resources/0/state/timeout").asText()).isEqualTo("30s");
    assertThat(diff.at("/diff/0/summary").asText()).contains("5s → 30s");
    assertThat(
            server
                .get("/v1/state", "service", "checkout", "at", night.minusSeconds(1).toString())
                .json()
                .path("resources"))
        .isEmpty();
  }

  @Test
  void oneDeploymentSeenByTwoSourcesIsOneChange() throws Exception {
    AuditEvent.Builder seen =
        Events.deployment("d-1", night, "checkout", "prod")
            .provenance(Events.provenance(Events.commit(Events.REVISION), Events.build("771")));
    AuditEvent.Builder again =
        seen.build().toBuilder()
            .ref(new EventRef("/jenkins/main", "77"))
            .time(night.plusSeconds(20));
    server.store(
        seen.build(),
        again.build(),
        Events.deployment("d-2", night.plusSeconds(30), "cart", "prod").build());
    JsonNode changes = server.get("/v1/changes", "environment", "prod").json().path("changes");
    assertThat(changes).hasSize(2);
    assertThat(server.get("/v1/changes", "service", "checkout").json().at("/changes/0/events"))
        .hasSize(2);
    assertThat(server.get("/v1/changes", "source", "/jenkins/main").json().at("/changes/0/events"))
        .hasSize(2);
    String cursor = server.get("/v1/changes", "limit", "1").json().path("nextCursor").asText();
    assertThat(
            server
                .get("/v1/changes", "limit", "1", "cursor", cursor)
                .json()
                .at("/changes/0/services/0")
                .asText())
        .isEqualTo("checkout");
  }

  private AuditEvent step(String id, Instant time, Phase phase, String declaredChange) {
    return AuditEvent.builder(
            new EventRef(Events.GITHUB, id),
            time,
            io.changetrail.model.Actor.user("ada", io.changetrail.model.Actor.Evidence.DECLARED),
            Change.of(ChangeKind.DEPLOYMENT, phase, "deploy")
                .outcome(phase == Phase.FINISHED ? Outcome.FAILURE : null)
                .id(declaredChange)
                .summary("checkout " + phase)
                .build())
        .target(Target.service("checkout", "prod"))
        .build();
  }

  @Test
  void C10_startAndFinishAreLinkedEventsAndAStartWithoutAFinishHasAnUnknownOutcomeAfterTheLimit(
      @TempDir Path other) throws Exception {
    Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    AuditEvent[] events = {
      step("s-1", now.minus(Duration.ofHours(7)), Phase.STARTED, "failed"),
      step("f-1", now.minus(Duration.ofHours(7)).plusSeconds(60), Phase.FINISHED, "failed"),
      step("s-2", now.minus(Duration.ofHours(7)).plusSeconds(120), Phase.STARTED, "lost"),
      step("s-3", now.minus(Duration.ofHours(5)), Phase.STARTED, "going on"),
    };
    server.store(events);

    assertThat(outcomes(server))
        .containsExactly("s-3 null", "s-2 \"unknown\"", "s-1 f-1 \"failure\"");
    try (RunningServer patient = RunningServer.start(other, "changes.finishLimit", "PT12H")) {
      patient.store(events);
      assertThat(outcomes(patient)).containsExactly("s-3 null", "s-2 null", "s-1 f-1 \"failure\"");
    }
  }

  /** Of each change its events and its outcome, newest first. */
  private static List<String> outcomes(RunningServer asked) throws Exception {
    List<String> outcomes = new ArrayList<>();
    for (JsonNode change : asked.get("/v1/changes").json().path("changes")) {
      StringBuilder line = new StringBuilder();
      for (JsonNode event : change.path("events")) {
        line.append(asked.get("/v1/events/" + event.asText()).json().path("id").asText())
            .append(' ');
      }
      outcomes.add(
          line.append(change.path("outcome").isMissingNode() ? "null" : change.path("outcome"))
              .toString());
    }
    return outcomes;
  }

  @Test
  void E7_theChainFromCommitToIncidentIsWalkedFromAnyOfItsEventsAndByOneQuery() throws Exception {
    EventRef flag = new EventRef("https://app.launchdarkly.com", "flag-1");
    AuditEvent merged =
        Events.delivery("merge", night, ChangeKind.CODE, "merge")
            .provenance(
                new io.changetrail.model.Provenance(
                    Events.commit(Events.REVISION), null, List.of()))
            .build();
    AuditEvent built =
        Events.delivery("build", night.plusSeconds(60), ChangeKind.BUILD, "run")
            .provenance(Events.provenance(Events.commit(Events.REVISION), Events.build("771")))
            .build();
    AuditEvent published =
        Events.delivery("artifact", night.plusSeconds(120), ChangeKind.ARTIFACT, "publish")
            .provenance(
                new io.changetrail.model.Provenance(
                    null, Events.build("771"), List.of(Events.image(Events.DIGEST))))
            .build();
    AuditEvent rolledOut =
        Events.deployment("rollout", night.plusSeconds(300), "checkout", "prod")
            .ref(new EventRef(Events.CLUSTER, "rollout"))
            .provenance(
                new io.changetrail.model.Provenance(
                    null, null, List.of(Events.image(Events.DIGEST))))
            .build();
    AuditEvent flipped =
        Events.delivery("flag", night.plusSeconds(400), ChangeKind.FEATURE_FLAG, "enable")
            .ref(flag)
            .target(
                Target.service("checkout", "prod")
                    .withResource(new Resource(Resource.FEATURE_FLAG, "new-totals", null)))
            .links(new Links(null, null, List.of(rolledOut.ref()), Map.of()))
            .build();
    AuditEvent incident =
        Events.delivery("incident", night.plusSeconds(500), ChangeKind.INCIDENT, "detect")
            .links(new Links(null, null, List.of(flag), Map.of()))
            .build();
    AuditEvent unrelated = Events.deployment("unrelated", night, "cart", "prod").build();
    server.store(merged, built, published, rolledOut, flipped, incident, unrelated);
    List<String> chain = List.of("merge", "build", "artifact", "rollout", "flag-1", "incident");
    for (JsonNode event : server.get("/v1/events").json().path("events")) {
      if (!event.path("id").asText().equals("unrelated")) {
        assertThat(steps("event", event.path("eventid").asText())).containsExactlyElementsOf(chain);
      }
    }
    assertThat(steps("revision", Events.REVISION)).containsExactlyElementsOf(chain);
    assertThat(steps("digest", Events.DIGEST)).containsExactlyElementsOf(chain);
    assertThat(steps("build", "771")).containsExactlyElementsOf(chain);
    assertThat(steps("flag", "new-totals")).containsExactlyElementsOf(chain);
    assertThat(
            steps(
                "service",
                "checkout",
                "environment",
                "prod",
                "from",
                night.toString(),
                "to",
                night.plusSeconds(600).toString()))
        .containsExactlyElementsOf(chain);
    assertThat(steps("service", "cart")).containsExactly("unrelated");
    JsonNode lone = server.get("/v1/lineage", "service", "cart").json();
    assertThat(lone.path("missing").toString()).contains("commit:", "build:", "artifact:");
    JsonNode whole = server.get("/v1/lineage", "revision", Events.REVISION).json();
    assertThat(whole.path("missing")).isEmpty();
    assertThat(new TreeSet<>(whole.path("steps").findValuesAsText("stage")))
        .containsExactly("artifact", "build", "commit", "deployment", "feature_flag", "incident");
  }

  @Test
  void E3_fromAnyRuntimeChangeOneLookupGivesCommitBuildAndDigestOrSaysWhichIsMissing()
      throws Exception {
    server.store(
        Events.delivery("build", night, ChangeKind.BUILD, "run")
            .provenance(Events.provenance(Events.commit(Events.REVISION), Events.build("771")))
            .build(),
        Events.delivery("artifact", night.plusSeconds(60), ChangeKind.ARTIFACT, "publish")
            .provenance(
                Events.provenance(
                    Events.commit(Events.REVISION),
                    Events.build("771"),
                    Events.image(Events.DIGEST)))
            .build(),
        Events.deployment("rollout", night.plusSeconds(300), "checkout", "prod")
            .ref(new EventRef(Events.CLUSTER, "rollout"))
            .provenance(
                new io.changetrail.model.Provenance(
                    null, null, List.of(Events.image(Events.DIGEST))))
            .build(),
        flagStep("flag", night.plusSeconds(400), 50)
            .links(
                new Links(null, null, List.of(new EventRef(Events.CLUSTER, "rollout")), Map.of()))
            .build(),
        Events.config("config", night.plusSeconds(500), "cart", "{\"a\":1}", "{\"a\":2}").build());

    for (String id : List.of("rollout", "flag")) {
      JsonNode answer = server.get("/v1/lineage", "event", eventId(id)).json();
      assertThat(answer.path("missing")).as(id).isEmpty();
      JsonNode roots = answer.path("provenance");
      assertThat(roots.at("/revisions").findValuesAsText("value")).containsExactly(Events.REVISION);
      assertThat(roots.at("/buildUrls").findValuesAsText("value"))
          .containsExactly("https://github.com/acme/checkout/actions/runs/771");
      assertThat(roots.at("/digests").findValuesAsText("value")).containsExactly(Events.DIGEST);
      assertThat(roots.at("/buildUrls/0/event").asText()).isEqualTo(eventId("artifact"));
    }
    JsonNode nothing = server.get("/v1/lineage", "event", eventId("config")).json();
    assertThat(nothing.at("/provenance/revisions")).isEmpty();
    assertThat(nothing.path("missing").toString()).contains("commit:", "build:", "artifact:");
  }

  @Test
  void E3_whatOneBuildReleasedForAnotherServiceIsNotTakenForThisOnesImage() throws Exception {
    String theirs = "sha256:" + "60303ae22b998861".repeat(4);
    server.store(
        Events.deployment("ours", night, "checkout", "prod")
            .provenance(Events.provenance(Events.commit(Events.REVISION), Events.build("771")))
            .build(),
        Events.deployment("theirs", night.plusSeconds(1), "cart", "prod")
            .provenance(
                Events.provenance(
                    Events.commit(Events.REVISION), Events.build("771"), Events.image(theirs)))
            .build());

    JsonNode answer = server.get("/v1/lineage", "event", eventId("ours")).json();
    assertThat(answer.path("steps")).hasSize(2);
    assertThat(answer.at("/provenance/digests")).isEmpty();
    assertThat(answer.at("/missing/0").asText()).startsWith("artifact:");

    String one = "sha256:" + "0a".repeat(32);
    String other = "sha256:" + "0b".repeat(32);
    server.store(
        Events.delivery("one", night, ChangeKind.ARTIFACT, "publish")
            .provenance(
                Events.provenance(
                    Events.commit(Events.REVISION), Events.build("771"), Events.image(one)))
            .build(),
        Events.delivery("other", night, ChangeKind.ARTIFACT, "publish")
            .provenance(
                Events.provenance(
                    Events.commit(Events.REVISION), Events.build("771"), Events.image(other)))
            .build());
    JsonNode either = server.get("/v1/lineage", "event", eventId("ours")).json();
    assertThat(either.at("/provenance/digests").findValuesAsText("value"))
        .containsExactlyInAnyOrder(one, other);
    assertThat(either.at("/missing/0").asText())
        .isEqualTo("artifact: the chain names 2, and does not tell which");
  }

  private static AuditEvent.Builder flagStep(String id, Instant time, double percentage) {
    return AuditEvent.builder(
            new EventRef("https://app.launchdarkly.com", id),
            time,
            io.changetrail.model.Actor.user("ada", io.changetrail.model.Actor.Evidence.DECLARED),
            Change.of(ChangeKind.FEATURE_FLAG, Phase.OCCURRED, "update")
                .rollout(percentage)
                .summary("flag new-totals: " + id)
                .build())
        .target(
            Target.service("checkout", "prod")
                .withResource(new Resource(Resource.FEATURE_FLAG, "new-totals", null)));
  }

  @Test
  void E6_aFlagThatIsGivenToMoreAndMoreIsOneChangeWithAStepForEachShare() throws Exception {
    Duration day = Duration.ofHours(20);
    Instant monday = night.minus(Duration.ofDays(3));
    server.store(
        flagStep("5 %", monday, 5).build(),
        flagStep("50 %", monday.plus(day), 50).build(),
        flagStep("100 %", monday.plus(day).plus(day), 100).build(),
        flagStep("off", monday.plus(day).plus(day).plusSeconds(60), 0).build());

    JsonNode change = server.get("/v1/changes/" + eventId("5 %")).json();
    assertThat(change.path("start").asText()).isEqualTo(monday.toString());
    assertThat(change.path("end").asText()).isEqualTo(monday.plus(day).plus(day).toString());
    assertThat(change.path("summary").asText())
        .isEqualTo("flag new-totals: 5 %, then 50 %, then 100 %");
    List<String> steps = new ArrayList<>();
    change
        .path("exposure")
        .forEach(
            step -> steps.add(step.path("rollout").asInt() + " " + step.path("event").asText()));
    assertThat(steps)
        .containsExactly("5 " + eventId("5 %"), "50 " + eventId("50 %"), "100 " + eventId("100 %"));
    for (String step : List.of("50 %", "100 %")) {
      assertThat(server.get("/v1/changes/" + eventId(step)).json()).isEqualTo(change);
    }
    Instant last = monday.plus(day).plus(day);
    JsonNode lately =
        server
            .get(
                "/v1/changes",
                "from",
                last.minusSeconds(9).toString(),
                "to",
                last.plusSeconds(9).toString())
            .json();
    assertThat(lately.path("changes")).hasSize(1);
    assertThat(lately.at("/changes/0")).isEqualTo(change);
    assertThat(server.get("/v1/changes/" + eventId("off")).json().path("exposure")).hasSize(1);
  }

  @Test
  void E6_aCanaryTellsItsStartItsStepsAndItsEnd() throws Exception {
    server.store(
        canary("start", 0, Phase.STARTED, null),
        canary("step-1", 60, Phase.PROGRESSED, 5.0),
        canary("step-2", 660, Phase.PROGRESSED, 50.0),
        canary("end", 1260, Phase.FINISHED, 100.0));

    JsonNode change = server.get("/v1/changes/" + eventId("end")).json();
    assertThat(change.path("events")).hasSize(4);
    assertThat(change.path("start").asText()).isEqualTo(night.toString());
    assertThat(change.path("end").asText()).isEqualTo(night.plusSeconds(1260).toString());
    assertThat(change.path("exposure").findValuesAsText("rollout"))
        .containsExactly("5.0", "50.0", "100.0");
  }

  private AuditEvent canary(String id, int second, Phase phase, @Nullable Double percentage) {
    AuditEvent step = step(id, night.plusSeconds(second), phase, "release-2026-17");
    return step.toBuilder().change(step.change().toBuilder().rollout(percentage).build()).build();
  }

  /** The server's id of an event that has this one at its source. */
  private String eventId(String id) throws Exception {
    for (JsonNode event : server.get("/v1/events", "limit", "1000").json().path("events")) {
      if (event.path("id").asText().equals(id)) {
        return event.path("eventid").asText();
      }
    }
    throw new AssertionError("no event " + id);
  }

  private List<String> steps(String... parameters) throws Exception {
    Answer answer = server.get("/v1/lineage", parameters);
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    List<String> ids = new ArrayList<>();
    answer.json().path("steps").forEach(step -> ids.add(step.at("/event/id").asText()));
    return ids;
  }
}
