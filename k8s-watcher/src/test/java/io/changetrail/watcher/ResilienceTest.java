// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.watcher.cluster.Cluster;
import io.changetrail.watcher.cluster.ResourceType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import okhttp3.Call;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a real API server does to whoever watches it for long, and objects of an unusual kind. */
class ResilienceTest {
  @TempDir private Path directory;

  private static String configMap(String name, String value) {
    return "{apiVersion: v1, kind: ConfigMap, metadata: {name: %s}, data: {a: \"%s\"}}"
        .formatted(name, value);
  }

  private static List<String> values(List<AuditEvent> events) {
    return events.stream()
        .map(event -> event.change().state().after().at("/data/a").asText())
        .toList();
  }

  private ControlPlane own() throws Exception {
    ControlPlane own = ControlPlane.create(Files.createDirectories(directory.resolve("own")));
    own.startApiServer();
    return own;
  }

  @Test
  void C13_aNewCertificateAndANewTokenAreTakenUpWithNothingMissedOrDoubled() throws Exception {
    try (ControlPlane own = own();
        Scene scene = new Scene(own, Files.createDirectories(directory.resolve("scene")))) {
      String maps = "/api/v1/namespaces/" + scene.namespace + "/configmaps";
      own.create(maps, configMap("it", "0"));
      Path trusted = directory.resolve("ca.crt");
      Files.copy(own.certificate(), trusted);
      Path kubeconfig = scene.kubeconfig(ControlPlane.WATCHER);
      String access =
          own.kubeconfig(ControlPlane.WATCHER)
              .replace("insecure-skip-tls-verify: true", "certificate-authority: " + trusted);
      Files.writeString(kubeconfig, access);
      own.create(
          "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
          "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: watcher}, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}, subjects: [{kind: User, name: watcher, apiGroup: rbac.authorization.k8s.io}]}");
      own.awaitStatus(200, ControlPlane.WATCHER, "/api/v1/namespaces/kube-system");
      scene.start(kubeconfig, InstantSource.system());
      own.patch(maps + "/it", "{data: {a: \"1\"}}");
      scene.await(1, Scene.of("ConfigMap", "it"));
      own.stopApiServer();
      own.renew(ControlPlane.WATCHER, "another-token");
      own.startApiServer();
      await()
          .atMost(Scene.PATIENCE)
          .ignoreExceptions()
          .until(
              () ->
                  own.send(ControlPlane.WATCHER, "GET", "/api/v1/namespaces", null).statusCode()
                      == 401);
      own.patch(maps + "/it", "{data: {a: \"2\"}}");
      Files.copy(own.certificate(), trusted, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      Files.writeString(kubeconfig, access.replace(ControlPlane.WATCHER, "another-token"));

      assertThat(values(scene.await(2, Scene.of("ConfigMap", "it")))).containsExactly("1", "2");
    }
  }

  /** Starts the watcher of a scene so that it sees its API server through a relay. */
  private static void startBehind(Relay relay, Scene scene, ControlPlane own) throws Exception {
    Path kubeconfig = scene.kubeconfig(ControlPlane.ADMIN);
    Files.writeString(
        kubeconfig,
        own.kubeconfig(ControlPlane.ADMIN)
            .replace(":" + own.address().getPort(), ":" + relay.port()));
    scene.start(kubeconfig, InstantSource.system());
  }

  @Test
  void C13_versionsThatTheApiServerHasForgottenAreMadeUpForByAListThatTellsTheNetChange()
      throws Exception {
    try (ControlPlane own = own();
        Relay relay = new Relay(own.address().getPort());
        Scene scene = new Scene(own, Files.createDirectories(directory.resolve("scene")))) {
      String maps = "/api/v1/namespaces/" + scene.namespace + "/configmaps";
      own.create(maps, configMap("it", "0"));
      startBehind(relay, scene, own);
      relay.cut();
      own.patch(maps + "/it", "{data: {a: \"1\"}}");
      own.patch(maps + "/it", "{data: {a: \"2\"}}");
      // What it serves watches from begins anew with its start: an older version is gone (410).
      own.stopApiServer();
      own.startApiServer();
      relay.mend();

      AuditEvent net = scene.await(1, Scene.of("ConfigMap", "it")).get(0);
      assertThat(net.change().state().before().at("/data/a").asText()).isEqualTo("0");
      assertThat(net.change().state().after().at("/data/a").asText()).isEqualTo("2");
      assertThat(net.change().observedLate()).as("a watch would have told of each").isNotNull();
      own.patch(maps + "/it", "{data: {a: \"3\"}}");
      assertThat(values(scene.await(2, Scene.of("ConfigMap", "it")))).containsExactly("2", "3");
    }
  }

  @Test
  void C13_versionsThatEtcdHasCompactedAwayAreMadeUpForByAListThatTellsTheNetChangeOnce()
      throws Exception {
    try (RealControlPlane own =
        ControlPlane.createReal(
            Files.createDirectories(directory.resolve("own")), "no etcd was compacted")) {
      // Without its cache, which would serve what etcd has forgotten.
      own.apiServerFlags("--watch-cache=false");
      own.startApiServer();
      try (Relay relay = new Relay(own.address().getPort());
          Scene scene = new Scene(own, Files.createDirectories(directory.resolve("scene")))) {
        String maps = "/api/v1/namespaces/" + scene.namespace + "/configmaps";
        String old =
            own.create(maps, configMap("it", "0")).at("/metadata/resourceVersion").asText();
        own.create(maps, configMap("gone", "0"));
        startBehind(relay, scene, own);
        relay.cut();
        own.patch(maps + "/it", "{data: {a: \"1\"}}");
        own.patch(maps + "/it", "{data: {a: \"2\"}}");
        own.delete(maps + "/gone");
        own.create(maps, configMap("fresh", "0"));
        own.compact();
        byte[] refused =
            own.send(
                    ControlPlane.ADMIN,
                    "GET",
                    maps + "?watch=true&timeoutSeconds=5&resourceVersion=" + old,
                    null)
                .body();
        assertThat(new String(refused, StandardCharsets.UTF_8)).contains("410");
        relay.mend();

        AuditEvent net = scene.await(1, Scene.of("ConfigMap", "it")).get(0);
        assertThat(net.change().state().before().at("/data/a").asText()).isEqualTo("0");
        assertThat(net.change().state().after().at("/data/a").asText()).isEqualTo("2");
        assertThat(net.change().observedLate()).as("a watch would have told of each").isNotNull();
        assertThat(scene.await(1, Scene.of("ConfigMap", "gone")).get(0).change().action())
            .isEqualTo("delete");
        assertThat(scene.await(1, Scene.of("ConfigMap", "fresh")).get(0).change().action())
            .isEqualTo("create");
        own.patch(maps + "/it", "{data: {a: \"3\"}}");
        assertThat(values(scene.await(2, Scene.of("ConfigMap", "it")))).containsExactly("2", "3");
        scene.settle();
        assertThat(scene.events()).filteredOn(Scene.of("ConfigMap", "gone")).hasSize(1);
        assertThat(scene.events()).filteredOn(Scene.of("ConfigMap", "fresh")).hasSize(1);
      }
    }
  }

  /** Ends a watch once it is told of anything. */
  private static final class First implements Cluster.Watcher {
    private final List<String> told = new CopyOnWriteArrayList<>();
    private volatile Call running;

    @Override
    public void changed(ObjectNode object) {
      told.add("changed");
    }

    @Override
    public void deleted(ObjectNode object) {
      told.add("deleted");
    }

    @Override
    public void upTo(String resourceVersion) {
      told.add(resourceVersion);
      running.cancel();
    }
  }

  /** It takes a minute: so rarely the API server sends one. */
  @Test
  void C13_aBookmarkOfTheApiServerTellsHowFarAWatchHasComeInWhichNothingHappens() throws Exception {
    ControlPlane plane = ControlPlane.real("no bookmark was sent");
    ResourceType maps = new ResourceType("", "v1", "ConfigMap", "configmaps", true);
    try (Scene scene = new Scene(plane, directory)) {
      Cluster cluster = Cluster.connect(scene.kubeconfig(ControlPlane.ADMIN));
      String from = cluster.version(maps, scene.namespace);
      long elsewhere =
          plane
              .create("/api/v1/namespaces/default/configmaps", configMap(scene.namespace, "0"))
              .at("/metadata/resourceVersion")
              .asLong();
      First first = new First();
      assertThatThrownBy(
              () -> cluster.watch(maps, scene.namespace, from, first, call -> first.running = call))
          .isInstanceOf(IOException.class);
      assertThat(first.told).hasSize(1);
      assertThat(Long.parseLong(first.told.get(0))).isGreaterThanOrEqualTo(elsewhere);
    }
  }

  @Test
  void C13_anEtcdThatIsRestoredFromABackupIsComparedAnewAndItsChangesAreToldFromThere()
      throws Exception {
    try (RealControlPlane own =
        ControlPlane.createReal(
            Files.createDirectories(directory.resolve("own")), "no etcd was restored")) {
      own.startApiServer();
      try (Scene scene = new Scene(own, Files.createDirectories(directory.resolve("scene")))) {
        String maps = "/api/v1/namespaces/" + scene.namespace + "/configmaps";
        own.create(maps, configMap("it", "0"));
        own.create(maps, configMap("back", "0"));
        own.stopAll();
        own.backUp(directory.resolve("backup"));
        own.startApiServer();
        scene.start();
        // More than is written after the restore: versions that were seen do not come again soon.
        for (int i = 1; i <= 200; i++) {
          own.patch(maps + "/it", "{data: {a: \"" + i + "\"}}");
        }
        own.delete(maps + "/back");
        own.create(maps, configMap("lost", "0"));
        scene.await(1, Scene.of("ConfigMap", "back"));
        scene.await(1, Scene.of("ConfigMap", "lost"));
        scene.await(200, Scene.of("ConfigMap", "it"));
        own.stopAll();
        own.restore(directory.resolve("backup"));
        own.startApiServer();

        AuditEvent net = scene.await(201, Scene.of("ConfigMap", "it")).get(200);
        assertThat(net.change().state().before().at("/data/a").asText()).isEqualTo("200");
        assertThat(net.change().state().after().at("/data/a").asText()).isEqualTo("0");
        assertThat(net.change().observedLate()).isNotNull();
        assertThat(scene.await(2, Scene.of("ConfigMap", "back")))
            .extracting(event -> event.change().action())
            .containsExactly("delete", "create");
        assertThat(scene.await(2, Scene.of("ConfigMap", "lost")))
            .extracting(event -> event.change().action())
            .containsExactly("create", "delete");
        own.patch(maps + "/it", "{data: {a: \"next\"}}");
        AuditEvent next = scene.await(202, Scene.of("ConfigMap", "it")).get(201);
        assertThat(next.change().state().after().at("/data/a").asText()).isEqualTo("next");
        assertThat(next.change().observedLate()).as("a watch told of it").isNull();
      }
    }
  }

  @Test
  void C5_objectsWhoseDefinitionVanishesAreGoneAndThoseOfItsReturnAreSeen() throws Exception {
    ControlPlane plane = ControlPlane.shared();
    try (Scene scene = new Scene(plane, directory)) {
      scene.with(
          "resources: [{group: gone.example.com, version: v1, kind: Widget}, {group: \"\", version: v1, kind: ConfigMap}]\nonlyResources: true");
      plane.define("gone.example.com", "v1", "Widget", "widgets");
      String widgets = "/apis/gone.example.com/v1/namespaces/" + scene.namespace + "/widgets";
      String widget =
          "{apiVersion: gone.example.com/v1, kind: Widget, metadata: {name: w}, spec: {size: 1}}";
      plane.create(widgets, widget);
      Watcher watcher = scene.start();
      plane.delete(
          "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.gone.example.com");
      assertThat(scene.await(1, Scene.of("Widget", "w")).get(0).change().action())
          .isEqualTo("delete");
      await()
          .atMost(Scene.PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(watcher.troubles().getOrDefault("Widget", ""))
                      .contains("is not served any more"));
      scene.settle();
      plane.define("gone.example.com", "v1", "Widget", "widgets");
      plane.create(widgets, widget.replace("size: 1", "size: 2"));
      await()
          .atMost(Scene.PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(scene.events())
                      .filteredOn(Scene.of("Widget", "w"))
                      .extracting(event -> event.change().action())
                      .containsExactly("delete", "create"));
      // It is a trouble until its whole list was taken, of which the event is a part.
      await()
          .atMost(Scene.PATIENCE)
          .untilAsserted(() -> assertThat(watcher.troubles()).doesNotContainKey("Widget"));
      plane.delete(
          "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.gone.example.com");
    }
  }

  @Test
  void C5_anObjectOfAnySizeIsToldOfAndSoIsItsDrift() throws Exception {
    ControlPlane plane = ControlPlane.shared();
    try (Scene scene = new Scene(plane, directory)) {
      String maps = "/api/v1/namespaces/" + scene.namespace + "/configmaps";
      String large = "x".repeat(400_000);
      Path manifests = Files.createDirectories(directory.resolve("manifests"));
      Files.writeString(
          manifests.resolve("large.yaml"),
          "{apiVersion: v1, kind: ConfigMap, metadata: {name: large}, data: {text: declared-%s}}"
              .formatted(large));
      scene.with(
          "declared: [{directory: %s, namespace: %s}]".formatted(manifests, scene.namespace));
      plane.create(
          maps,
          "{apiVersion: v1, kind: ConfigMap, metadata: {name: large}, data: {text: declared-%s, other: %s}}"
              .formatted(large, large));
      scene.start();
      plane.patch(maps + "/large", "{data: {text: live-%s}}".formatted(large));

      AuditEvent change = scene.await(1, Scene.of("ConfigMap", "large")).get(0);
      assertThat(change.change().state().after().at("/data/text").asText())
          .startsWith("sha256:")
          .endsWith("bytes)");
      assertThat(change.change().state().after().at("/data/other"))
          .isEqualTo(change.change().state().before().at("/data/other"));
      AuditEvent drift = scene.await(1, Scene.of("ConfigDrift", "ConfigMap/large")).get(0);
      assertThat(drift.change().state().after().at("/fields/data.text/declared").asText())
          .startsWith("sha256:");
      assertThat(new String(scene.metrics.scrape(), StandardCharsets.UTF_8))
          .contains("changetrail_shipper_dead_letters{destination=\"audit-server\"} 0");
      scene.stop();
      scene.start();
      plane.patch(maps + "/large", "{data: {text: declared-%s}}".formatted(large));
      assertThat(
              scene.await(2, Scene.of("ConfigDrift", "ConfigMap/large")).get(1).change().action())
          .isEqualTo("drift_resolved");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT-2H", "PT2H"})
  void C13_aWatcherWhoseClockIsWrongLosesNothingAndKeepsTheOrder(String wrong) throws Exception {
    ControlPlane plane = ControlPlane.shared();
    try (Scene scene = new Scene(plane, directory)) {
      String maps = "/api/v1/namespaces/" + scene.namespace + "/configmaps";
      plane.create(maps, configMap("it", "0"));
      InstantSource clock = () -> Instant.now().plus(Duration.parse(wrong));
      scene.start(scene.kubeconfig(ControlPlane.ADMIN), clock);
      for (String value : List.of("1", "2", "3")) {
        plane.patch(maps + "/it", "{data: {a: \"" + value + "\"}}");
        scene.await(Integer.parseInt(value), Scene.of("ConfigMap", "it"));
      }
      scene.stop();
      plane.patch(maps + "/it", "{data: {a: \"4\"}}");
      scene.start(scene.kubeconfig(ControlPlane.ADMIN), clock);
      scene.await(4, Scene.of("ConfigMap", "it"));

      String before = "0";
      JsonNode events = scene.server.get("/v1/events?limit=100&order=oldest_first");
      assertThat(events.path("events")).isNotEmpty();
      for (AuditEvent event :
          scene.events().stream().filter(Scene.of("ConfigMap", "it")).toList()) {
        assertThat(event.change().state().before().at("/data/a").asText()).isEqualTo(before);
        before = event.change().state().after().at("/data/a").asText();
      }
      assertThat(before).isEqualTo("4");
    }
  }
}
