// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Outcome;
import io.changetrail.model.Phase;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What Argo CD, Argo Rollouts and Flux write into a real cluster. Their objects have the form that
 * their API references document (argo-cd.readthedocs.io, argo-rollouts.readthedocs.io, fluxcd.io);
 * every value is our own. The test plays their controllers.
 */
class GitopsTest {
  private static final String ONE = "1f".repeat(20);
  private static final String TWO = "2f".repeat(20);

  @TempDir private Path directory;
  private ControlPlane plane;
  private Scene scene;
  private String deployments;

  @BeforeEach
  void begin() throws Exception {
    plane = ControlPlane.shared();
    scene = new Scene(plane, directory);
    deployments = "/apis/apps/v1/namespaces/" + scene.namespace + "/deployments";
    scene.with(
        """
        resources:
          - {group: apps, version: v1, kind: Deployment}
          - {group: "", version: v1, kind: ConfigMap}
          - {group: argoproj.io, version: v1alpha1, kind: Application}
          - {group: argoproj.io, version: v1alpha1, kind: Rollout}
          - {group: kustomize.toolkit.fluxcd.io, version: v1, kind: Kustomization}
          - {group: helm.toolkit.fluxcd.io, version: v2, kind: HelmRelease}
          - {group: source.toolkit.fluxcd.io, version: v1, kind: GitRepository}
        onlyResources: true
        """);
    plane.define("argoproj.io", "v1alpha1", "Application", "applications");
    plane.define("argoproj.io", "v1alpha1", "Rollout", "rollouts");
    plane.define("kustomize.toolkit.fluxcd.io", "v1", "Kustomization", "kustomizations");
    plane.define("helm.toolkit.fluxcd.io", "v2", "HelmRelease", "helmreleases");
    plane.define("source.toolkit.fluxcd.io", "v1", "GitRepository", "gitrepositories");
  }

  @AfterEach
  void end() {
    if (scene != null) {
      scene.close();
    }
  }

  private String path(String group, String plural) {
    return "/apis/" + group + "/namespaces/" + scene.namespace + "/" + plural;
  }

  private static String now() {
    return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
  }

  private void argoStatus(String phase, String message, String revision, String by, String history)
      throws Exception {
    plane.mergePatch(
        path("argoproj.io/v1alpha1", "applications") + "/checkout/status",
        """
        status:
          history: [%6$s]
          operationState:
            phase: %1$s
            message: "%2$s"
            startedAt: "%5$s"
            finishedAt: "%5$s"
            operation: {initiatedBy: %4$s, sync: {revision: %3$s}}
            syncResult:
              revision: %3$s
              source: {repoURL: "https://github.com/acme/deploy", path: checkout, targetRevision: main}
        """
            .formatted(phase, message, revision, by, now(), history));
  }

  private static String deployed(int id, String revision) {
    return "{id: %d, revision: %s, deployedAt: \"2026-11-01T00:00:00Z\"}".formatted(id, revision);
  }

  @Test
  void I3_aSyncOfArgoCdIsToldWithCommitRepositoryAndWhoAndAsTheCauseOfWhatItChanged()
      throws Exception {
    plane.create(
        path("argoproj.io/v1alpha1", "applications"),
        """
        apiVersion: argoproj.io/v1alpha1
        kind: Application
        metadata: {name: checkout}
        spec:
          project: default
          destination: {server: "https://kubernetes.default.svc", namespace: %s}
          source: {repoURL: "https://github.com/acme/deploy", path: checkout, targetRevision: main}
        """
            .formatted(scene.namespace));
    String manifest =
        CaptureTest.deployment("checkout", "ghcr.io/acme/checkout:1.0")
            .replace(
                "metadata: {name: checkout,",
                "metadata: {name: checkout, annotations: {argocd.argoproj.io/tracking-id: \"checkout:apps/Deployment:%s/checkout\"},"
                    .formatted(scene.namespace));
    plane.apply(ControlPlane.ADMIN, deployments + "/checkout", "argocd-controller", manifest);
    argoStatus("Succeeded", "ok", ONE, "{automated: true}", deployed(1, ONE));
    scene.start();
    scene.settle();
    assertThat(scene.events()).as("a sync of before").noneMatch(GitopsTest::isSync);

    plane.apply(
        ControlPlane.ADMIN,
        deployments + "/checkout",
        "argocd-controller",
        manifest.replace("checkout:1.0", "checkout:1.1"));
    AuditEvent rollout = scene.await(1, event -> event.change().phase() == Phase.STARTED).get(0);
    argoStatus(
        "Succeeded", "ok", TWO, "{username: alice}", deployed(1, ONE) + "," + deployed(2, TWO));
    AuditEvent sync = scene.await(1, GitopsTest::isSync).get(0);
    assertThat(sync.change().summary())
        .isEqualTo(
            "Application "
                + scene.namespace
                + "/checkout: synced 1f1f1f1 → 2f2f2f2 of https://github.com/acme/deploy");
    assertThat(sync.change().outcome()).isEqualTo(Outcome.SUCCESS);
    assertThat(sync.actor())
        .isEqualTo(new Actor("alice", null, Actor.Kind.USER, "argocd", Actor.Evidence.DECLARED));
    assertThat(sync.provenance().vcs())
        .isNotNull()
        .satisfies(
            vcs -> {
              assertThat(vcs.repository()).isEqualTo("https://github.com/acme/deploy");
              assertThat(vcs.revision()).isEqualTo(TWO);
              assertThat(vcs.ref()).isEqualTo("main");
            });
    org.awaitility.Awaitility.await()
        .atMost(Scene.PATIENCE)
        .untilAsserted(
            () ->
                assertThat(
                        scene.events().stream()
                            .filter(event -> event.ref().equals(rollout.ref()))
                            .flatMap(event -> event.links().causedBy().stream()))
                    .containsExactly(sync.ref()));

    argoStatus(
        "Succeeded",
        "ok",
        ONE,
        "{username: alice}",
        deployed(1, ONE) + "," + deployed(2, TWO) + "," + deployed(3, ONE));
    assertThat(scene.await(2, GitopsTest::isSync).get(1).change())
        .satisfies(
            change -> {
              assertThat(change.action()).as("R8").isEqualTo("rollback");
              assertThat(change.summary()).contains("rolled back to 2f2f2f2 → 1f1f1f1");
            });
  }

  private String application(String name) throws Exception {
    plane.create(
        path("argoproj.io/v1alpha1", "applications"),
        """
        apiVersion: argoproj.io/v1alpha1
        kind: Application
        metadata: {name: %s}
        spec:
          destination: {server: "https://kubernetes.default.svc", namespace: %s}
          source: {repoURL: "https://github.com/acme/deploy", path: checkout, targetRevision: main}
        """
            .formatted(name, scene.namespace));
    return path("argoproj.io/v1alpha1", "applications") + "/" + name + "/status";
  }

  /** What Argo CD says of resources, compared with a revision after it applied another. */
  private void compared(String application, String applied, String revision, String... resources)
      throws Exception {
    plane.mergePatch(
        application,
        """
        status:
          history: [{id: 1, revision: %1$s, deployedAt: "2026-11-01T00:00:00Z"}]
          sync: {status: %4$s, revision: %2$s, comparedTo: {source: {path: checkout}}}
          resources: [%3$s]
        """
            .formatted(
                applied,
                revision,
                String.join(", ", resources),
                String.join(" ", resources).contains("OutOfSync") ? "OutOfSync" : "Synced"));
  }

  private String configMap(String name, String more) {
    return "{version: v1, kind: ConfigMap, namespace: %s, name: %s, status: %s}"
        .formatted(scene.namespace, name, more);
  }

  private Predicate<AuditEvent> drift(String object) {
    return Scene.of("ConfigDrift", object);
  }

  @Test
  void C11_whatArgoCdFindsOutOfSyncIsDriftUntilItIsNotAndIsNotToldTwice() throws Exception {
    String maps = "/api/v1/namespaces/" + scene.namespace + "/configmaps";
    String declared = "{apiVersion: v1, kind: ConfigMap, metadata: {name: %s}, data: {k: a}}";
    plane.apply(
        ControlPlane.ADMIN, maps + "/ours", "argocd-controller", declared.formatted("ours"));
    plane.create(maps, declared.formatted("theirs"));
    String application = application("checkout");
    compared(application, ONE, ONE, configMap("ours", "Synced"), configMap("theirs", "Synced"));
    scene.with("discovery: PT0.2S");
    AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);
    InstantSource clock = () -> Instant.now().plus(ahead.get());
    scene.start(scene.kubeconfig(ControlPlane.ADMIN), clock);
    plane.patch(maps + "/ours", "{data: {k: b}}");
    plane.patch(maps + "/theirs", "{data: {k: b}}");
    AuditEvent ours = scene.await(1, drift("ConfigMap/ours")).get(0);
    assertThat(ours.change().state().after().path("fields").has("data.k")).isTrue();
    AuditEvent change = scene.await(1, Scene.of("ConfigMap", "theirs")).get(0);
    String[] out = {
      configMap("ours", "OutOfSync"),
      configMap("theirs", "OutOfSync"),
      "{group: apps, version: v1, kind: Deployment, namespace: %s, name: gone, status: OutOfSync, health: {status: Missing}}"
          .formatted(scene.namespace)
    };
    compared(application, ONE, ONE, out);

    AuditEvent theirs = scene.await(1, drift("ConfigMap/theirs")).get(0);
    JsonNode field = theirs.change().state().after().at("/fields/(object)");
    assertThat(field.path("live").asText()).isEqualTo("OutOfSync");
    assertThat(field.path("declaredBy").asText())
        .isEqualTo("Argo CD application " + scene.namespace + "/checkout at 1f1f1f1");
    assertThat(theirs.links().causedBy()).containsExactly(change.ref());
    AuditEvent gone = scene.await(1, drift("Deployment/gone")).get(0);
    assertThat(gone.change().summary()).contains("declared present, live absent");

    scene.stop();
    scene.start(scene.kubeconfig(ControlPlane.ADMIN), clock);
    compared(
        application,
        ONE,
        ONE,
        out[0],
        out[1],
        out[2],
        configMap("extra", "OutOfSync, requiresPruning: true"));
    assertThat(scene.await(1, drift("ConfigMap/extra")).get(0).change().summary())
        .contains("declared absent, live present");
    for (String one : List.of("ConfigMap/ours", "ConfigMap/theirs", "Deployment/gone")) {
      scene.await(1, drift(one));
    }

    compared(application, ONE, ONE, out[0], configMap("theirs", "Synced"));
    AuditEvent end = scene.await(2, drift("ConfigMap/theirs")).get(1);
    assertThat(end.change().action()).isEqualTo("drift_resolved");
    assertThat(end.change().id()).isEqualTo(theirs.change().id());
    scene.await(2, drift("Deployment/gone"));
    scene.await(1, drift("ConfigMap/ours"));

    // A commit takes a while to be applied, and that is no drift.
    compared(application, ONE, TWO, configMap("theirs", "OutOfSync"));
    compared(application("marker"), ONE, ONE, configMap("marker", "OutOfSync"));
    scene.await(1, drift("ConfigMap/marker"));
    scene.await(2, drift("ConfigMap/theirs"));
    ahead.set(Duration.ofMinutes(11));
    scene.await(3, drift("ConfigMap/theirs"));
  }

  @Test
  void I3_aSyncThatFailedIsToldWithItsReasonAndARestartRepeatsNone() throws Exception {
    plane.create(
        path("argoproj.io/v1alpha1", "applications"),
        "{apiVersion: argoproj.io/v1alpha1, kind: Application, metadata: {name: checkout}, spec: {destination: {name: spoke-eu, namespace: shop}}}");
    scene.start();
    argoStatus("Succeeded", "ok", ONE, "{automated: true}", "");
    org.awaitility.Awaitility.await()
        .atMost(Scene.PATIENCE)
        .until(() -> scene.server.events("shop").stream().anyMatch(GitopsTest::isSync));
    argoStatus("Failed", "one or more objects failed to apply", TWO, "{automated: true}", "");
    AuditEvent sync =
        org.awaitility.Awaitility.await()
            .atMost(Scene.PATIENCE)
            .until(
                () ->
                    scene.server.events("shop").stream()
                        .filter(GitopsTest::isSync)
                        .skip(1)
                        .findFirst()
                        .orElse(null),
                Objects::nonNull);
    assertThat(sync.change().outcome()).isEqualTo(Outcome.FAILURE);
    assertThat(sync.change().reason()).isEqualTo("one or more objects failed to apply");
    assertThat(sync.targets().get(0).cluster()).as("it is another one").isEqualTo("spoke-eu");
    scene.awaitNotedFailures(1);
    scene.stop();
    plane.mergePatch(
        path("argoproj.io/v1alpha1", "applications") + "/checkout",
        "{metadata: {annotations: {argocd.argoproj.io/refresh: normal}}}");
    scene.start();
    scene.settle();
    assertThat(scene.server.events("shop").stream().filter(GitopsTest::isSync)).hasSize(2);
  }

  @Test
  void I3_aRevisionThatFluxAppliedIsToldWithItsRepositoryAndAsTheCauseOfWhatItChanged()
      throws Exception {
    plane.create(
        path("source.toolkit.fluxcd.io/v1", "gitrepositories"),
        "{apiVersion: source.toolkit.fluxcd.io/v1, kind: GitRepository, metadata: {name: deploy}, spec: {url: \"https://github.com/acme/deploy\"}}");
    String kustomizations = path("kustomize.toolkit.fluxcd.io/v1", "kustomizations");
    plane.create(
        kustomizations,
        "{apiVersion: kustomize.toolkit.fluxcd.io/v1, kind: Kustomization, metadata: {name: shop}, spec: {path: ./shop, sourceRef: {kind: GitRepository, name: deploy}}}");
    scene.start();
    String map =
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: settings, labels: {kustomize.toolkit.fluxcd.io/name: shop, kustomize.toolkit.fluxcd.io/namespace: %s}}, data: {a: \"1\"}}"
            .formatted(scene.namespace);
    plane.apply(
        ControlPlane.ADMIN,
        "/api/v1/namespaces/" + scene.namespace + "/configmaps/settings",
        "kustomize-controller",
        map);
    AuditEvent change = scene.await(1, Scene.of("ConfigMap", "settings")).get(0);
    plane.mergePatch(
        kustomizations + "/shop/status",
        """
        status:
          lastAppliedRevision: main@sha1:%1$s
          lastAttemptedRevision: main@sha1:%1$s
          conditions: [{type: Ready, status: "True", reason: ReconciliationSucceeded, lastTransitionTime: "%2$s"}]
        """
            .formatted(ONE, now()));
    AuditEvent sync = scene.await(1, GitopsTest::isSync).get(0);
    assertThat(sync.provenance().vcs())
        .isNotNull()
        .satisfies(
            vcs -> {
              assertThat(vcs.repository()).isEqualTo("https://github.com/acme/deploy");
              assertThat(vcs.revision()).isEqualTo(ONE);
              assertThat(vcs.ref()).isEqualTo("main");
            });
    org.awaitility.Awaitility.await()
        .atMost(Scene.PATIENCE)
        .untilAsserted(
            () ->
                assertThat(
                        scene.events().stream()
                            .filter(event -> event.ref().equals(change.ref()))
                            .flatMap(event -> event.links().causedBy().stream()))
                    .containsExactly(sync.ref()));
    plane.mergePatch(
        kustomizations + "/shop/status",
        """
        status:
          lastAttemptedRevision: main@sha1:%s
          conditions: [{type: Ready, status: "False", reason: BuildFailed, message: "kustomize build failed: no such file", lastTransitionTime: "%s"}]
        """
            .formatted(TWO, now()));
    AuditEvent failed = scene.await(2, GitopsTest::isSync).get(1);
    assertThat(failed.change().outcome()).isEqualTo(Outcome.FAILURE);
    assertThat(failed.change().reason()).contains("no such file");
  }

  @Test
  void I3_aHelmReleaseOfFluxIsToldWithChartAndRevision() throws Exception {
    String releases = path("helm.toolkit.fluxcd.io/v2", "helmreleases");
    plane.create(
        releases,
        "{apiVersion: helm.toolkit.fluxcd.io/v2, kind: HelmRelease, metadata: {name: shop}, spec: {chart: {spec: {chart: shop, version: 1.x}}}}");
    scene.start();
    String status =
        """
        status:
          history: [{chartName: shop, chartVersion: %s, appVersion: "%s", version: %d, status: deployed, namespace: %s, lastDeployed: "%s"}]
        """;
    plane.mergePatch(
        releases + "/shop/status", status.formatted("1.2.0", "7", 1, scene.namespace, now()));
    scene.await(1, GitopsTest::isSync);
    plane.mergePatch(
        releases + "/shop/status", status.formatted("1.3.0", "8", 2, scene.namespace, now()));
    assertThat(scene.await(2, GitopsTest::isSync).get(1).change().summary())
        .isEqualTo("HelmRelease " + scene.namespace + "/shop: synced shop 1.2.0 → shop 1.3.0");
  }

  @Test
  void I3_eachWeightOfACanaryIsToldAndItsEnd() throws Exception {
    String rollouts = path("argoproj.io/v1alpha1", "rollouts");
    plane.create(
        rollouts,
        """
        apiVersion: argoproj.io/v1alpha1
        kind: Rollout
        metadata: {name: web}
        spec:
          replicas: 4
          selector: {matchLabels: {app: web}}
          strategy: {canary: {steps: [{setWeight: 25}, {pause: {}}, {setWeight: 50}, {pause: {duration: 10m}}]}}
          template:
            metadata: {labels: {app: web}}
            spec: {containers: [{name: app, image: "ghcr.io/acme/web:1.0"}]}
        """);
    scene.start();
    plane.mergePatch(
        rollouts + "/web",
        "{spec: {template: {spec: {containers: [{name: app, image: \"ghcr.io/acme/web:1.1\"}]}}}}");
    scene.await(1, event -> event.change().phase() == Phase.STARTED);
    for (Map.Entry<Integer, String> step :
        List.of(
            Map.entry(0, "Progressing"),
            Map.entry(1, "Paused"),
            Map.entry(2, "Progressing"),
            Map.entry(3, "Paused"),
            Map.entry(4, "Healthy"))) {
      plane.mergePatch(
          rollouts + "/web/status",
          "{status: {observedGeneration: 99, currentStepIndex: %d, phase: %s, currentPodHash: b, stableRS: %s}}"
              .formatted(step.getKey(), step.getValue(), step.getKey() == 4 ? "b" : "a"));
    }
    List<AuditEvent> told = scene.await(4, event -> event.change().phase() != Phase.STARTED);
    String title = "Rollout " + scene.namespace + "/web: ";
    assertThat(told.subList(0, 3))
        .extracting(event -> event.change().summary())
        .containsExactly(
            title + "canary at 25 %, step 1 of 4",
            title + "canary at 50 %, step 3 of 4",
            title + "canary at 100 %, all steps done");
    assertThat(told.get(0).change().rollout()).isEqualTo(25.0);
    assertThat(told.get(3).change().outcome()).isEqualTo(Outcome.SUCCESS);
  }

  private static boolean isSync(AuditEvent event) {
    return event.targets().stream()
        .anyMatch(target -> Objects.requireNonNull(target.resource()).kind().equals("GitOpsSync"));
  }
}
