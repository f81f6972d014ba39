// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher;

import static org.assertj.core.api.Assertions.assertThat;

import io.changetrail.model.AuditEvent;
import io.changetrail.watcher.cluster.Cluster;
import io.changetrail.watcher.operation.WatcherConfig;
import io.changetrail.watcher.operation.WatcherMetrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** A cluster, an audit server and a watcher between them, for one namespace. */
final class Scene implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final AtomicInteger NAMESPACES = new AtomicInteger();

  final ControlPlane plane;
  final RunningAuditServer server;
  final String namespace;
  final WatcherMetrics metrics = new WatcherMetrics();
  private final Path directory;
  private String settings = "";
  private @Nullable Watcher watcher;

  Scene(ControlPlane plane, Path directory) throws Exception {
    this.plane = plane;
    this.directory = directory;
    this.namespace = plane.namespace("shop-" + NAMESPACES.incrementAndGet());
    this.server = RunningAuditServer.start(directory.resolve("data"));
  }

  /** Further YAML for the watcher's configuration. */
  Scene with(String yaml) {
    settings += yaml + "\n";
    return this;
  }

  Path configuration() throws IOException {
    Path file = directory.resolve("watcher.yaml");
    String types =
        settings.contains("resources:")
            ? ""
            : """
              onlyResources: true
              secrets: true
              resources:
                - {group: apps, version: v1, kind: Deployment}
                - {group: apps, version: v1, kind: StatefulSet}
                - {group: apps, version: v1, kind: DaemonSet}
                - {group: "", version: v1, kind: ConfigMap}
                - {group: autoscaling, version: v2, kind: HorizontalPodAutoscaler}
                - {group: rbac.authorization.k8s.io, version: v1, kind: Role}
              """;
    Files.writeString(
        file,
        """
        cluster: test
        environment: prod
        server: %s
        """
                .formatted(server.address())
            + (settings.contains("namespaceSelector:") ? "" : "namespaces: [" + namespace + "]\n")
            + (settings.contains("spool:")
                ? ""
                : "spool: {directory: " + directory.resolve("spool") + "}\n")
            + types
            + settings);
    return file;
  }

  Path kubeconfig(String token) throws IOException {
    Path file = directory.resolve("kubeconfig-" + token);
    Files.writeString(file, plane.kubeconfig(token));
    return file;
  }

  Watcher start() throws Exception {
    return start(kubeconfig(ControlPlane.ADMIN), InstantSource.system());
  }

  Watcher start(Path kubeconfig, InstantSource clock) throws Exception {
    Watcher started =
        Watcher.start(
            WatcherConfig.read(configuration()), Cluster.connect(kubeconfig), metrics, clock);
    watcher = started;
    Awaitility.await().atMost(PATIENCE).until(started::isReady);
    return started;
  }

  void stop() {
    Watcher running = watcher;
    if (running != null) {
      running.close();
    }
    watcher = null;
  }

  List<AuditEvent> events() throws Exception {
    return server.events(namespace);
  }

  /** Waits until all objects of a type in a namespace were seen. */
  void awaitListed(String type, String namespace) {
    Awaitility.await()
        .atMost(PATIENCE)
        .until(
            () ->
                server
                    .get("/v1/resources?source=/k8s/test&limit=1000")
                    .toString()
                    .contains(type + " of " + namespace));
  }

  /** The events once there are so many that fit, and a moment later still. */
  List<AuditEvent> await(int count, Predicate<AuditEvent> fits) {
    Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .untilAsserted(
            () ->
                assertThat(events().stream().filter(fits).map(Scene::line))
                    .hasSizeGreaterThanOrEqualTo(count));
    try {
      List<AuditEvent> found = events().stream().filter(fits).toList();
      assertThat(found).extracting(Scene::line).hasSize(count);
      return found;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  static String line(AuditEvent event) {
    return event.change().phase().wireName() + " " + event.change().summary();
  }

  static Predicate<AuditEvent> of(String kind, String name) {
    return event ->
        event.targets().stream()
            .anyMatch(
                target ->
                    target.resource() != null
                        && target.resource().kind().equals(kind)
                        && target.resource().name().equals(name));
  }

  /** So that all that the watcher might say wrongly has been said: a change behind it is there. */
  void settle() throws Exception {
    String name = "marker-" + System.nanoTime();
    String path = "/api/v1/namespaces/" + namespace + "/configmaps";
    plane.create(path, "{apiVersion: v1, kind: ConfigMap, metadata: {name: " + name + "}}");
    await(1, of("ConfigMap", name));
  }

  /** So that a restart does not come before these are noted as told. */
  void awaitNotedFailures(int count) {
    Awaitility.await()
        .atMost(PATIENCE)
        .until(
            () -> {
              String all = server.get("/v1/resources?source=/k8s/test&limit=500").toString();
              return all.split("\"GitOpsFailure\"", -1).length > count;
            });
  }

  @Override
  public void close() {
    stop();
    server.close();
  }
}
