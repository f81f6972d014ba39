// SPDX-License-Identifier: Apache-2.0
package io.changetrail.action;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.Outcome;
import io.changetrail.model.Phase;
import io.changetrail.model.Provenance;
import io.changetrail.model.codec.CloudEventsCodec;
import io.changetrail.source.github.GithubWebhookMapper;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One use of the action in a job, against a real server. */
class GithubActionTest {
  private static final String DIGEST = "sha256:" + "ab".repeat(32);

  @TempDir private Path directory;

  private Step step(RunningAuditServer server) throws Exception {
    return Step.of(directory.resolve("runner"), server.address());
  }

  private RunningAuditServer server() throws Exception {
    return RunningAuditServer.start(directory.resolve("data"));
  }

  @Test
  void C2_aJobIsRecordedWithCommitRunAttemptActorEnvironmentAndOutcome() throws Exception {
    try (RunningAuditServer server = server()) {
      for (String outcome : List.of("success", "failure", "cancelled")) {
        Step step =
            Step.of(directory.resolve(outcome), server.address())
                .with("environment", "prod")
                .with("deployment-key", outcome)
                .with("outcome", outcome);
        assertThat(step.main().exitCode()).isZero();
        Step.Result end = step.post();
        assertThat(end.exitCode()).isZero();
        assertThat(end.outputs()).containsEntry("accepted", "1").containsEntry("unsent", "");
        assertThat(end.outputs().get("event-id")).startsWith("deployment-289782451-2-");
        assertThat(end.summary()).contains("acme/checkout", "timeline?service=acme%2Fcheckout");
      }

      List<AuditEvent> events = server.events();
      assertThat(events)
          .hasSize(6)
          .allSatisfy(
              event -> {
                assertThat(event.ref().source())
                    .isEqualTo("https://github.com/acme/checkout/actions");
                assertThat(event.actor().id()).isEqualTo("mia-chen");
                assertThat(event.onBehalfOf()).extracting(Actor::id).isEqualTo("ben-okafor");
                assertThat(event.targets().get(0).environment()).isEqualTo("prod");
                Provenance.Vcs vcs = event.provenance().vcs();
                assertThat(vcs.repository()).isEqualTo("https://github.com/acme/checkout");
                assertThat(vcs.revision()).isEqualTo("5e1c309dae7f45e0f39b1bf3ac3cd9db12e7d689");
                assertThat(vcs.ref()).isEqualTo("main");
                Provenance.Build build = event.provenance().build();
                assertThat(build.pipeline()).isEqualTo("release");
                assertThat(build.runId()).isEqualTo("289782451-2");
                assertThat(build.stage()).isEqualTo("deploy");
                assertThat(build.url())
                    .isEqualTo(
                        "https://github.com/acme/checkout/actions/runs/289782451/attempts/2");
              });
      assertThat(events.stream().filter(event -> event.change().phase() == Phase.FINISHED))
          .extracting(event -> event.change().outcome())
          .containsExactly(Outcome.SUCCESS, Outcome.FAILURE, Outcome.ABORTED);
      JsonNode sources = server.get("/v1/sources").path("sources");
      assertThat(sources).hasSize(1);
      assertThat(sources.get(0).path("continuity").asText()).isEqualTo("complete");
    }
  }

  @Test
  void C2_aJobThatDeploysNothingIsRecordedWhenItEnds() throws Exception {
    try (RunningAuditServer server = server()) {
      Step step = step(server).with("outcome", "failure").with("job-id", "4711");
      step.main();
      assertThat(server.events()).isEmpty();
      step.post();

      assertThat(server.events())
          .singleElement()
          .satisfies(
              event -> {
                assertThat(event.change().kind()).isEqualTo(ChangeKind.BUILD);
                assertThat(event.change().outcome()).isEqualTo(Outcome.FAILURE);
                assertThat(event.ref().id()).isEqualTo("job-289782451-2-4711-finished");
              });
    }
  }

  @Test
  void C2_aJobOfAReusableWorkflowNamesThatAndTheOneThatCalledItAndItsPlaceInTheMatrix()
      throws Exception {
    String caller = "acme/checkout/.github/workflows/release.yml@refs/heads/main";
    String called = "acme/workflows/.github/workflows/deploy.yml@refs/tags/v3";
    try (RunningAuditServer server = server()) {
      step(server)
          .variable("GITHUB_WORKFLOW_REF", caller)
          .with("job-workflow", called)
          .with("matrix", "{\"region\": \"eu\"}")
          .with("environment", "prod")
          .with("deployment", "finished")
          .main();
      Step.of(directory.resolve("own"), server.address())
          .variable("GITHUB_WORKFLOW_REF", caller)
          .with("job-workflow", caller)
          .with("environment", "prod")
          .with("deployment", "finished")
          .with("deployment-key", "own")
          .main();

      List<AuditEvent> events = server.events();
      assertThat(events)
          .allSatisfy(
              event ->
                  assertThat(event.attributes().get("github.workflow_ref").asText())
                      .isEqualTo(caller));
      assertThat(events.get(0).attributes().get("github.job.workflow_ref").asText())
          .isEqualTo(called);
      assertThat(events.get(0).attributes().get("github.matrix").path("region").asText())
          .isEqualTo("eu");
      assertThat(events.get(1).attributes()).doesNotContainKey("github.job.workflow_ref");
    }
  }

  @Test
  void stepsThatTellOfStartAndFinishMeetInOneChange() throws Exception {
    try (RunningAuditServer server = server()) {
      Step started =
          Step.of(directory.resolve("one"), server.address())
              .with("environment", "prod")
              .with("service", "checkout")
              .with("deployment", "started");
      Step finished =
          Step.of(directory.resolve("two"), server.address())
              .variable("GITHUB_JOB", "verify")
              .with("environment", "prod")
              .with("service", "checkout")
              .with("deployment", "finished")
              .with("outcome", "failure");
      for (Step step : List.of(started, finished)) {
        assertThat(step.main().outputs()).containsEntry("accepted", "1");
        assertThat(step.post().log()).doesNotContain("recorded");
      }

      JsonNode changes = server.get("/v1/changes?service=checkout").path("changes");
      assertThat(changes).hasSize(1);
      assertThat(changes.get(0).path("outcome").asText()).isEqualTo("failure");
    }
  }

  /** What the webhooks of the same repository tell at this moment. */
  private static void hear(RunningAuditServer server, String event, String fixture)
      throws Exception {
    String json =
        Files.readString(Path.of("src/test/resources/github", fixture + ".json"))
            .replaceAll(
                "(\"(?:created_at|pushed_at)\"\\s*:\\s*)(?:\"[^\"]*\"|\\d+)",
                "$1\"" + Instant.now() + "\"");
    for (AuditEvent heard :
        new GithubWebhookMapper().map(event, new ObjectMapper().readTree(json))) {
      server.post(
          "/v1/events",
          "application/cloudevents+json",
          new String(new CloudEventsCodec().encode(heard), StandardCharsets.UTF_8));
    }
  }

  @Test
  void whatWebhooksTellOfTheSameDeploymentIsTheSameChange() throws Exception {
    try (RunningAuditServer server = server()) {
      Step step = step(server).with("environment", "production");
      step.main();
      hear(server, "deployment_status", "deployment_status.in_progress");
      step.post();
      hear(server, "deployment_status", "deployment_status.success");

      assertThat(server.events()).hasSize(4);
      JsonNode changes = server.get("/v1/changes").path("changes");
      assertThat(changes).hasSize(1);
      assertThat(changes.get(0).path("outcome").asText()).isEqualTo("success");
    }
  }

  @Test
  void E7_theCommitAndTheDeploymentOfItAreOneChain() throws Exception {
    try (RunningAuditServer server = server()) {
      hear(server, "push", "push.main");
      Step step = step(server).with("environment", "production");
      step.main();
      step.post();

      String deployment = server.get("/v1/events?kind=deployment").at("/events/0/eventid").asText();
      JsonNode chain = server.get("/v1/lineage?event=" + deployment);
      assertThat(chain.path("steps")).hasSize(3);
      assertThat(chain.path("steps"))
          .extracting(one -> one.path("stage").asText())
          .contains("commit", "deployment");
    }
  }

  @Test
  void E3_theDeployedImageAndItsCommitAreOnOneEvent() throws Exception {
    try (RunningAuditServer server = server()) {
      Step step =
          step(server)
              .with("environment", "prod")
              .with("deployment", "finished")
              .with("artifact", "ghcr.io/acme/hello:1.4.2@" + DIGEST + "\n" + DIGEST);
      step.main();

      assertThat(server.events())
          .singleElement()
          .satisfies(
              event -> {
                assertThat(event.provenance().artifacts())
                    .extracting(Provenance.Artifact::digest)
                    .containsExactly(DIGEST, DIGEST);
                assertThat(event.change().summary())
                    .isEqualTo("acme/checkout 1.4.2 to prod: success");
              });
    }
  }

  @Test
  void E8_theTraceOfTheRunIsOnTheEvent() throws Exception {
    try (RunningAuditServer server = server()) {
      String trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
      step(server).variable("TRACEPARENT", trace).post();

      assertThat(server.events().get(0).links().traceparent()).isEqualTo(trace);
    }
  }

  @Test
  void whatAnAbsentServerDidNotTakeIsInTheOutputAndIsStoredOnceWhenItIsShipped() throws Exception {
    Socket held = RunningAuditServer.heldPort();
    int port = held.getLocalPort();
    Step step =
        Step.of(directory.resolve("runner"), URI.create("http://127.0.0.1:" + port))
            .with("environment", "prod")
            .with("token", "ct_secret-of-this-run")
            .impatient();
    step.main();
    Step.Result end = step.post();

    assertThat(end.exitCode()).isZero();
    assertThat(end.log())
        .contains("::add-mask::ct_secret-of-this-run\n")
        .contains("::warning title=Changetrail::2 events are not at the server");
    assertThat(end.outputs()).containsEntry("accepted", "0");
    assertThat(end.summary())
        .contains("changetrail ship --server http://127.0.0.1:" + port)
        .doesNotContain("ct_secret-of-this-run");
    String unsent = end.outputs().get("unsent");
    assertThat(unsent.lines()).hasSize(2).noneMatch(line -> line.contains("ct_secret"));

    held.close();
    try (RunningAuditServer server = RunningAuditServer.start(directory.resolve("data"), port)) {
      String batch = "[" + String.join(",", unsent.lines().toList()) + "]";
      for (String counted : List.of("accepted", "duplicate")) {
        JsonNode answer = server.post("/v1/events", "application/cloudevents-batch+json", batch);
        assertThat(answer.path(counted).asInt()).isEqualTo(2);
      }
      assertThat(server.get("/v1/changes").path("changes")).hasSize(1);
    }
  }

  @Test
  void whatMainCouldNotSendIsSentByPost() throws Exception {
    Socket held = RunningAuditServer.heldPort();
    int port = held.getLocalPort();
    Step step =
        Step.of(directory.resolve("runner"), URI.create("http://127.0.0.1:" + port))
            .with("environment", "prod")
            .impatient();
    assertThat(step.main().log()).contains("it is sent again when the job ends");

    held.close();
    try (RunningAuditServer server = RunningAuditServer.start(directory.resolve("data"), port)) {
      assertThat(step.patientAtTheEnd().post().outputs())
          .containsEntry("accepted", "2")
          .containsEntry("unsent", "");
      assertThat(server.events()).hasSize(2);
      assertThat(server.get("/v1/sources").path("sources").get(0).path("continuity").asText())
          .isEqualTo("complete");
    }
  }

  @Test
  void theJobFailsOnlyIfItIsToldTo() throws Exception {
    Step step = Step.of(directory.resolve("runner"), URI.create("http://127.0.0.1:1")).impatient();
    assertThat(step.post().exitCode()).isZero();
    Step.Result strict = step.with("fail-on-error", "true").post();
    assertThat(strict.exitCode()).isEqualTo(10);
    assertThat(strict.log()).contains("::error title=Changetrail::");
  }

  @Test
  void aBadInputIsAnAnnotationThatTellsHowToMendIt() throws Exception {
    Step step = Step.of(directory.resolve("runner"), URI.create("http://127.0.0.1:1"));
    assertThat(step.with("deployment", "begun").main())
        .satisfies(
            result -> {
              assertThat(result.exitCode()).isZero();
              assertThat(result.log())
                  .contains("::warning title=Changetrail::input 'deployment' is 'begun'")
                  .contains("say 'started' or 'finished'");
            });
    assertThat(step.with("deployment", "started").main().log())
        .contains("input 'environment' is missing");
    assertThat(step.with("environment", "prod").with("artifact", "checkout").main().log())
        .contains("input 'artifact' has the line 'checkout'");
    assertThat(step.with("artifact", "").with("server", "").main().log())
        .contains("input 'server' is missing");
  }

  @Test
  void hostileTextEndsNeitherAnOutputNorTheSummary() throws Exception {
    try (RunningAuditServer server = server()) {
      Step.Result result =
          step(server)
              .with("environment", "prod\n::error::owned<script>|[x](javascript:1)")
              .with("deployment", "started")
              .main();

      assertThat(result.log()).doesNotContain("\n::error::owned");
      assertThat(result.summary()).doesNotContain("<script>").contains("\\[x\\]");
    }
  }
}
