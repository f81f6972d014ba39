// SPDX-License-Identifier: Apache-2.0
package io.changetrail.source.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.InvalidEventException;
import io.changetrail.model.Phase;
import io.changetrail.model.Target;
import io.changetrail.model.diff.StructuralDiff;
import io.changetrail.source.Fixture;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KubernetesAuditMapperTest {
  private static final String CLUSTER = "eu1";
  private static final String UID = "1f0e9a52-53b1-4c5a-8a34-6d2b7f1f4a10";

  private final KubernetesAuditMapper mapper = new KubernetesAuditMapper();

  @Test
  void C4_aNewImageIsADeploymentThatStartedWithOldAndNewState() {
    AuditEvent event = only("deployment.patch.image", "deployment.before");

    assertThat(event.ref().source()).isEqualTo("/k8s/eu1");
    assertThat(event.ref().id()).isEqualTo("deployments/" + UID + "/881234");
    assertThat(event.time()).isEqualTo(Instant.parse("2026-03-03T16:00:31.123456Z"));
    assertThat(event.change().kind()).isEqualTo(ChangeKind.DEPLOYMENT);
    assertThat(event.change().phase()).isEqualTo(Phase.STARTED);
    assertThat(event.change().id()).isEqualTo("deployments/" + UID + "/18");
    assertThat(event.change().summary())
        .isEqualTo("Deployment shop-prd/checkout-svc: image tag 1.4.1 → 1.4.2 and 1 more");
    assertThat(event.change().reason()).isEqualTo("release 1.4.2");
    assertThat(image(event.change().state().before())).contains("1.4.1@sha256:3b7d");
    assertThat(image(event.change().state().after())).contains("1.4.2@sha256:9f86");
    assertThat(event.provenance().artifacts().get(0).digest()).startsWith("sha256:9f86d081");
    assertThat(event.provenance().commit().orElseThrow().revision()).startsWith("5e1c309");
  }

  @Test
  void theTargetIsTheWorkloadWithItsClusterAndNamespace() {
    Target target = only("deployment.patch.image", "deployment.before").targets().get(0);

    assertThat(target.service()).isEqualTo("checkout-svc");
    assertThat(target.environment()).isEqualTo("eu1");
    assertThat(target.cluster()).isEqualTo("eu1");
    assertThat(target.namespace()).isEqualTo("shop-prd");
    assertThat(target.resource()).isNotNull().extracting("kind").isEqualTo("Deployment");
  }

  @Test
  void theEnvironmentMayFollowFromTheNamespace() {
    KubernetesAuditMapper byNamespace =
        new KubernetesAuditMapper(
            (cluster, namespace) -> namespace.substring(namespace.lastIndexOf('-') + 1));

    assertThat(
            byNamespace
                .map(Fixture.read("kubernetes/deployment.patch.image.json"), CLUSTER)
                .get(0)
                .targets()
                .get(0)
                .environment())
        .isEqualTo("prd");
  }

  @Test
  void C6_theUserOfTheRequestIsTheActorAsTheAuditLogSaysExactly() {
    Actor deployer = only("deployment.patch.image", "deployment.before").actor();
    AuditEvent edited = only("configmap.update", "configmap.before");

    assertThat(deployer.id()).isEqualTo("system:serviceaccount:ci:deployer");
    assertThat(deployer.kind()).isEqualTo(Actor.Kind.SERVICE);
    assertThat(deployer.evidence()).isEqualTo(Actor.Evidence.AUDIT_LOG);
    assertThat(edited.actor().id()).isEqualTo("ana@acme.example");
    assertThat(edited.actor().kind()).isEqualTo(Actor.Kind.USER);
    assertThat(edited.actor().via()).isEqualTo("kubectl/v1.31.2");
    assertThat(edited.principal().orElseThrow().id()).isEqualTo("dan@acme.example");
  }

  @Test
  void C5_oneChangedKeyOfAConfigMapIsADiffOfExactlyThatKey() {
    AuditEvent event = only("configmap.update", "configmap.before");

    assertThat(event.change().kind()).isEqualTo(ChangeKind.CONFIG);
    assertThat(event.change().phase()).isEqualTo(Phase.OCCURRED);
    assertThat(StructuralDiff.differences(event.change().state()))
        .singleElement()
        .satisfies(one -> assertThat(one.path()).containsExactly("data", "timeout"));
    assertThat(event.change().summary())
        .isEqualTo("ConfigMap shop-prd/payments-config: timeout 3s → 30s");
    assertThat(event.targets().get(0).service()).isEqualTo("payments-api");
  }

  @Test
  void aConfigMapWithoutTheAppLabelBelongsToNoServiceThatWeCouldName() {
    ObjectNode entry = Fixture.read("kubernetes/configmap.update.json");
    Fixture.within(entry, "/responseObject/metadata").remove("labels");

    assertThat(mapper.map(entry, CLUSTER).get(0).targets().get(0).service()).isNull();
  }

  @Test
  void aScaleIsToldWithOldAndNewReplicas() {
    AuditEvent event = only("deployment.patch.scale", "deployment.before");

    assertThat(event.change().kind()).isEqualTo(ChangeKind.SCALE);
    assertThat(event.change().summary())
        .isEqualTo("Deployment shop-prd/checkout-svc: replicas 3 → 5");
    assertThat(image(event.change().state().after())).contains("1.4.1");
    assertThat(StructuralDiff.differences(event.change().state()))
        .singleElement()
        .satisfies(one -> assertThat(one.path()).containsExactly("spec", "replicas"));
  }

  @Test
  void aScaleOfAWorkloadThatIsNotKnownTellsOnlyTheReplicas() {
    AuditEvent event = only("deployment.patch.scale", null);

    assertThat(event.change().state().after()).isNull();
    assertThat(event.change().state().patch()).hasSize(1);
    assertThat(event.change().summary()).isEqualTo("Deployment shop-prd/checkout-svc: replicas 5");
    assertThat(Fixture.overTheWire(List.of(event))).containsExactly(event);
  }

  @Test
  void aScaleToTheSameNumberIsNoChange() {
    ObjectNode entry = Fixture.read("kubernetes/deployment.patch.scale.json");
    Fixture.within(entry, "/responseObject/spec").put("replicas", 3);

    assertThat(mapper.map(entry, CLUSTER, Fixture.read("kubernetes/deployment.before.json")))
        .isEmpty();
  }

  @Test
  void aPatchOfReplicasAloneIsAScaleAndOneOfTheStrategyAConfigChange() {
    ObjectNode before = Fixture.read("kubernetes/deployment.before.json");
    ObjectNode replicas = Fixture.read("kubernetes/deployment.patch.image.json");
    replicas.set("responseObject", before.deepCopy());
    Fixture.within(replicas, "/responseObject/spec").put("replicas", 9);
    ObjectNode strategy = Fixture.read("kubernetes/deployment.patch.image.json");
    strategy.set("responseObject", before.deepCopy());
    Fixture.within(strategy, "/responseObject/spec/strategy").put("type", "Recreate");

    assertThat(mapper.map(replicas, CLUSTER, before))
        .singleElement()
        .extracting(event -> event.change().kind())
        .isEqualTo(ChangeKind.SCALE);
    assertThat(mapper.map(strategy, CLUSTER, before))
        .singleElement()
        .extracting(event -> event.change().kind())
        .isEqualTo(ChangeKind.CONFIG);
  }

  @Test
  void aRestartIsAnOperationAndNoNewVersion() {
    AuditEvent event = only("deployment.patch.restart", "deployment.before");

    assertThat(event.change().kind()).isEqualTo(ChangeKind.OPERATION);
    assertThat(event.change().action()).isEqualTo("restart");
  }

  @Test
  void aDeletedWorkloadIsKnownByItsUid() {
    AuditEvent event = only("deployment.delete", "deployment.before");

    assertThat(event.ref().id()).isEqualTo("deployments/" + UID + "/deleted");
    assertThat(event.change().action()).isEqualTo("delete");
    assertThat(event.change().state().after()).isNull();
    assertThat(event.change().state().before()).isNotNull();
  }

  @Test
  void aWorkloadThatIsCreatedIsARolloutOfItsImages() {
    ObjectNode entry = Fixture.read("kubernetes/deployment.patch.image.json").put("verb", "create");

    AuditEvent event = mapper.map(entry, CLUSTER).get(0);

    assertThat(event.change().action()).isEqualTo("create");
    assertThat(event.change().summary())
        .isEqualTo("Deployment shop-prd/checkout-svc: created with checkout 1.4.2");
  }

  @Test
  void withoutTheObjectBeforeTheNewStateIsTold() {
    AuditEvent event = only("deployment.patch.image", null);

    assertThat(event.change().kind()).isEqualTo(ChangeKind.DEPLOYMENT);
    assertThat(event.change().summary())
        .isEqualTo("Deployment shop-prd/checkout-svc: updated to checkout 1.4.2");
  }

  @ParameterizedTest
  @ValueSource(strings = {"deployment.update.status", "deployment.update.annotation"})
  void C12_statusAndTheClustersOwnBookkeepingAreNoChanges(String file) {
    ObjectNode entry = Fixture.read("kubernetes/" + file + ".json");
    JsonNode before = Fixture.read("kubernetes/deployment.before.json");

    assertThat(mapper.map(entry, CLUSTER)).isEmpty();
    assertThat(mapper.map(entry, CLUSTER, before)).isEmpty();
  }

  @Test
  void C12_leaderElectionAutoscalingAndRootCertificatesAreNoChanges() {
    ObjectNode leader = Fixture.read("kubernetes/configmap.update.json");
    Fixture.within(leader, "/responseObject/metadata")
        .putObject("annotations")
        .put("control-plane.alpha.kubernetes.io/leader", "{}");
    ObjectNode scaled = Fixture.read("kubernetes/deployment.patch.scale.json");
    Fixture.within(scaled, "/user")
        .put("username", "system:serviceaccount:kube-system:horizontal-pod-autoscaler");
    ObjectNode roots = Fixture.read("kubernetes/configmap.update.json");
    Fixture.within(roots, "/responseObject/metadata").put("name", "kube-root-ca.crt");

    assertThat(List.of(leader, scaled, roots))
        .allSatisfy(entry -> assertThat(mapper.map(entry, CLUSTER)).isEmpty());
  }

  @Test
  void requestsThatFailedWereDryRunsOrOnlyReadAreNoChanges() {
    ObjectNode failed = Fixture.read("kubernetes/deployment.patch.image.json");
    Fixture.within(failed, "/responseStatus").put("code", 409);
    ObjectNode dryRun = Fixture.read("kubernetes/deployment.patch.image.json");
    dryRun.put("requestURI", dryRun.get("requestURI").asText() + "&dryRun=All");
    ObjectNode read = Fixture.read("kubernetes/deployment.patch.image.json").put("verb", "get");
    ObjectNode received =
        Fixture.read("kubernetes/deployment.patch.image.json").put("stage", "RequestReceived");

    assertThat(List.of(failed, dryRun, read, received))
        .allSatisfy(entry -> assertThat(mapper.map(entry, CLUSTER)).isEmpty());
  }

  @Test
  void anUpdateThatChangedNothingIsNoChange() {
    ObjectNode entry = Fixture.read("kubernetes/configmap.update.json");

    assertThat(mapper.map(entry, CLUSTER, entry.get("responseObject"))).isEmpty();
  }

  @Test
  void anEntryWithoutTheObjectIsRefusedBecauseItsLevelIsTooLow() {
    ObjectNode entry =
        Fixture.read("kubernetes/deployment.patch.image.json").put("level", "Metadata");
    entry.remove("responseObject");

    assertThatThrownBy(() -> mapper.map(entry, CLUSTER))
        .isInstanceOf(InvalidEventException.class)
        .hasMessageContaining("RequestResponse");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "deployment.patch.image deployment.before",
        "deployment.patch.restart deployment.before",
        "deployment.patch.scale deployment.before",
        "deployment.delete deployment.before",
        "configmap.update configmap.before"
      })
  void E11_anEntryLoggedTwiceIsTheSameEventAndSurvivesTheWire(String files) {
    String[] parts = files.split(" ", 2);
    List<AuditEvent> first = List.of(only(parts[0], parts[1]));

    assertThat(List.of(only(parts[0], parts[1]))).isEqualTo(first);
    assertThat(Fixture.overTheWire(first)).isEqualTo(first);
  }

  private AuditEvent only(String file, @Nullable String before) {
    List<AuditEvent> events =
        mapper.map(
            Fixture.read("kubernetes/" + file + ".json"),
            CLUSTER,
            before == null ? null : Fixture.read("kubernetes/" + before + ".json"));
    assertThat(events).hasSize(1);
    return events.get(0);
  }

  private static String image(@Nullable JsonNode state) {
    return state == null ? "" : state.at("/spec/template/spec/containers/0/image").asText();
  }
}
