// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher;

import static org.assertj.core.api.Assertions.assertThat;

import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.Outcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Releases that the real Helm makes in a real cluster. */
class HelmTest {
  @TempDir private Path directory;
  private RealPart helm;
  private Scene scene;
  private Path chart;

  @BeforeEach
  void begin() throws Exception {
    helm = RealPart.find("helm", "releases of Helm were not tested");
    scene = new Scene(ControlPlane.real("releases of Helm were not tested"), directory);
    chart = Files.createDirectories(directory.resolve("checkout"));
    version("1.0.0");
    Files.createDirectories(chart.resolve("templates"));
    Files.writeString(
        chart.resolve("templates/settings.yaml"),
        """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: settings}
        data: {mode: {{ .Values.mode | quote }}}
        """);
    Files.writeString(chart.resolve("values.yaml"), "mode: calm\n");
  }

  @AfterEach
  void end() {
    if (scene != null) {
      scene.close();
    }
  }

  private void version(String version) throws Exception {
    Files.writeString(
        chart.resolve("Chart.yaml"),
        "{apiVersion: v2, name: checkout, version: %s, appVersion: '7'}".formatted(version));
  }

  private RealPart.Run run(String command, String... more) throws Exception {
    List<String> all = new java.util.ArrayList<>(List.of(command.split(" ")));
    all.addAll(
        List.of(
            "--namespace",
            scene.namespace,
            "--kubeconfig",
            scene.kubeconfig(ControlPlane.ADMIN).toString()));
    all.addAll(List.of(more));
    return helm.run(all.toArray(String[]::new));
  }

  private void helm(String command, String... more) throws Exception {
    RealPart.Run run = run(command, more);
    assertThat(run.exit()).as(run.output()).isZero();
  }

  private static boolean isRelease(AuditEvent event) {
    return Scene.of("GitOpsSync", "HelmRelease/shop").test(event);
  }

  @Test
  void I3_eachRevisionOfAHelmReleaseIsToldWithChartAndValuesAndAsTheCauseOfWhatItChanged()
      throws Exception {
    helm("install shop " + chart);
    scene.start();
    scene.settle();
    assertThat(scene.events()).as("a release of before").noneMatch(HelmTest::isRelease);
    version("1.1.0");
    helm("upgrade shop " + chart, "--set", "mode=fast", "--set", "db.password=canary-7");

    AuditEvent upgrade = scene.await(1, HelmTest::isRelease).get(0);
    assertThat(upgrade.change().action()).isEqualTo("upgrade");
    assertThat(upgrade.change().outcome()).isEqualTo(Outcome.SUCCESS);
    assertThat(upgrade.change().summary())
        .isEqualTo(
            "HelmRelease " + scene.namespace + "/shop: upgraded checkout 1.0.0 → checkout 1.1.0");
    assertThat(upgrade.change().state().after().at("/values/mode").asText()).isEqualTo("fast");
    assertThat(upgrade.change().state().after().at("/values/db/password").asText())
        .startsWith("hmac-sha256:");
    assertThat(upgrade.toString()).doesNotContain("canary-7");
    assertThat(upgrade.actor().id()).isEqualTo("Helm");
    assertThat(upgrade.actor().evidence()).isEqualTo(Actor.Evidence.FIELD_MANAGER);
    org.awaitility.Awaitility.await()
        .atMost(Scene.PATIENCE)
        .untilAsserted(
            () ->
                assertThat(scene.events())
                    .filteredOn(Scene.of("ConfigMap", "settings"))
                    .singleElement()
                    .satisfies(
                        event ->
                            assertThat(event.links().causedBy()).containsExactly(upgrade.ref())));

    helm("rollback shop 1");
    assertThat(scene.await(2, HelmTest::isRelease).get(1).change().action())
        .isEqualTo(Change.ROLLBACK);
    helm("uninstall shop");
    AuditEvent uninstalled = scene.await(3, HelmTest::isRelease).get(2);
    assertThat(uninstalled.change().action()).isEqualTo("uninstall");
    assertThat(uninstalled.change().state().after()).isNull();
    helm("install shop " + chart);
    assertThat(scene.await(4, HelmTest::isRelease).get(3).change().action()).isEqualTo("install");
  }

  @Test
  void I3_aReleaseThatFailedOrWasMadeWhileNobodyWatchedIsToldOnce() throws Exception {
    scene.start();
    helm("install shop " + chart);
    scene.await(1, HelmTest::isRelease);
    Files.writeString(
        chart.resolve("templates/wrong.yaml"),
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: wrong}, immutable: \"yes\"}");
    assertThat(run("upgrade shop " + chart, "--disable-openapi-validation").exit()).isNotZero();
    AuditEvent failed = scene.await(2, HelmTest::isRelease).get(1);
    assertThat(failed.change().outcome()).isEqualTo(Outcome.FAILURE);
    assertThat(failed.change().summary()).contains("upgrade failed at checkout 1.0.0");
    scene.awaitNotedFailures(1);
    scene.stop();
    scene.start();
    scene.settle();
    scene.await(2, HelmTest::isRelease);
    scene.stop();
    version("1.5.0");
    assertThat(run("upgrade shop " + chart, "--disable-openapi-validation").exit()).isNotZero();
    scene.start();
    AuditEvent unwatched = scene.await(3, HelmTest::isRelease).get(2);
    assertThat(unwatched.change().outcome()).isEqualTo(Outcome.FAILURE);
    assertThat(unwatched.change().observedLate()).isNotNull();
    assertThat(unwatched.change().summary())
        .contains("upgrade failed at checkout 1.0.0 → checkout 1.5.0");
    scene.awaitNotedFailures(2);
    scene.stop();
    scene.start();
    scene.settle();
    scene.await(3, HelmTest::isRelease);
    scene.stop();
    Files.delete(chart.resolve("templates/wrong.yaml"));
    version("2.0.0");
    helm("upgrade shop " + chart);
    scene.start();
    AuditEvent late = scene.await(4, HelmTest::isRelease).get(3);
    assertThat(late.change().observedLate()).isNotNull();
    assertThat(late.change().state().after().path("revision").asText()).isEqualTo("checkout 2.0.0");
    scene.stop();
    helm("uninstall shop");
    scene.start();
    assertThat(scene.await(5, HelmTest::isRelease).get(4).change().action()).isEqualTo("uninstall");
    scene.stop();
    scene.start();
    scene.settle();
    scene.await(5, HelmTest::isRelease);
  }
}
