// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.changetrail.watcher.cluster.Cluster;
import io.changetrail.watcher.operation.WatcherConfig;
import io.changetrail.watcher.operation.WatcherMetrics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rights that are shipped are enough, and what is not granted costs only itself. */
class RbacTest {
  @TempDir private Path directory;

  @Test
  void theShippedRoleIsEnoughForAllBuiltInTypesAndASecretThatItDoesNotGrantIsNamed()
      throws Exception {
    ControlPlane plane = ControlPlane.shared();
    String roles = "/apis/rbac.authorization.k8s.io/v1/clusterroles";
    plane.create(roles, Files.readString(Path.of("../deploy/kubernetes/rbac.yaml")));
    plane.create(
        "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
        """
        apiVersion: rbac.authorization.k8s.io/v1
        kind: ClusterRoleBinding
        metadata: {name: watcher}
        roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: changetrail-k8s-watcher}
        subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: watcher}]
        """);
    try (Scene scene = new Scene(plane, directory).with("secrets: true\nresources: []")) {
      String configMaps = "/api/v1/namespaces/" + scene.namespace + "/configmaps";
      try (Watcher watcher =
          Watcher.start(
              WatcherConfig.read(scene.configuration()),
              Cluster.connect(scene.kubeconfig(ControlPlane.WATCHER)),
              new WatcherMetrics(),
              InstantSource.system())) {
        await()
            .atMost(Scene.PATIENCE)
            .until(
                () ->
                    scene
                        .server
                        .get("/v1/resources?source=/k8s/test")
                        .toString()
                        .contains("configmaps\""));
        plane.create(configMaps, "{apiVersion: v1, kind: ConfigMap, metadata: {name: it}}");
        scene.await(1, Scene.of("ConfigMap", "it"));
        await().atMost(Scene.PATIENCE).until(() -> watcher.troubles().size() == 1);
        assertThat(watcher.troubles().get("Secret"))
            .contains("may not be read", "secrets is forbidden", "leave the type out");
        assertThat(watcher.isReady()).as("not everything is seen").isFalse();
      }
    }
  }
}
