// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Outcome;
import io.changetrail.model.Phase;
import io.changetrail.model.Provenance;
import io.changetrail.model.Target;
import io.changetrail.model.redaction.RedactionRules;
import io.changetrail.model.redaction.Redactor;
import io.changetrail.watcher.capture.Places;
import io.changetrail.watcher.capture.Sight;
import io.changetrail.watcher.cluster.ResourceType;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What kubelets, injectors and long times do to rollouts, which a cluster without nodes lacks. */
class RolloutsTest {
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
  private static final Instant START = Instant.parse("2026-03-04T02:00:00Z");
  private static final String DIGEST = "sha256:" + "ab".repeat(32);
  private static final ResourceType REPLICA_SETS = type("ReplicaSet");

  private Instant now = START;
  private final List<AuditEvent> events = new ArrayList<>();
  private final Revisions revisions = new Revisions(new Redactor(RedactionRules.defaults(), null));
  private final Rollouts rollouts =
      new Rollouts(
          "/k8s/test",
          new Places("test", "prod", Map.of(), Places.SERVICE_NAMES),
          revisions,
          (kind, uid) -> Optional.empty(),
          Runnable::run,
          events::add,
          () -> now);

  private static ResourceType type(String kind) {
    return new ResourceType("apps", "v1", kind, kind + "s", true);
  }

  private static ObjectNode workload(String kind, boolean complete) throws Exception {
    return (ObjectNode)
        YAML.readTree(
            """
            apiVersion: apps/v1
            kind: %s
            metadata: {name: web, namespace: shop, uid: w, generation: 2}
            spec:
              replicas: 1
              selector: {matchLabels: {app: web}}
              template:
                metadata: {labels: {app: web}}
                spec: {containers: [{name: app, image: "ghcr.io/acme/web:1.1"}]}
            status:
              observedGeneration: 2
              replicas: 1
              updatedReplicas: 1
              availableReplicas: %2$d
              readyReplicas: %2$d
              conditions: [{type: Progressing, status: "True", reason: "%3$s"}]
            """
                .formatted(
                    kind,
                    complete ? 1 : 0,
                    complete ? "NewReplicaSetAvailable" : "ReplicaSetUpdated"));
  }

  private void begins(String kind) throws Exception {
    ObjectNode workload = workload(kind, false);
    ObjectNode replicaSet = YAML.createObjectNode();
    replicaSet
        .putObject("metadata")
        .put("uid", "rs")
        .putArray("ownerReferences")
        .addObject()
        .put("uid", "w")
        .put("controller", true);
    replicaSet
        .putObject("spec")
        .set("template", workload.at("/spec/template").<ObjectNode>deepCopy());
    replicaSet.withObject("/spec/template/metadata/labels").put("pod-template-hash", "5d4f");
    revisions.present(REPLICA_SETS, replicaSet, new Sight(true, null, null));
    AuditEvent start =
        AuditEvent.builder(
                new EventRef("/k8s/test", "start"),
                START,
                Actor.unknown(),
                Change.of(ChangeKind.DEPLOYMENT, Phase.STARTED, "update").id("w/2").build())
            .target(Target.service("web", "prod"))
            .build();
    rollouts.seen(type(kind), workload, START, start);
  }

  private static ObjectNode pod(String status) throws Exception {
    return (ObjectNode)
        YAML.readTree(
            """
            metadata:
              name: web-1
              namespace: shop
              uid: p
              creationTimestamp: "2026-03-04T02:00:01Z"
              labels: {app: web, pod-template-hash: 5d4f}
              ownerReferences: [{uid: rs, controller: true}]
            spec: {containers: [{name: app, image: "ghcr.io/acme/web:1.1"}]}
            status: %s
            """
                .formatted(status));
  }

  private static ObjectNode running(String imageId) throws Exception {
    return pod(
        "{phase: Running, containerStatuses: [{name: app, imageID: \"%s\", state: {running: {}}}]}"
            .formatted(imageId));
  }

  private static ObjectNode waiting(String reason) throws Exception {
    return pod(
        "{phase: Pending, containerStatuses: [{name: app, imageID: \"\", state: {waiting: {reason: %s}}}]}"
            .formatted(reason));
  }

  private AuditEvent end() {
    assertThat(events).filteredOn(event -> event.change().phase() == Phase.FINISHED).hasSize(1);
    return events.get(events.size() - 1);
  }

  private void digestAfter(Consumer<ObjectNode> injection, @Nullable String digest)
      throws Exception {
    begins("Deployment");
    ObjectNode pod = running("ghcr.io/acme/web@" + DIGEST);
    injection.accept(pod);
    rollouts.pod(pod, false);
    rollouts.seen(type("Deployment"), workload("Deployment", true), START, null);

    assertThat(end().provenance().artifacts())
        .extracting(Provenance.Artifact::digest)
        .containsExactly(digest);
  }

  @Test
  void C4_aSidecarInThePodsHidesNoDigest() throws Exception {
    digestAfter(
        pod ->
            ((ArrayNode) pod.at("/spec/containers"))
                .addObject()
                .put("name", "istio-proxy")
                .put("image", "istio/proxyv2:1.29"),
        DIGEST);
  }

  @Test
  void C4_anImageOfARegistryThatAWebhookPutInHidesNoDigest() throws Exception {
    digestAfter(
        pod ->
            ((ObjectNode) pod.at("/spec/containers/0")).put("image", "mirror.example/acme/web:1.1"),
        DIGEST);
  }

  @Test
  void C4_anImageIdWithoutAManifestIsNoDigest() throws Exception {
    digestAfter(
        pod -> ((ObjectNode) pod.at("/status/containerStatuses/0")).put("imageID", DIGEST), null);
  }

  @Test
  void C4_aPodThatWasEvictedOrDeletedHoldsBackNoSuccess() throws Exception {
    begins("Deployment");
    ObjectNode starting = pod("{phase: Pending}");
    rollouts.pod(starting, false);
    rollouts.seen(type("Deployment"), workload("Deployment", true), START, null);
    assertThat(events).as("the digest is awaited").isEmpty();
    rollouts.pod(pod("{phase: Failed, reason: Evicted}"), false);

    assertThat(end().change().outcome()).isEqualTo(Outcome.SUCCESS);
  }

  @Test
  void C4_aPodThatIsGoneHoldsBackNoSuccess() throws Exception {
    begins("Deployment");
    ObjectNode starting = pod("{phase: Pending}");
    rollouts.pod(starting, false);
    rollouts.seen(type("Deployment"), workload("Deployment", true), START, null);
    rollouts.pod(starting, true);

    assertThat(end().change().outcome()).isEqualTo(Outcome.SUCCESS);
  }

  @Test
  void C4_eachTroubleIsToldOnceAndTenMinutesOfItEndWhatHasNoDeadline() throws Exception {
    begins("StatefulSet");
    for (int i = 0; i < 19; i++) {
      rollouts.pod(waiting(i % 2 == 0 ? "ErrImagePull" : "ImagePullBackOff"), false);
      now = now.plusSeconds(30);
    }
    assertThat(events)
        .extracting(event -> event.change().phase() + " " + event.change().reason())
        .containsExactly("PROGRESSED app: ErrImagePull", "PROGRESSED app: ImagePullBackOff");
    now = START.plus(Duration.ofMinutes(10));
    rollouts.pod(waiting("ErrImagePull"), false);

    assertThat(end().change().outcome()).isEqualTo(Outcome.FAILURE);
    assertThat(end().change().reason()).isEqualTo("app: ErrImagePull, for 600 s");
  }

  @Test
  void C4_podsThatRecoverStartTheTimeAnew() throws Exception {
    begins("StatefulSet");
    rollouts.pod(waiting("CrashLoopBackOff"), false);
    now = now.plus(Duration.ofMinutes(6));
    JsonNode well = running("ghcr.io/acme/web@" + DIGEST);
    rollouts.pod(well, false);
    now = now.plus(Duration.ofMinutes(6));
    rollouts.pod(waiting("CrashLoopBackOff"), false);

    assertThat(events).extracting(event -> event.change().phase()).containsOnly(Phase.PROGRESSED);
  }
}
