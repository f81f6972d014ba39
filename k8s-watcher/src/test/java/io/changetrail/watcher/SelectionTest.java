// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.changetrail.model.AuditEvent;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which namespaces and which objects are told of, also where that changes under way. */
class SelectionTest {
  private static final AtomicInteger NUMBER = new AtomicInteger();

  @TempDir private Path directory;
  private ControlPlane plane;
  private Scene scene;
  private String other;
  private String label;

  @BeforeEach
  void begin() throws Exception {
    plane = ControlPlane.shared();
    scene = new Scene(plane, directory);
    label = "select-" + NUMBER.incrementAndGet();
    other = "other-" + label;
    label(scene.namespace, "'yes'");
  }

  @AfterEach
  void end() {
    if (scene != null) {
      scene.close();
    }
  }

  private void label(String namespace, String value) throws Exception {
    plane.patch(
        "/api/v1/namespaces/" + namespace,
        "{metadata: {labels: {%s: %s}}}".formatted(label, value));
  }

  private String maps(String namespace) {
    return "/api/v1/namespaces/" + namespace + "/configmaps";
  }

  private static String configMap(String name, String data) {
    return "{apiVersion: v1, kind: ConfigMap, metadata: {name: %s}, data: {%s}}"
        .formatted(name, data);
  }

  private List<String> told() throws Exception {
    return scene.server.events(other).stream()
        .map(event -> event.change().action() + " " + event.targets().get(0).resource().name())
        .toList();
  }

  private void awaitTold(String... what) {
    await()
        .atMost(Scene.PATIENCE)
        .untilAsserted(() -> assertThat(told()).containsExactlyInAnyOrder(what));
  }

  /** Takes the label away, and waits until nothing is told of the namespace any more. */
  private void leave() throws Exception {
    label(other, "null");
    AtomicInteger probes = new AtomicInteger();
    await()
        .atMost(Scene.PATIENCE)
        .until(
            () -> {
              String probe = "probe-" + probes.incrementAndGet();
              plane.create(maps(other), configMap(probe, "a: '1'"));
              scene.settle();
              return !told().contains("create " + probe);
            });
  }

  private void select() throws Exception {
    scene.with(
        "namespaceSelector: {matchExpressions: [{key: %s, operator: Exists}]}".formatted(label));
    scene.start();
  }

  @Test
  void C5_aNamespaceIsTakenInAndLeftAsItsLabelsSayAndNothingIsToldAsMadeOrDeletedForThat()
      throws Exception {
    plane.namespace(other);
    plane.create(maps(other), configMap("old", "a: '1'"));
    select();
    plane.patch(maps(other) + "/old", "{data: {a: '2'}}");
    scene.settle();
    label(other, "'yes'");
    scene.awaitListed("configmaps", other);
    assertThat(told()).isEmpty();

    plane.patch(maps(other) + "/old", "{data: {a: '3'}}");
    awaitTold("update old");
    assertThat(scene.server.events(other).get(0).change().state().before().at("/data/a").asText())
        .isEqualTo("2");
    plane.create(maps(other), configMap("fresh", "a: '1'"));
    awaitTold("update old", "create fresh");

    leave();
    List<String> before = told();
    plane.delete(maps(other) + "/fresh");
    plane.patch(maps(other) + "/old", "{data: {a: '4'}}");
    scene.settle();
    assertThat(told()).isEqualTo(before);
    scene.stop();
    scene.start();
    scene.settle();
    assertThat(told()).isEqualTo(before);

    // What became of it meanwhile is told when somebody looks again, as after any gap.
    label(other, "'again'");
    await()
        .atMost(Scene.PATIENCE)
        .untilAsserted(
            () ->
                assertThat(told())
                    .contains("delete fresh")
                    .filteredOn("update old"::equals)
                    .hasSize(2));
    assertThat(scene.server.events(other))
        .filteredOn(event -> event.change().action().equals("delete"))
        .allMatch(event -> event.change().observedLate() != null);
  }

  @Test
  void C5_whatIsMadeInANamespaceThatIsBornWithTheLabelIsToldAsMade() throws Exception {
    select();
    plane.create(
        "/api/v1/namespaces",
        "{apiVersion: v1, kind: Namespace, metadata: {name: %s, labels: {%s: 'yes'}}}"
            .formatted(other, label));
    plane.create(maps(other), configMap("first", "a: '1'"));
    awaitTold("create first");
    plane.create(maps(other), configMap("second", "a: '1'"));
    plane.patch(maps(other) + "/first", "{data: {a: '2'}}");
    awaitTold("create first", "create second", "update first");
  }

  @Test
  void C5_whatGoesWithItsNamespaceIsToldAsDeleted() throws Exception {
    ControlPlane.real("no controller emptied a namespace");
    plane.namespace(other);
    label(other, "'yes'");
    select();
    plane.create(maps(other), configMap("first", "a: '1'"));
    plane.create(maps(other), configMap("second", "a: '1'"));
    awaitTold("create first", "create second");
    plane.delete("/api/v1/namespaces/" + other);
    awaitTold("create first", "create second", "delete first", "delete second");
  }

  @Test
  void C5_whatGoesWithANamespaceThatWasLeftIsNotToldAsDeletedByALaterList() throws Exception {
    ControlPlane.real("no controller emptied a namespace");
    plane.namespace(other);
    label(other, "'yes'");
    select();
    plane.create(maps(other), configMap("first", "a: '1'"));
    awaitTold("create first");
    leave();
    List<String> before = told();
    plane.delete("/api/v1/namespaces/" + other);
    await()
        .atMost(Scene.PATIENCE)
        .until(
            () ->
                plane
                        .send(ControlPlane.ADMIN, "GET", "/api/v1/namespaces/" + other, null)
                        .statusCode()
                    == 404);
    // All is listed anew when one is taken in.
    String third = plane.namespace("third-" + label);
    plane.create(maps(third), configMap("old", "a: '1'"));
    label(third, "'yes'");
    scene.awaitListed("configmaps", third);
    scene.settle();
    assertThat(told()).isEqualTo(before);
  }

  @Test
  void C12_whatComesToBeAsIncludedWhileTheWatcherIsDownIsLookedAtAndNotToldAsMade()
      throws Exception {
    scene.with("include: {/data/owner: '*'}");
    Instant created =
        Instant.parse(
            plane
                .create(maps(scene.namespace), configMap("old", "a: '1'"))
                .at("/metadata/creationTimestamp")
                .asText());
    await().until(() -> Instant.now().isAfter(created.plusSeconds(1)));
    scene.start();
    scene.stop();
    plane.patch(maps(scene.namespace) + "/old", "{data: {owner: a}}");
    plane.create(maps(scene.namespace), configMap("made", "owner: a"));
    scene.start();

    assertThat(scene.await(1, Scene.of("ConfigMap", "made")).get(0).change().action())
        .isEqualTo("create");
    plane.patch(maps(scene.namespace) + "/old", "{data: {a: '2'}}");
    AuditEvent event = scene.await(1, Scene.of("ConfigMap", "old")).get(0);
    assertThat(event.change().action()).isEqualTo("update");
    assertThat(event.change().state().before().at("/data/owner").asText()).isEqualTo("a");
  }

  @Test
  void C12_objectsAreTakenInAndLeftOutByTheValueOfAField() throws Exception {
    scene.with("include: {/data/owner: '*'}\nexclude: {/data/kind: cache, /immutable: 'true'}");
    plane.create(maps(scene.namespace), configMap("mine", "owner: a, kind: settings"));
    plane.create(maps(scene.namespace), configMap("nobodys", "kind: settings"));
    plane.create(maps(scene.namespace), configMap("cache", "owner: a, kind: cache"));
    scene.start();
    for (String name : List.of("nobodys", "cache", "mine")) {
      plane.patch(maps(scene.namespace) + "/" + name, "{data: {a: '1'}}");
    }
    plane.create(
        maps(scene.namespace),
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: fixed}, immutable: true, data: {owner: a}}");
    AuditEvent event = scene.await(1, any -> true).get(0);
    assertThat(event.targets().get(0).resource().name()).isEqualTo("mine");

    // It is looked at from here on, and was not made just now.
    plane.patch(maps(scene.namespace) + "/cache", "{data: {kind: settings}}");
    plane.patch(maps(scene.namespace) + "/cache", "{data: {a: '2'}}");
    assertThat(scene.await(1, Scene.of("ConfigMap", "cache")).get(0).change().action())
        .isEqualTo("update");
  }
}
