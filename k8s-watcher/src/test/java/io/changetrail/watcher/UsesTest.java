// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher;

import static org.assertj.core.api.Assertions.assertThat;

import io.changetrail.model.AuditEvent;
import io.changetrail.model.Target;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which services a change concerns where the object itself names none. */
class UsesTest {
  @TempDir private Path directory;
  private ControlPlane plane;
  private Scene scene;
  private String configMaps;

  @BeforeEach
  void begin() throws Exception {
    plane = ControlPlane.shared();
    scene = new Scene(plane, directory);
    configMaps = "/api/v1/namespaces/" + scene.namespace + "/configmaps";
  }

  @AfterEach
  void end() {
    if (scene != null) {
      scene.close();
    }
  }

  private void deployment(String name, String pod) throws Exception {
    plane.create(
        "/apis/apps/v1/namespaces/" + scene.namespace + "/deployments",
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: %1$s-v1, labels: {app.kubernetes.io/name: %1$s}}
        spec:
          replicas: 0
          selector: {matchLabels: {app: %1$s}}
          template:
            metadata: {labels: {app: %1$s}}
            spec: %2$s
        """
            .formatted(name, pod));
  }

  private static String container(String more) {
    return "{containers: [{name: app, image: \"ghcr.io/acme/x:1\"" + more + "}]}";
  }

  private List<String> services(String kind, String name) {
    AuditEvent event = scene.await(1, Scene.of(kind, name)).get(0);
    return event.targets().stream().map(Target::service).filter(Objects::nonNull).sorted().toList();
  }

  private void settings(String name) throws Exception {
    plane.create(
        configMaps,
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: %s}, data: {a: \"1\"}}"
            .formatted(name));
  }

  @Test
  void E4_aConfigMapThatNamesNoServiceIsOfAllWhosePodsUseIt() throws Exception {
    settings("shared");
    settings("own");
    settings("unused");
    deployment("checkout", container(", envFrom: [{configMapRef: {name: shared}}]"));
    deployment(
        "pay",
        "{volumes: [{name: v, configMap: {name: own}}], containers: [{name: app, image: \"ghcr.io/acme/x:1\", env: [{name: A, valueFrom: {configMapKeyRef: {name: shared, key: a}}}]}]}");
    scene.start();
    for (String name : List.of("shared", "own", "unused")) {
      plane.patch(configMaps + "/" + name, "{data: {a: \"2\"}}");
    }
    scene.settle();

    assertThat(services("ConfigMap", "shared")).containsExactly("checkout", "pay");
    assertThat(services("ConfigMap", "own")).containsExactly("pay");
    assertThat(services("ConfigMap", "unused")).isEmpty();
    for (String service : List.of("checkout", "pay")) {
      assertThat(scene.server.get("/v1/events?service=" + service).toString())
          .contains("ConfigMap " + scene.namespace + "/shared");
    }
  }

  @Test
  void E4_whoseSettingsChangedWhileNobodyWatchedIsKnownFromWhatWasRecorded() throws Exception {
    settings("own");
    deployment("pay", container(", envFrom: [{configMapRef: {name: own}}]"));
    scene.start();
    scene.stop();
    plane.patch(configMaps + "/own", "{data: {a: \"2\"}}");
    scene.start();

    assertThat(services("ConfigMap", "own")).containsExactly("pay");
  }

  @Test
  void R1_whatScalesLeadsToOrShieldsAServiceIsOfIt() throws Exception {
    scene.with(
        """
        resources:
          - {group: apps, version: v1, kind: Deployment}
          - {group: "", version: v1, kind: Service}
          - {group: "", version: v1, kind: ConfigMap}
          - {group: networking.k8s.io, version: v1, kind: Ingress}
          - {group: networking.k8s.io, version: v1, kind: NetworkPolicy}
          - {group: autoscaling, version: v2, kind: HorizontalPodAutoscaler}
          - {group: policy, version: v1, kind: PodDisruptionBudget}
        onlyResources: true
        """);
    deployment("checkout", container(""));
    scene.start();
    plane.applyAll(
        """
        apiVersion: v1
        kind: Service
        metadata: {name: front, namespace: %1$s}
        spec: {selector: {app: checkout}, ports: [{port: 80}]}
        """
            .formatted(scene.namespace));
    scene.await(1, Scene.of("Service", "front"));
    plane.applyAll(
        """
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata: {name: door, namespace: %1$s}
        spec:
          rules:
            - host: shop.example.com
              http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: front, port: {number: 80}}}}]}
        ---
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: shield, namespace: %1$s}
        spec: {podSelector: {matchLabels: {app: checkout}}, policyTypes: [Ingress]}
        ---
        apiVersion: autoscaling/v2
        kind: HorizontalPodAutoscaler
        metadata: {name: scaler, namespace: %1$s}
        spec: {maxReplicas: 3, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: checkout-v1}}
        ---
        apiVersion: policy/v1
        kind: PodDisruptionBudget
        metadata: {name: budget, namespace: %1$s}
        spec: {minAvailable: 1, selector: {matchLabels: {app: checkout}}}
        """
            .formatted(scene.namespace));

    assertThat(services("Service", "front")).containsExactly("checkout");
    assertThat(services("Ingress", "door")).containsExactly("checkout");
    assertThat(services("NetworkPolicy", "shield")).containsExactly("checkout");
    assertThat(services("HorizontalPodAutoscaler", "scaler")).containsExactly("checkout");
    assertThat(services("PodDisruptionBudget", "budget")).containsExactly("checkout");
  }
}
