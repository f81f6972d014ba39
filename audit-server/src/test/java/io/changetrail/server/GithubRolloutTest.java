// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.EventRef;
import io.changetrail.model.Provenance;
import io.changetrail.server.RunningServer.Answer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an organisation's webhook alone tells of the deployments of its repositories. */
class GithubRolloutTest {
  @TempDir private Path data;
  private final Instant morning =
      Instant.now().truncatedTo(ChronoUnit.HOURS).minus(Duration.ofHours(20));
  private RunningServer server;
  private int deployments = 660_000;

  @BeforeEach
  void start() throws Exception {
    server = RunningServer.start(data, Hooks.settings(data, "github"));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static String revision(int number) {
    return Integer.toString(number).repeat(40);
  }

  private Instant minute(int minute) {
    return morning.plus(Duration.ofMinutes(minute));
  }

  private void deliver(String event, ObjectNode payload) throws Exception {
    Answer answer = Hooks.github(server, event, payload);
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertThat(answer.json().path("accepted").asInt()).as(answer.text()).isEqualTo(1);
  }

  private void push(int before, int after, int minute, boolean forced) throws Exception {
    ObjectNode payload = (ObjectNode) Hooks.payload("github/push.main.json");
    payload.put("before", revision(before)).put("after", revision(after)).put("forced", forced);
    ArrayNode commits = payload.putArray("commits");
    for (int commit = before + 1; commit <= after; commit++) {
      commits.addObject().put("id", revision(commit));
    }
    ((ObjectNode) payload.path("repository")).put("pushed_at", minute(minute).getEpochSecond());
    deliver("push", payload);
  }

  /** One whole deployment, as an Actions job with an environment makes it, a minute each. */
  private void deploy(int revision, int first, String... states) throws Exception {
    deployments++;
    int minute = first - 1;
    for (String state : states) {
      minute++;
      String file = state.equals("in_progress") ? "in_progress" : "success";
      ObjectNode payload = (ObjectNode) Hooks.payload("github/deployment_status." + file + ".json");
      ((ObjectNode) payload.path("deployment"))
          .put("id", deployments)
          .put("sha", revision(revision))
          .putObject("payload");
      ((ObjectNode) payload.path("workflow_run")).put("id", deployments);
      ((ObjectNode) payload.path("deployment_status"))
          .put("id", deployments * 10 + state.length())
          .put("state", state)
          .put("created_at", minute(minute).toString());
      deliver("deployment_status", payload);
    }
  }

  private List<JsonNode> changes() throws Exception {
    Answer answer = server.get("/v1/changes", "from", morning.minusSeconds(3600).toString());
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return StreamSupport.stream(answer.json().path("changes").spliterator(), false).toList();
  }

  @Test
  void C3_aWebhookOfTheOrganisationTellsOfDeploymentsWhoseWorkflowsNobodyTouched()
      throws Exception {
    deploy(1, 0, "in_progress", "success");

    assertThat(changes()).hasSize(1);
    JsonNode change = changes().get(0);
    assertThat(change.path("kind").asText()).isEqualTo("deployment");
    assertThat(change.path("outcome").asText()).isEqualTo("success");
    assertThat(change.toString()).contains("acme/checkout", "production", revision(1));
  }

  @Test
  void E6_theStatusesOfADeploymentAreOneIntervalWithAnEventForEachStep() throws Exception {
    deploy(1, 0, "waiting", "queued", "in_progress", "success");

    assertThat(changes()).hasSize(1);
    JsonNode change = changes().get(0);
    assertThat(change.path("start").asText()).isEqualTo(minute(0).toString());
    assertThat(change.path("end").asText()).isEqualTo(minute(3).toString());
    assertThat(change.path("events")).hasSize(4);
  }

  @Test
  void E3_aRolloutThatKnowsOnlyItsImageLeadsToCommitAndBuild() throws Exception {
    deliver("package", (ObjectNode) Hooks.payload("github/package.published.json"));
    deliver("workflow_run", (ObjectNode) Hooks.payload("github/workflow_run.completed.json"));
    AuditEvent rollout =
        Events.deployment("rollout", Instant.parse("2026-03-03T15:13:00Z"), "checkout", "prod")
            .ref(new EventRef(Events.CLUSTER, "rollout"))
            .provenance(new Provenance(null, null, List.of(Events.image(Events.DIGEST))))
            .build();
    server.store(rollout);

    String id =
        server.get("/v1/events", "source", Events.CLUSTER).json().at("/events/0/eventid").asText();
    JsonNode answer = server.get("/v1/lineage", "event", id).json();

    assertThat(answer.path("missing")).isEmpty();
    assertThat(answer.at("/provenance/revisions").findValuesAsText("value"))
        .containsExactly("5e1c309dae7f45e0f39b1bf3ac3cd9db12e7d689");
    assertThat(answer.at("/provenance/buildUrls").findValuesAsText("value"))
        .containsExactly("https://github.com/acme/checkout/actions/runs/8123456789");
    assertThat(answer.at("/provenance/digests").findValuesAsText("value"))
        .containsExactly(Events.DIGEST);
  }

  @Test
  void C10_aDeploymentWithoutAFinishHasAnUnknownOutcomeAfterALimit() throws Exception {
    deploy(1, 0, "in_progress");
    deploy(2, 60 * 19, "in_progress");

    assertThat(changes()).hasSize(2);
    assertThat(changes().get(1).path("outcome").asText()).isEqualTo("unknown");
    assertThat(changes().get(0).path("outcome").asText("none")).isNotEqualTo("unknown");
  }

  @Test
  void R8_aCommitOlderThanTheLiveOneIsARollbackThoughItWasNeverDeployed() throws Exception {
    push(0, 1, 0, false);
    push(1, 2, 10, false);
    push(2, 3, 20, false);
    deploy(3, 30, "in_progress", "success");
    deploy(2, 60, "in_progress", "success");
    deploy(3, 90, "in_progress", "success");

    List<JsonNode> changes = changes();
    JsonNode back = changes.get(1);
    assertThat(back.path("rollback").asBoolean()).isTrue();
    assertThat(back.path("rollbackOf")).hasSize(1);
    assertThat(back.at("/rollbackOf/0").asText()).isEqualTo(changes.get(2).path("id").asText());
    assertThat(changes.get(2).path("rolledBackBy").asText()).isEqualTo(back.path("id").asText());
    assertThat(changes.get(0).path("rollback").asBoolean()).as("forward again").isFalse();
  }

  @Test
  void R8_ofCommitsThatCameInOnePushTheOneThatItListsEarlierIsOlder() throws Exception {
    push(0, 1, 0, false);
    push(1, 4, 10, false);
    deploy(3, 30, "success");
    deploy(2, 60, "success");
    deploy(4, 90, "success");

    List<JsonNode> changes = changes();
    assertThat(changes.stream().map(change -> change.path("rollback").asBoolean()))
        .containsExactly(false, true, false);
    assertThat(changes.get(1).at("/rollbackOf/0").asText())
        .isEqualTo(changes.get(2).path("id").asText());
  }

  @Test
  void R8_aMergeWithinAPushIsOlderOrNewerByThatPush() throws Exception {
    ObjectNode merge = (ObjectNode) Hooks.payload("github/pull_request.closed.merged.json");
    ((ObjectNode) merge.path("pull_request"))
        .put("merge_commit_sha", revision(3))
        .put("merged_at", minute(9).toString());
    deliver("pull_request", merge);
    push(1, 3, 10, false);
    deploy(3, 30, "success");
    deploy(2, 60, "success");

    assertThat(changes().stream().map(change -> change.path("rollback").asBoolean()))
        .containsExactly(true, false);
  }

  @Test
  void E3_aCommitWithinAPushLeadsToThePushAndNotToWhatElseItBrought() throws Exception {
    push(1, 4, 10, false);
    deploy(2, 30, "success");
    deploy(4, 60, "success");

    String deployment =
        server
            .get("/v1/events", "kind", "deployment", "order", "oldest_first")
            .json()
            .at("/events/0/eventid")
            .asText();
    JsonNode chain = server.get("/v1/lineage", "event", deployment).json();
    assertThat(chain.path("steps")).hasSize(2);
    assertThat(chain.at("/steps/0/stage").asText()).isEqualTo("commit");
    assertThat(chain.at("/provenance/revisions").findValuesAsText("value"))
        .containsExactly(revision(2));
    assertThat(server.get("/v1/events", "revision", revision(3)).json().path("events")).hasSize(1);
  }

  @Test
  void R8_whatIsNewerThanTheLiveCommitIsNoRollbackEvenIfOlderThanOneThatWasRolledBack()
      throws Exception {
    push(0, 1, 0, false);
    push(1, 2, 10, false);
    push(2, 3, 20, false);
    deploy(1, 25, "success");
    deploy(3, 30, "success");
    deploy(1, 60, "success");
    deploy(2, 90, "success");

    assertThat(changes().stream().map(change -> change.path("rollback").asBoolean()))
        .containsExactly(false, true, false, false);
  }

  @Test
  void R8_beforeAndAfterAForcedPushNothingIsOlder() throws Exception {
    push(0, 1, 0, false);
    push(1, 2, 10, false);
    push(2, 3, 20, true);
    deploy(3, 30, "success");
    deploy(2, 60, "success");

    assertThat(changes().get(0).path("rollback").asBoolean()).isFalse();
  }
}
