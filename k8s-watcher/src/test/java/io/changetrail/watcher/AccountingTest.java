// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.model.AuditEvent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the watcher tells of itself, and what becomes of events that it could not keep. */
class AccountingTest {
  /** In all more than the spool may hold. */
  private static final int MAPS = 60;

  private static final int BYTES = 40_000;

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

  private String metrics() throws Exception {
    return new String(scene.metrics.scrape(), StandardCharsets.UTF_8);
  }

  private static double value(String metrics, String name) {
    return metrics
        .lines()
        .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + name));
  }

  /** Text that no compression makes much smaller. */
  private static String noise(int seed) {
    byte[] bytes = new byte[BYTES / 2];
    new java.util.Random(seed).nextBytes(bytes);
    return java.util.HexFormat.of().formatHex(bytes);
  }

  private JsonNode account() throws Exception {
    for (JsonNode source : scene.server.get("/v1/sources").path("sources")) {
      if (source.path("source").asText().equals("/k8s/test")) {
        return source;
      }
    }
    throw new AssertionError("the source is not listed");
  }

  @Test
  void T1_whatABoundedSpoolLostIsFoundByComparisonOnceTheServerIsBackAndT4_countedAsLost()
      throws Exception {
    scene.with("spool: {directory: " + directory.resolve("small") + ", maxBytes: 1048576}");
    for (int i = 0; i < MAPS; i++) {
      plane.create(
          configMaps,
          "{apiVersion: v1, kind: ConfigMap, metadata: {name: m%d}, data: {v: \"0\"}}"
              .formatted(i));
    }
    scene.start();
    scene.server.stop();
    for (int i = 0; i < MAPS; i++) {
      plane.patch(configMaps + "/m" + i, "{data: {v: \"1\", text: \"%s\"}}".formatted(noise(i)));
    }
    plane.delete(configMaps + "/m0");
    await()
        .atMost(Scene.PATIENCE)
        .untilAsserted(
            () ->
                assertThat(metrics())
                    .contains(
                        "events_total{evidence=\"field_manager\",kind=\"config\"} 60.0",
                        "events_total{evidence=\"unknown\",kind=\"config\"} 1.0"));
    scene.server.startAgain();
    await()
        .atMost(Scene.PATIENCE)
        .untilAsserted(
            () ->
                assertThat(value(metrics(), "changetrail_shipper_lost_events_total")).isPositive());

    Set<String> all = new TreeSet<>();
    for (int i = 0; i < MAPS; i++) {
      all.add("m" + i);
    }
    await().atMost(Scene.PATIENCE).untilAsserted(() -> assertThat(changed()).isEqualTo(all));
    scene.await(
        1,
        event ->
            Scene.of("ConfigMap", "m0").test(event) && event.change().action().equals("delete"));
    List<AuditEvent> updates =
        scene.events().stream().filter(event -> event.change().action().equals("update")).toList();
    assertThat(updates).as("none is doubled").hasSizeLessThanOrEqualTo(MAPS);
    assertThat(updates)
        .as("what was found later says so")
        .anyMatch(event -> event.change().observedLate() != null);
    assertThat(account().path("missing").asInt()).isPositive();
  }

  private Set<String> changed() throws Exception {
    Set<String> names = new TreeSet<>();
    for (AuditEvent event : scene.events()) {
      if (!event.change().action().equals("create")) {
        names.add(event.targets().get(0).resource().name());
      }
    }
    return names;
  }

  @Test
  void O3_lagSpoolLossesAndNoiseAreMetrics() throws Exception {
    plane.create(
        configMaps, "{apiVersion: v1, kind: ConfigMap, metadata: {name: it}, data: {a: \"0\"}}");
    scene.start();
    plane.patch(configMaps + "/it", "{data: {a: \"1\"}}");
    scene.await(1, Scene.of("ConfigMap", "it"));
    // The server has it before the watcher knows that.
    await()
        .atMost(Scene.PATIENCE)
        .untilAsserted(
            () -> assertThat(value(metrics(), "changetrail_shipper_waiting_events")).isZero());
    String calm = metrics();
    assertThat(value(calm, "changetrail_shipper_lost_events_total")).isZero();
    assertThat(value(calm, "changetrail_watcher_objects")).isPositive();
    assertThat(value(calm, "changetrail_watcher_lag_seconds_count")).isPositive();
    assertThat(calm)
        .contains("changetrail_watcher_events_total{evidence=\"field_manager\",kind=\"config\"}");
    scene.server.stop();
    plane.patch(configMaps + "/it", "{data: {a: \"2\"}}");
    await()
        .atMost(Scene.PATIENCE)
        .untilAsserted(
            () -> assertThat(value(metrics(), "changetrail_shipper_waiting_events")).isEqualTo(1));
    assertThat(value(metrics(), "changetrail_shipper_spool_bytes")).isPositive();
    scene.server.startAgain();
    await()
        .atMost(Scene.PATIENCE)
        .untilAsserted(
            () -> assertThat(value(metrics(), "changetrail_shipper_waiting_events")).isZero());
    assertThat(account().path("missing").asInt(-1)).isZero();
  }

  @Test
  void O4_theClusterIsInEveryEventWhateverItsKind() throws Exception {
    ControlPlane.real("no controller rolled anything out");
    String uid = plane.get("/api/v1/namespaces/kube-system").at("/metadata/uid").asText();
    scene.start();
    String flags =
        "{\\\"flags\\\": {\\\"f\\\": {\\\"state\\\": \\\"ENABLED\\\", \\\"variants\\\": {\\\"a\\\": 1}, \\\"defaultVariant\\\": \\\"a\\\"}}}";
    plane.create(
        configMaps,
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: flags}, data: {f: \"%s\"}}"
            .formatted(flags));
    plane.create(
        "/apis/apps/v1/namespaces/" + scene.namespace + "/deployments",
        CaptureTest.deployment("web", "ghcr.io/acme/web:1.0")
            .replace("replicas: 1", "replicas: 0")
            .replace(
                "metadata: {name: web,",
                "metadata: {name: web, annotations: {kubectl.kubernetes.io/last-applied-configuration: '{\"spec\":{\"replicas\":3}}'},"));
    scene.await(1, event -> event.change().action().equals("drift"));
    scene.await(1, event -> event.change().kind().name().equals("feature_flag"));
    scene.await(2, event -> event.change().kind().name().equals("deployment"));
    assertThat(scene.events())
        .allSatisfy(
            event -> {
              assertThat(event.ref().source()).isEqualTo("/k8s/test");
              assertThat(event.ref().id()).startsWith(uid);
              assertThat(event.origin()).isNotNull();
              assertThat(event.origin().installation()).isEqualTo(uid);
              assertThat(event.targets()).allMatch(target -> "test".equals(target.cluster()));
            });
  }
}
