// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.Outcome;
import io.changetrail.model.Phase;
import io.changetrail.model.Provenance;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How rollouts in a real cluster are told; the tests play the kubelet. */
class RolloutTest {
  private static final String DIGEST = "sha256:" + "ab".repeat(32);

  @TempDir private Path directory;
  private ControlPlane plane;
  private Scene scene;
  private String deployments;
  private String pods;

  @BeforeEach
  void begin() throws Exception {
    plane = ControlPlane.real("no controller rolled anything out");
    scene = new Scene(plane, directory);
    deployments = "/apis/apps/v1/namespaces/" + scene.namespace + "/deployments";
    pods = "/api/v1/namespaces/" + scene.namespace + "/pods";
  }

  @AfterEach
  void end() {
    if (scene != null) {
      scene.close();
    }
  }

  private static boolean isFinished(AuditEvent event) {
    return event.change().phase() == Phase.FINISHED;
  }

  /** Waits for a pod that asks for this image, and writes its status. */
  private void kubelet(String image, String status) throws Exception {
    await()
        .atMost(Scene.PATIENCE)
        .until(
            () -> {
              boolean found = false;
              for (JsonNode pod : plane.get(pods).path("items")) {
                if (pod.at("/spec/containers/0/image").asText().equals(image)
                    && !pod.at("/metadata").has("deletionTimestamp")) {
                  plane.patch(pods + "/" + pod.at("/metadata/name").asText() + "/status", status);
                  found = true;
                }
              }
              return found;
            });
  }

  private void runs(String image, String digest) throws Exception {
    kubelet(
        image,
        """
        status:
          phase: Running
          conditions: [{type: Ready, status: "True"}, {type: ContainersReady, status: "True"}]
          containerStatuses:
            - {name: app, image: "%1$s", imageID: "ghcr.io/acme/x@%2$s", ready: true, restartCount: 0, state: {running: {}}}
        """
            .formatted(image, digest));
  }

  private void crashes(String image) throws Exception {
    kubelet(
        image,
        """
        status:
          phase: Running
          containerStatuses:
            - name: app
              image: %s
              imageID: ""
              ready: false
              restartCount: 3
              state: {waiting: {reason: CrashLoopBackOff, message: back-off}}
              lastState: {terminated: {reason: OOMKilled, exitCode: 137}}
        """
            .formatted(image));
  }

  private static String image(String image) {
    return "{spec: {template: {spec: {containers: [{name: app, image: \"%s\"}]}}}}"
        .formatted(image);
  }

  @Test
  void C4_aRolloutHasAStartAndOneEndWithImagesDigestsAndRevision() throws Exception {
    plane.create(deployments, CaptureTest.deployment("web", "ghcr.io/acme/web:1.0"));
    runs("ghcr.io/acme/web:1.0", DIGEST);
    scene.start();
    plane.patch(deployments + "/web", image("ghcr.io/acme/web:1.1"));
    AuditEvent start = scene.await(1, event -> event.change().phase() == Phase.STARTED).get(0);
    assertThat(scene.events()).noneMatch(RolloutTest::isFinished);
    runs("ghcr.io/acme/web:1.1", "sha256:" + "cd".repeat(32));

    AuditEvent end = scene.await(1, RolloutTest::isFinished).get(0);
    assertThat(start.change().kind()).isEqualTo(ChangeKind.DEPLOYMENT);
    assertThat(start.change().summary()).contains("image web 1.0 → web 1.1");
    assertThat(start.provenance().artifacts())
        .extracting(Provenance.Artifact::version)
        .containsExactly("1.1");
    assertThat(end.change().outcome()).isEqualTo(Outcome.SUCCESS);
    assertThat(end.change().id()).isEqualTo(start.change().id());
    assertThat(end.provenance().artifacts())
        .extracting(Provenance.Artifact::digest)
        .containsExactly("sha256:" + "cd".repeat(32));
    assertThat(end.attributes().get("k8s.deployment.revision").asText()).isEqualTo("2");
    assertThat(end.time()).isAfterOrEqualTo(start.time());
    JsonNode changes = scene.server.get("/v1/changes?kind=deployment");
    assertThat(changes.path("changes")).as("%s", changes).hasSize(1);
    scene.settle();
    scene.await(1, RolloutTest::isFinished);
  }

  @Test
  void C4_aRolloutWhosePodsCannotRunFailsWithTheKubeletsReason() throws Exception {
    plane.create(deployments, CaptureTest.deployment("web", "ghcr.io/acme/web:1.0"));
    runs("ghcr.io/acme/web:1.0", DIGEST);
    scene.start();
    plane.patch(deployments + "/web", image("ghcr.io/acme/web:broken"));
    crashes("ghcr.io/acme/web:broken");

    AuditEvent trouble = scene.await(1, event -> event.change().phase() == Phase.PROGRESSED).get(0);
    assertThat(trouble.change().reason())
        .isEqualTo("app: CrashLoopBackOff (OOMKilled, exit code 137)");
    plane.patch(deployments + "/web", "{spec: {progressDeadlineSeconds: 1}}");
    AuditEvent end = scene.await(1, RolloutTest::isFinished).get(0);
    assertThat(end.change().outcome()).isEqualTo(Outcome.FAILURE);
    assertThat(end.change().reason())
        .isEqualTo("ProgressDeadlineExceeded, app: CrashLoopBackOff (OOMKilled, exit code 137)");
  }

  @Test
  void C4_whatAilsAPodAndPassesIsToldAndIsNotTheEndOfTheRollout() throws Exception {
    plane.create(deployments, CaptureTest.deployment("web", "ghcr.io/acme/web:1.0"));
    runs("ghcr.io/acme/web:1.0", DIGEST);
    scene.start();
    plane.patch(deployments + "/web", image("ghcr.io/acme/web:1.1"));
    crashes("ghcr.io/acme/web:1.1");
    scene.await(1, event -> event.change().phase() == Phase.PROGRESSED);
    runs("ghcr.io/acme/web:1.1", DIGEST);

    AuditEvent end = scene.await(1, RolloutTest::isFinished).get(0);
    assertThat(end.change().outcome()).isEqualTo(Outcome.SUCCESS);
    assertThat(scene.server.get("/v1/changes?kind=deployment").path("changes"))
        .singleElement()
        .satisfies(change -> assertThat(change.path("outcome").asText()).isEqualTo("success"));
  }

  @Test
  void C4_aRolloutThatIsUnderWayWhileTheWatcherRestartsHasItsEndAllTheSame() throws Exception {
    plane.create(deployments, CaptureTest.deployment("web", "ghcr.io/acme/web:1.0"));
    runs("ghcr.io/acme/web:1.0", DIGEST);
    scene.start();
    plane.patch(deployments + "/web", image("ghcr.io/acme/web:1.1"));
    AuditEvent start = scene.await(1, event -> event.change().phase() == Phase.STARTED).get(0);
    // A pod of the new template is there, so the controller has begun.
    kubelet("ghcr.io/acme/web:1.1", "{status: {phase: Pending}}");
    scene.stop();
    scene.start();
    runs("ghcr.io/acme/web:1.1", DIGEST);

    AuditEvent end = scene.await(1, RolloutTest::isFinished).get(0);
    assertThat(end.change().outcome()).isEqualTo(Outcome.SUCCESS);
    assertThat(end.change().id()).isEqualTo(start.change().id());
    scene.stop();
    scene.start();
    scene.settle();
    scene.await(1, RolloutTest::isFinished);
  }

  @Test
  void C4_aWorkloadThatIsDeletedWhileItRollsOutEndsItsRollout() throws Exception {
    plane.create(deployments, CaptureTest.deployment("web", "ghcr.io/acme/web:1.0"));
    runs("ghcr.io/acme/web:1.0", DIGEST);
    scene.start();
    plane.patch(deployments + "/web", image("ghcr.io/acme/web:1.1"));
    scene.await(1, event -> event.change().phase() == Phase.STARTED);
    plane.delete(deployments + "/web");

    AuditEvent end = scene.await(1, RolloutTest::isFinished).get(0);
    assertThat(end.change().outcome()).isEqualTo(Outcome.ABORTED);
    assertThat(end.change().reason()).isEqualTo("deleted with its workload");
    assertThat(end.provenance().artifacts())
        .extracting(Provenance.Artifact::version)
        .containsExactly("1.1");
  }

  @Test
  void C4_aRolloutThatPassesItsDeadlineIsStalled() throws Exception {
    plane.create(deployments, CaptureTest.deployment("web", "ghcr.io/acme/web:1.0"));
    runs("ghcr.io/acme/web:1.0", DIGEST);
    plane.patch(deployments + "/web", "{spec: {minReadySeconds: 0, progressDeadlineSeconds: 1}}");
    scene.start();
    plane.patch(deployments + "/web", image("ghcr.io/acme/web:slow"));

    AuditEvent end = scene.await(1, RolloutTest::isFinished).get(0);
    assertThat(end.change().outcome()).isEqualTo(Outcome.FAILURE);
    assertThat(end.change().reason()).isEqualTo("ProgressDeadlineExceeded");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{phase: Running, containerStatuses: [{name: app, image: i, imageID: i, ready: false, started: true, restartCount: 0, state: {running: {}}}]} | app: runs, but its readiness probe fails",
        "{phase: Running, containerStatuses: [{name: app, image: i, imageID: i, ready: false, started: false, restartCount: 2, state: {running: {}}, lastState: {terminated: {reason: Error, exitCode: 1}}}]} | app: runs, but its startup probe fails, restarted 2 times (Error, exit code 1)",
        "{phase: Pending, conditions: [{type: PodScheduled, status: 'False', reason: Unschedulable, message: '0/3 nodes are available'}]} | Unschedulable: 0/3 nodes are available"
      })
  void C4_aRolloutThatPassesItsDeadlineSaysWhatItsPodsWaitFor(String status, String reason)
      throws Exception {
    plane.create(deployments, CaptureTest.deployment("web", "ghcr.io/acme/web:1.0"));
    runs("ghcr.io/acme/web:1.0", DIGEST);
    scene.start();
    Instant begun = Instant.now();
    plane.patch(deployments + "/web", image("ghcr.io/acme/web:slow"));
    kubelet("ghcr.io/acme/web:slow", "{status: " + status + "}");
    // Only now, however long the pod took to come; the watcher has a moment to see it.
    long deadline = Duration.between(begun, Instant.now()).toSeconds() + 4;
    plane.patch(deployments + "/web", "{spec: {progressDeadlineSeconds: %d}}".formatted(deadline));

    AuditEvent end = scene.await(1, RolloutTest::isFinished).get(0);
    assertThat(end.change().outcome()).isEqualTo(Outcome.FAILURE);
    assertThat(end.change().reason()).isEqualTo("ProgressDeadlineExceeded, " + reason);
    assertThat(scene.events()).noneMatch(event -> event.change().phase() == Phase.PROGRESSED);
  }

  @Test
  void C4_aRolloutThatTheNextReplacesIsAborted() throws Exception {
    plane.create(deployments, CaptureTest.deployment("web", "ghcr.io/acme/web:1.0"));
    runs("ghcr.io/acme/web:1.0", DIGEST);
    scene.start();
    plane.patch(deployments + "/web", image("ghcr.io/acme/web:1.1"));
    scene.await(1, event -> event.change().phase() == Phase.STARTED);
    plane.patch(deployments + "/web", image("ghcr.io/acme/web:1.2"));

    AuditEvent end = scene.await(1, RolloutTest::isFinished).get(0);
    assertThat(end.change().outcome()).isEqualTo(Outcome.ABORTED);
    assertThat(end.provenance().artifacts())
        .as("what the rollout brought, not what replaces it")
        .extracting(Provenance.Artifact::version)
        .containsExactly("1.1");
    scene.await(2, event -> event.change().phase() == Phase.STARTED);
  }

  @Test
  void R8_goingBackToAnEarlierRevisionIsARollbackOfTheChangeThatItUndoes() throws Exception {
    plane.create(deployments, CaptureTest.deployment("web", "ghcr.io/acme/web:1.0"));
    runs("ghcr.io/acme/web:1.0", DIGEST);
    scene.start();
    plane.patch(deployments + "/web", image("ghcr.io/acme/web:1.1"));
    runs("ghcr.io/acme/web:1.1", DIGEST);
    scene.await(1, RolloutTest::isFinished);
    plane.patch(deployments + "/web", image("ghcr.io/acme/web:1.0"));
    runs("ghcr.io/acme/web:1.0", DIGEST);
    scene.await(2, RolloutTest::isFinished);

    List<AuditEvent> starts = scene.await(2, event -> event.change().phase() == Phase.STARTED);
    assertThat(starts.get(0).change().isRollback()).isFalse();
    assertThat(starts.get(1).change().action()).isEqualTo(Change.ROLLBACK);
    assertThat(starts.get(1).change().summary()).contains("rolled back to revision 1");
    assertThat(starts.get(1).change().rollbackOf()).isEqualTo(starts.get(0).ref());
  }

  @Test
  void E3_fromARolloutOneLookupGivesCommitBuildAndTheDigestThatRuns() throws Exception {
    plane.create(deployments, CaptureTest.deployment("web", "ghcr.io/acme/web:1.0"));
    scene.start();
    String digest = "sha256:" + "cd".repeat(32);
    String revision = "5e".repeat(20);
    String build = "https://ci.example.com/job/web/7";
    scene.server.store(
        AuditEvent.builder(
                new io.changetrail.model.EventRef("/ci", "web-7"),
                Instant.now().minusSeconds(60),
                io.changetrail.model.Actor.unknown(),
                io.changetrail.model.Change.of(ChangeKind.ARTIFACT, Phase.OCCURRED, "publish")
                    .summary("web 1.1 published")
                    .build())
            .provenance(
                new Provenance(
                    new Provenance.Vcs(
                        "github.com/acme/web", revision, "main", null, null, null, null),
                    new Provenance.Build("jenkins", "web", "7", build, null),
                    List.of(
                        io.changetrail.source.OciImage.parse("ghcr.io/acme/web@" + digest)
                            .orElseThrow()
                            .artifact())))
            .build());
    plane.patch(deployments + "/web", image("ghcr.io/acme/web:1.1"));
    runs("ghcr.io/acme/web:1.1", digest);
    scene.await(1, RolloutTest::isFinished);

    JsonNode found =
        scene.server.get("/v1/events?phase=finished&source=/k8s/test&namespace=" + scene.namespace);
    JsonNode lineage =
        scene.server.get("/v1/lineage?event=" + found.at("/events/0/eventid").asText());
    assertThat(lineage.path("missing")).isEmpty();
    assertThat(lineage.at("/provenance/revisions").findValuesAsText("value"))
        .containsExactly(revision);
    assertThat(lineage.at("/provenance/buildUrls").findValuesAsText("value"))
        .containsExactly(build);
    assertThat(lineage.at("/provenance/digests").findValuesAsText("value")).containsExactly(digest);
  }

  @Test
  void C4_statefulSetsAndDaemonSetsRollOutToo() throws Exception {
    for (String kind : List.of("StatefulSet", "DaemonSet")) {
      String path =
          "/apis/apps/v1/namespaces/"
              + scene.namespace
              + "/"
              + kind.toLowerCase(java.util.Locale.ROOT)
              + "s";
      String yaml =
          """
          apiVersion: apps/v1
          kind: %1$s
          metadata: {name: db}
          spec:
            selector: {matchLabels: {kind: %1$s}}
            template:
              metadata: {labels: {kind: %1$s}}
              spec: {containers: [{name: app, image: "ghcr.io/acme/%2$s:1.0"}]}
          """
              .formatted(kind, kind.toLowerCase(java.util.Locale.ROOT));
      plane.create(path, yaml + (kind.equals("StatefulSet") ? "  replicas: 1\n" : ""));
    }
    runs("ghcr.io/acme/statefulset:1.0", DIGEST);
    scene.start();
    plane.patch(
        "/apis/apps/v1/namespaces/" + scene.namespace + "/statefulsets/db",
        image("ghcr.io/acme/statefulset:2.0"));
    plane.patch(
        "/apis/apps/v1/namespaces/" + scene.namespace + "/daemonsets/db",
        image("ghcr.io/acme/daemonset:2.0"));
    runs("ghcr.io/acme/statefulset:2.0", DIGEST);

    assertThat(scene.await(2, RolloutTest::isFinished))
        .allSatisfy(end -> assertThat(end.change().outcome()).isEqualTo(Outcome.SUCCESS))
        .extracting(end -> end.targets().get(0).resource().kind())
        .containsExactlyInAnyOrder("StatefulSet", "DaemonSet");
  }
}
