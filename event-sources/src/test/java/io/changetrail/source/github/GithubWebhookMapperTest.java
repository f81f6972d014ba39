// SPDX-License-Identifier: Apache-2.0
package io.changetrail.source.github;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.InvalidEventException;
import io.changetrail.model.Outcome;
import io.changetrail.model.Phase;
import io.changetrail.model.Provenance;
import io.changetrail.model.codec.CdEventTypes;
import io.changetrail.source.Fixture;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GithubWebhookMapperTest {
  private static final String SOURCE = "https://github.com/acme/checkout";
  private static final String REVISION = "5e1c309dae7f45e0f39b1bf3ac3cd9db12e7d689";
  private static final String DIGEST =
      "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

  private final GithubWebhookMapper mapper = new GithubWebhookMapper();

  @Test
  void aMergedPullRequestIsACommitThatReachedItsBranch() {
    AuditEvent event = only("pull_request", "pull_request.closed.merged");

    assertThat(event.ref().source()).isEqualTo(SOURCE);
    assertThat(event.ref().id()).isEqualTo("pull_request-1880412-merged");
    assertThat(event.time()).isEqualTo(Instant.parse("2026-03-03T15:02:09Z"));
    assertThat(event.actor().id()).isEqualTo("ana-ruiz");
    assertThat(event.actor().evidence()).isEqualTo(Actor.Evidence.DECLARED);
    assertThat(event.principal().orElseThrow().id()).isEqualTo("ben-okafor");
    assertThat(event.change().kind()).isEqualTo(ChangeKind.CODE);
    assertThat(event.change().summary()).isEqualTo("#412 merged: Retry card authorisation once");
    Provenance.Vcs vcs = event.provenance().commit().orElseThrow();
    assertThat(vcs.revision()).isEqualTo(REVISION);
    assertThat(vcs.pullRequest()).isEqualTo("412");
    assertThat(vcs.compareUrl()).startsWith(SOURCE + "/compare/").endsWith(REVISION);
    assertThat(CdEventTypes.typeOf(event)).isEqualTo("dev.cdevents.change.merged.0.3.0");
  }

  @Test
  void aPullRequestThatWasClosedUnmergedChangedNothing() {
    ObjectNode payload = Fixture.read("github/pull_request.closed.merged.json");
    Fixture.within(payload, "/pull_request").put("merged", false).putNull("merge_commit_sha");

    assertThat(mapper.map("pull_request", payload)).isEmpty();
  }

  @Test
  void aPushToTheDefaultBranchCarriesTheCompareUrlAndTheChangedPaths() {
    AuditEvent event = only("push", "push.main");

    assertThat(event.time()).isEqualTo(Instant.ofEpochSecond(1_772_550_131));
    Provenance.Vcs vcs = event.provenance().commit().orElseThrow();
    assertThat(vcs.revision()).isEqualTo(REVISION);
    assertThat(vcs.compareUrl()).endsWith("/compare/0f1d2c3b4a59...5e1c309dae7f");
    assertThat(vcs.message()).isEqualTo("Retry card authorisation once (#412)");
    assertThat(event.attributes().get("vcs.changed.paths").toString())
        .isEqualTo("[\"config/production.yaml\",\"src/main/java/Retry.java\"]");
  }

  @Test
  void aPushToAnotherBranchChangesNothingThatIsShipped() {
    ObjectNode payload = Fixture.read("github/push.main.json").put("ref", "refs/heads/retry-once");

    assertThat(mapper.map("push", payload)).isEmpty();
  }

  @Test
  void aWorkflowRunIsABuildAndEachAttemptIsARunOfItsOwn() {
    AuditEvent requested = only("workflow_run", "workflow_run.requested");
    AuditEvent completed = only("workflow_run", "workflow_run.completed");

    assertThat(requested.change().phase()).isEqualTo(Phase.PLANNED);
    assertThat(requested.change().id()).isEqualTo("workflow_run-8123456789-1");
    assertThat(completed.ref().id()).isEqualTo("workflow_run-8123456789-2-completed");
    assertThat(completed.change().id()).isEqualTo("workflow_run-8123456789-2");
    assertThat(completed.change().outcome()).isEqualTo(Outcome.SUCCESS);
    assertThat(completed.time()).isEqualTo(Instant.parse("2026-03-03T15:08:40Z"));
    assertThat(completed.actor().id()).isEqualTo("cleo-tan");
    Provenance.Build build = completed.provenance().run().orElseThrow();
    assertThat(build.system()).isEqualTo("github-actions");
    assertThat(build.runId()).isEqualTo("8123456789-2");
    assertThat(build.url()).isEqualTo(SOURCE + "/actions/runs/8123456789");
    assertThat(completed.provenance().commit().orElseThrow().revision()).isEqualTo(REVISION);
  }

  @ParameterizedTest
  @CsvSource({
    "success,SUCCESS", "neutral,SUCCESS", "failure,FAILURE", "timed_out,FAILURE",
    "startup_failure,FAILURE", "cancelled,ABORTED", "skipped,ABORTED", "stale,UNKNOWN",
    "action_required,UNKNOWN"
  })
  void eachConclusionOfARunHasItsOutcome(String conclusion, Outcome outcome) {
    ObjectNode payload = Fixture.read("github/workflow_run.completed.json");
    Fixture.within(payload, "/workflow_run").put("conclusion", conclusion);

    assertThat(mapper.map("workflow_run", payload).get(0).change().outcome()).isEqualTo(outcome);
  }

  @Test
  void aPublishedContainerJoinsDigestAndCommit() {
    AuditEvent event = only("package", "package.published");

    Provenance.Artifact artifact = event.provenance().artifacts().get(0);
    assertThat(artifact.digest()).isEqualTo(DIGEST);
    assertThat(artifact.version()).isEqualTo("1.4.2");
    assertThat(artifact.purl())
        .startsWith("pkg:oci/checkout@sha256%3A")
        .contains("repository_url=ghcr.io/acme/checkout");
    assertThat(event.provenance().commit().orElseThrow().revision()).isEqualTo(REVISION);
    assertThat(event.time()).isEqualTo(Instant.parse("2026-03-03T15:08:21Z"));
    assertThat(event.change().summary()).isEqualTo("checkout 1.4.2 published");
    assertThat(CdEventTypes.typeOf(event)).startsWith("dev.cdevents.artifact.published.");
  }

  @Test
  void aPublishedPackageOfAnotherTypeKeepsItsVersion() {
    AuditEvent event = only("registry_package", "registry_package.published.npm");

    assertThat(event.provenance().artifacts())
        .containsExactly(new Provenance.Artifact(null, null, "3.1.0"));
    assertThat(event.time()).isEqualTo(Instant.parse("2026-03-03T15:09:01Z"));
  }

  @Test
  void aDeploymentIsAskedForThenStartsAndEndsAsOneChange() {
    AuditEvent created = only("deployment", "deployment.created");
    AuditEvent started = only("deployment_status", "deployment_status.in_progress");
    AuditEvent ended = only("deployment_status", "deployment_status.success");

    assertThat(List.of(created, started, ended))
        .extracting(event -> event.change().phase())
        .containsExactly(Phase.PLANNED, Phase.STARTED, Phase.FINISHED);
    assertThat(List.of(created, started, ended))
        .extracting(event -> event.change().id())
        .containsOnly("deployment-660001");
    assertThat(ended.change().outcome()).isEqualTo(Outcome.SUCCESS);
    assertThat(ended.targets().get(0).service()).isEqualTo("acme/checkout");
    assertThat(ended.targets().get(0).environment()).isEqualTo("production");
    assertThat(ended.links().urls()).containsKeys("log", "environment");
    assertThat(CdEventTypes.typeOf(ended)).isEqualTo("dev.cdevents.service.deployed.0.3.0");
  }

  @Test
  void C2_aDeploymentCarriesRepositoryRevisionRunActorEnvironmentAndArtifact() {
    AuditEvent event = only("deployment_status", "deployment_status.success");

    Provenance.Vcs vcs = event.provenance().commit().orElseThrow();
    assertThat(vcs.repository()).isEqualTo(SOURCE);
    assertThat(vcs.revision()).isEqualTo(REVISION);
    assertThat(vcs.ref()).isEqualTo("main");
    assertThat(vcs.compareUrl())
        .isEqualTo(SOURCE + "/compare/0f1d2c3b4a59687766554433221100ffeeddccbb..." + REVISION);
    Provenance.Build build = event.provenance().run().orElseThrow();
    assertThat(build.pipeline()).isEqualTo("deploy");
    assertThat(build.runId()).isEqualTo("8123459999-1");
    assertThat(build.stage()).isEqualTo("release");
    assertThat(event.provenance().artifacts().get(0).digest()).isEqualTo(DIGEST);
    assertThat(event.actor().id()).isEqualTo("github-actions[bot]");
    assertThat(event.actor().kind()).isEqualTo(Actor.Kind.SERVICE);
    assertThat(event.principal().orElseThrow().id()).isEqualTo("ana-ruiz");
  }

  @Test
  void aFailedDeploymentIsNotSaidToHaveHappened() {
    AuditEvent event = only("deployment_status", "deployment_status.failure");

    assertThat(event.change().outcome()).isEqualTo(Outcome.FAILURE);
    assertThat(CdEventTypes.typeOf(event)).contains("changetrail-deployment.finished");
  }

  @Test
  void aDeploymentThatALaterOneReplacedIsNoChange() {
    assertThat(
            mapper.map("deployment_status", Fixture.read("github/deployment_status.inactive.json")))
        .isEmpty();
  }

  @Test
  void aDeploymentWhosePayloadIsTextHasNoArtifact() {
    ObjectNode payload = Fixture.read("github/deployment.created.json");
    Fixture.within(payload, "/deployment").put("payload", "v1.4.2").put("task", "rollback");

    AuditEvent event = mapper.map("deployment", payload).get(0);

    assertThat(event.provenance().artifacts()).isEmpty();
    assertThat(event.change().isRollback()).isTrue();
  }

  @Test
  void aReleaseIsAPublishedArtifactOfItsCommit() {
    AuditEvent event = only("release", "release.published");

    assertThat(CdEventTypes.typeOf(event)).startsWith("dev.cdevents.artifact.published.");
    assertThat(event.provenance().artifacts())
        .containsExactly(
            new Provenance.Artifact("pkg:github/acme/checkout@v1.4.2", null, "v1.4.2"));
    assertThat(event.provenance().commit().orElseThrow().revision()).isEqualTo(REVISION);
    assertThat(event.time()).isEqualTo(Instant.parse("2026-03-03T15:10:00Z"));
    assertThat(event.links().urls()).containsKey("release");
  }

  @Test
  void aReleaseIsToldThriceAndCountsOnce() {
    ObjectNode payload = Fixture.read("github/release.published.json");

    assertThat(mapper.map("release", payload.put("action", "created"))).isEmpty();
    assertThat(mapper.map("release", payload.put("action", "released"))).isEmpty();
    assertThat(mapper.map("release", payload.put("action", "deleted")))
        .singleElement()
        .extracting(event -> event.change().action())
        .isEqualTo("unpublish");
  }

  @Test
  void aJobIsAStepOfItsRun() {
    AuditEvent event = only("workflow_job", "workflow_job.completed");

    assertThat(event.change().id()).isEqualTo("workflow_run-8123456789-2");
    assertThat(event.change().phase()).isEqualTo(Phase.PROGRESSED);
    assertThat(event.change().outcome()).isNull();
    assertThat(event.change().summary()).isEqualTo("job test (17) failure");
    assertThat(event.provenance().run().orElseThrow().stage()).isEqualTo("test (17)");
    assertThat(event.attributes().get("cicd.pipeline.task.run.result").asText())
        .isEqualTo("failure");
  }

  @Test
  void tagsComeAndGo() {
    AuditEvent created = only("create", "create.tag");
    assertThat(created.change().summary()).isEqualTo("tag v1.4.2 created in acme/checkout");
    assertThat(created.provenance().commit().orElseThrow().ref()).isEqualTo("refs/tags/v1.4.2");
    assertThat(only("delete", "delete.tag").change().action()).isEqualTo("delete_tag");
    assertThat(
            mapper.map("create", Fixture.read("github/create.tag.json").put("ref_type", "branch")))
        .isEmpty();
  }

  @Test
  void C10_aCheckTellsThatADeploymentWasCancelled() {
    AuditEvent event = only("check_run", "check_run.completed.deploys");

    assertThat(event.change().id()).isEqualTo("deployment-660001");
    assertThat(event.change().outcome()).isEqualTo(Outcome.ABORTED);
    assertThat(event.targets().get(0).environment()).isEqualTo("production");
    ObjectNode payload = Fixture.read("github/check_run.completed.deploys.json");
    Fixture.within(payload, "/check_run").remove("deployment");
    assertThat(mapper.map("check_run", payload)).isEmpty();
  }

  @Test
  void C10_aDeploymentThatWaitsForAGateIsPlannedAndOneThatIsRejectedIsDenied() {
    AuditEvent waits = only("deployment_protection_rule", "deployment_protection_rule.requested");
    assertThat(waits.change().phase()).isEqualTo(Phase.PLANNED);
    assertThat(waits.change().id()).isEqualTo("deployment-660001");

    AuditEvent denied = only("deployment_review", "deployment_review.rejected");
    assertThat(denied.change().kind()).isEqualTo(ChangeKind.DEPLOYMENT);
    assertThat(denied.change().outcome()).isEqualTo(Outcome.DENIED);
    assertThat(denied.change().reason()).isEqualTo("not during the sale");
    assertThat(denied.actor().id()).isEqualTo("cleo-tan");
    assertThat(denied.targets().get(0).environment()).isEqualTo("production");

    AuditEvent approved =
        mapper
            .map(
                "deployment_review",
                Fixture.read("github/deployment_review.rejected.json").put("action", "approved"))
            .get(0);
    assertThat(approved.change().kind()).isEqualTo(ChangeKind.ACTIVITY);
  }

  @Test
  void C10_aDecisionIsDatedByItsDeliveryAndTheOneJobThatWaitsIsEnough() {
    ObjectNode payload = Fixture.read("github/deployment_review.rejected.json");
    payload.remove("workflow_job_runs");
    payload.putObject("workflow_job_run").put("environment", "production");

    List<AuditEvent> denied =
        mapper.map("deployment_review", payload, "75966400-170d-11f1-8000-000000000001");

    assertThat(denied).hasSize(1);
    assertThat(denied.get(0).targets().get(0).environment()).isEqualTo("production");
    assertThat(denied.get(0).change().outcome()).isEqualTo(Outcome.DENIED);
    assertThat(denied.get(0).time()).isEqualTo(Instant.parse("2026-03-03T14:30:00Z"));
  }

  @Test
  void aPushOfManyCommitsAndFilesStaysWithinItsLimitsAndSaysWhatWasCut() {
    ObjectNode payload = Fixture.read("github/push.main.json");
    ArrayNode commits = payload.putArray("commits");
    for (int commit = 1; commit <= 120; commit++) {
      ArrayNode files =
          commits.addObject().put("id", "%040x".formatted(commit)).putArray("modified");
      for (int file = 0; file < 25; file++) {
        files.add("services/of/the/shop/number-" + commit + "/config-" + file + ".yaml");
      }
    }

    AuditEvent event = mapper.map("push", payload).get(0);

    assertThat(event.change().summary()).startsWith("120 commits pushed to main");
    assertThat(event.revisions())
        .hasSize(101)
        .startsWith("%040x".formatted(21))
        .endsWith("%040x".formatted(120), REVISION);
    assertThat(event.attributes().get("vcs.revisions.omitted").asInt()).isEqualTo(20);
    assertThat(event.attributes().get("vcs.changed.paths")).hasSize(200);
    assertThat(event.attributes().get("vcs.changed.paths.omitted").asInt()).isEqualTo(2800);
    assertThat(Fixture.overTheWire(List.of(event))).containsExactly(event);
  }

  /** An App's delivery, an old Enterprise Server's, a deleted account's, one made by the API. */
  @ParameterizedTest
  @CsvSource({
    "pull_request, pull_request.closed.merged, /sender /pull_request/user /pull_request/body",
    "push, push.main, /sender /head_commit /compare /forced /commits/0/author",
    "push, push.main, /repository/pushed_at",
    "workflow_run, workflow_run.completed, /workflow_run/triggering_actor /workflow_run/head_commit",
    "deployment, deployment.created, /workflow_run /workflow /deployment/creator /deployment/task",
    "deployment_status, deployment_status.success, /workflow_run /check_run /deployment/payload",
    "release, release.published, /release/author /release/body /release/published_at",
    "package, package.published, /package/package_version/container_metadata/labels /sender",
    "workflow_job, workflow_job.completed, /workflow_job/workflow_name /workflow_job/run_attempt",
    "check_run, check_run.completed.deploys, /check_run/completed_at /sender"
  })
  void aPayloadWithoutWhatRealOnesSometimesLackIsTheSameEventStill(
      String event, String file, String lacking) {
    String id = only(event, file).ref().id();
    ObjectNode payload = Fixture.read("github/" + file + ".json");
    ObjectNode nulls = payload.deepCopy();
    for (String pointer : lacking.split(" ", -1)) {
      int name = pointer.lastIndexOf('/') + 1;
      String parent = pointer.substring(0, name - 1);
      Fixture.within(payload, parent).remove(pointer.substring(name));
      Fixture.within(nulls, parent).putNull(pointer.substring(name));
    }

    for (ObjectNode poorer : List.of(payload, nulls)) {
      List<AuditEvent> events = mapper.map(event, poorer);
      assertThat(events).extracting(one -> one.ref().id()).containsExactly(id);
      assertThat(Fixture.overTheWire(events)).isEqualTo(events);
    }
  }

  @Test
  void anEventThatIsNoChangeGivesNothing() {
    assertThat(mapper.map("star", Fixture.read("github/push.main.json"))).isEmpty();
  }

  @Test
  void aPayloadOfAnotherEventIsRefusedByTheFieldThatIsMissing() {
    ObjectNode payload = Fixture.read("github/deployment.created.json");
    payload.remove("deployment");

    assertThatThrownBy(() -> mapper.map("deployment", payload))
        .isInstanceOf(InvalidEventException.class)
        .hasMessageContaining("body/deployment/");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pull_request/pull_request.closed.merged",
        "push/push.main",
        "workflow_run/workflow_run.requested",
        "workflow_run/workflow_run.completed",
        "package/package.published",
        "registry_package/registry_package.published.npm",
        "deployment/deployment.created",
        "deployment_status/deployment_status.in_progress",
        "deployment_status/deployment_status.success",
        "deployment_status/deployment_status.failure",
        "release/release.published",
        "workflow_job/workflow_job.completed",
        "create/create.tag",
        "check_run/check_run.completed.deploys",
        "deployment_protection_rule/deployment_protection_rule.requested",
        "deployment_review/deployment_review.rejected"
      })
  void E11_aRedeliveryIsTheSameEventAndSurvivesTheWire(String eventAndFile) {
    String[] parts = eventAndFile.split("/", 2);
    List<AuditEvent> first = mapper.map(parts[0], Fixture.read("github/" + parts[1] + ".json"));
    List<AuditEvent> again = mapper.map(parts[0], Fixture.read("github/" + parts[1] + ".json"));

    assertThat(first).hasSize(1).isEqualTo(again);
    assertThat(Fixture.overTheWire(first)).isEqualTo(first);
  }

  private AuditEvent only(String event, String file) {
    List<AuditEvent> events = mapper.map(event, Fixture.read("github/" + file + ".json"));
    assertThat(events).hasSize(1);
    return events.get(0);
  }
}
