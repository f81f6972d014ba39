// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.watcher.operation.AdmissionReceiver;
import io.changetrail.watcher.operation.HttpEndpoints;
import io.changetrail.watcher.operation.ServerCertificate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who is named where there is no audit log, but the API server asks before each write. */
class AdmissionTest {
  private static final String WEBHOOKS =
      "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";

  @TempDir private Path directory;
  private ControlPlane plane;
  private Scene scene;
  private HttpEndpoints receiver;
  private String configMaps;
  private String deployments;
  private String secrets;

  @BeforeEach
  void begin() throws Exception {
    plane = ControlPlane.real("nobody was asked before a write");
    scene = new Scene(plane, directory);
    configMaps = "/api/v1/namespaces/" + scene.namespace + "/configmaps";
    secrets = "/api/v1/namespaces/" + scene.namespace + "/secrets";
    deployments = "/apis/apps/v1/namespaces/" + scene.namespace + "/deployments";
  }

  @AfterEach
  void end() throws Exception {
    if (receiver != null) {
      receiver.close();
      plane.delete(WEBHOOKS + "/" + scene.namespace);
    }
    if (scene != null) {
      scene.close();
    }
  }

  private void listen(Watcher watcher) throws Exception {
    Path store = directory.resolve("admission.p12");
    String bundle = Certificates.bundle(store);
    Path password =
        Files.writeString(directory.resolve("admission-password"), Certificates.PASSWORD);
    receiver =
        HttpEndpoints.https("127.0.0.1", 0, ServerCertificate.read(store, password))
            .on(
                "/ask",
                new AdmissionReceiver(
                    "/ask",
                    review -> {
                      watcher.asked(review);
                      return true;
                    },
                    null))
            .start();
    plane.create(
        WEBHOOKS,
        """
        apiVersion: admissionregistration.k8s.io/v1
        kind: ValidatingWebhookConfiguration
        metadata: {name: %1$s}
        webhooks:
          - name: watcher.changetrail.io
            admissionReviewVersions: [v1]
            sideEffects: None
            failurePolicy: Ignore
            timeoutSeconds: 30 # a machine that is slow has its reviews too
            namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: %1$s}}
            clientConfig: {url: "https://127.0.0.1:%2$d/ask", caBundle: %3$s}
            rules:
              - apiGroups: ["", apps]
                apiVersions: [v1]
                operations: [CREATE, UPDATE, DELETE]
                resources: [configmaps, secrets, deployments, deployments/scale]
        """
            .formatted(scene.namespace, receiver.port(), bundle));
    // The API server takes a moment to know of it.
    await()
        .atMost(Scene.PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .until(
            () -> {
              String name = "probe-" + System.nanoTime();
              plane.create(
                  ControlPlane.ALICE,
                  configMaps,
                  "{apiVersion: v1, kind: ConfigMap, metadata: {name: " + name + "}}");
              return scene.await(1, Scene.of("ConfigMap", name)).get(0).actor().evidence()
                  == Actor.Evidence.ADMISSION;
            });
  }

  private List<String> who(String kind, String name) throws Exception {
    return scene.events().stream()
        .filter(Scene.of(kind, name))
        .map(AuditEvent::actor)
        .map(actor -> actor.id() + " " + actor.evidence())
        .toList();
  }

  @Test
  void C6_whomTheApiServerAskedForIsNamedWithTheGradeAdmission() throws Exception {
    plane.create(
        configMaps, "{apiVersion: v1, kind: ConfigMap, metadata: {name: it}, data: {a: \"1\"}}");
    plane.create(
        secrets,
        "{apiVersion: v1, kind: Secret, metadata: {name: db}, stringData: {k: one-value}}");
    plane.create(
        deployments,
        CaptureTest.deployment("web", "ghcr.io/acme/web:1.0")
            .replace("replicas: 1", "replicas: 0"));
    listen(scene.start());
    plane.patch(ControlPlane.ALICE, configMaps + "/it", "{data: {a: \"2\"}}");
    plane.patch(ControlPlane.ADMIN, configMaps + "/it", "{data: {a: \"3\"}}");
    plane.patch(ControlPlane.ALICE, secrets + "/db", "{stringData: {k: another-value}}");
    plane.patch(ControlPlane.ALICE, deployments + "/web/scale", "{spec: {replicas: 2}}");
    scene.await(2, Scene.of("ConfigMap", "it"));
    plane.delete(configMaps + "/it");
    scene.await(3, Scene.of("ConfigMap", "it"));

    assertThat(who("ConfigMap", "it"))
        .containsExactly("alice ADMISSION", "admin ADMISSION", "admin ADMISSION");
    scene.await(1, Scene.of("Secret", "db"));
    assertThat(who("Secret", "db")).containsExactly("alice ADMISSION");
    scene.await(1, Scene.of("Deployment", "web"));
    assertThat(who("Deployment", "web")).containsExactly("alice ADMISSION");
    assertThat(scene.events())
        .filteredOn(Scene.of("ConfigMap", "it"))
        .element(0)
        .satisfies(event -> assertThat(event.actor().via()).isEqualTo("kubectl-patch"));
  }

  @Test
  void C6_whoOnlyTriedOrAskedForTheSameAsAnotherIsNotNamed() throws Exception {
    plane.create(
        configMaps, "{apiVersion: v1, kind: ConfigMap, metadata: {name: it}, data: {a: \"1\"}}");
    // All of it happens within a moment, however long it takes.
    Instant moment = Instant.now();
    listen(scene.start(scene.kubeconfig(ControlPlane.ADMIN), () -> moment));
    plane.patch(ControlPlane.ALICE, configMaps + "/it?dryRun=All", "{data: {a: \"2\"}}");
    plane.patch(ControlPlane.ADMIN, configMaps + "/it", "{data: {a: \"2\"}}");
    scene.await(1, Scene.of("ConfigMap", "it"));
    plane.patch(ControlPlane.ALICE, configMaps + "/it", "{data: {a: \"1\"}}");
    scene.await(2, Scene.of("ConfigMap", "it"));
    // Alice brings about what the administrator did a moment ago.
    plane.patch(ControlPlane.ALICE, configMaps + "/it", "{data: {a: \"2\"}}");
    scene.await(3, Scene.of("ConfigMap", "it"));

    assertThat(who("ConfigMap", "it"))
        .containsExactly("admin ADMISSION", "alice ADMISSION", "kubectl-patch FIELD_MANAGER");
  }

  @Test
  void C6_noWriteFailsBecauseTheWebhookIsAway() throws Exception {
    plane.create(
        configMaps, "{apiVersion: v1, kind: ConfigMap, metadata: {name: it}, data: {a: \"1\"}}");
    listen(scene.start());
    receiver.close();
    plane.patch(ControlPlane.ALICE, configMaps + "/it", "{data: {a: \"2\"}}");

    scene.await(1, Scene.of("ConfigMap", "it"));
    assertThat(who("ConfigMap", "it")).containsExactly("kubectl-patch FIELD_MANAGER");
  }
}
