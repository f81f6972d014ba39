// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.Resource;
import java.nio.file.Path;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Flags in objects of a real cluster. Their forms are those of the documentation that {@code
 * FlagFile} names; every value is our own.
 */
class FlagsTest {
  private static final String FLAGD =
      "{\"flags\": {\"new-checkout\": {\"state\": \"ENABLED\", \"variants\": {\"on\": true, \"off\": false},"
          + " \"defaultVariant\": \"off\", \"targeting\": {\"fractional\": [[\"on\", %s], [\"off\", %s]]}},"
          + " \"banner\": {\"state\": \"ENABLED\", \"variants\": {\"red\": \"r\"}, \"defaultVariant\": \"red\"}}}";

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

  private static String configMap(String document) {
    ObjectNode map = com.fasterxml.jackson.databind.node.JsonNodeFactory.instance.objectNode();
    map.put("apiVersion", "v1").put("kind", "ConfigMap");
    map.putObject("metadata")
        .put("name", "flags")
        .putObject("labels")
        .put("app.kubernetes.io/name", "checkout");
    map.putObject("data").put("flags", document);
    return map.toString();
  }

  private void set(String document) throws Exception {
    plane.mergePatch(configMaps + "/flags", configMap(document));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      textBlock =
          """
          flagd          | {"flags": {"f": {"state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": "$"}}} | off | on | off 100 % → on 100 % | 100
          go-feature-flag | 'f: {variations: {"yes": true, "no": false}, defaultRule: {percentage: {"yes": $, "no": 90}}}'       | 10  | 30  | yes 10 %, no 90 % → yes 30 %, no 90 % | 30
          go-feature-flag | 'f: {variations: {"yes": true, "no": false}, defaultRule: {variation: "$"}}'                         | no  | yes | no 100 % → yes 100 %    | 100
          unleash        | {"version": 2, "features": [{"name": "f", "enabled": true, "strategies": [{"name": "flexibleRollout", "parameters": {"rollout": "$"}}]}]} | 5 | 25 | on 5 %, off 95 % → on 25 %, off 75 % | 25
          unleash        | {"version": 2, "features": [{"name": "f", "enabled": $, "strategies": [{"name": "default"}]}]}          | false | true | off → on 100 %        | 100
          """)
  void C7_aFlagInAConfigMapIsToldWithItsVariantsAndRolloutBeforeAndAfter(
      String provider, String form, String before, String after, String told, Double rollout)
      throws Exception {
    plane.create(configMaps, configMap(form.replace("$", before)));
    scene.start();
    set(form.replace("$", after));
    AuditEvent object = scene.await(1, Scene.of("ConfigMap", "flags")).get(0);
    AuditEvent flag = scene.await(1, FlagsTest::ofFlag).get(0);
    assertThat(flag.change().summary()).isEqualTo("flag f in prod: " + told);
    assertThat(flag.change().rollout()).isEqualTo(rollout);
    assertThat(flag.targets().get(0).resource())
        .isEqualTo(new Resource(Resource.FEATURE_FLAG, "f", null));
    assertThat(flag.targets().get(0).service()).isEqualTo("checkout");
    assertThat(flag.targets().get(0).cluster()).isEqualTo("test");
    assertThat(flag.attributes().get("feature_flag.provider.name").asText()).isEqualTo(provider);
    assertThat(flag.links().causedBy()).containsExactly(object.ref());
    assertThat(flag.actor().evidence()).isEqualTo(Actor.Evidence.FIELD_MANAGER);
    assertThat(flag.time()).isEqualTo(object.time());
  }

  @Test
  void C7_aFlagOfTheOpenFeatureOperatorIsToldAndSoIsItsDeletion() throws Exception {
    scene.with(
        "onlyResources: true\nresources: [{group: core.openfeature.dev, version: v1beta1, kind: FeatureFlag}, {group: \"\", version: v1, kind: ConfigMap}]");
    plane.define("core.openfeature.dev", "v1beta1", "FeatureFlag", "featureflags");
    String flags =
        "/apis/core.openfeature.dev/v1beta1/namespaces/" + scene.namespace + "/featureflags";
    plane.create(
        flags,
        "{apiVersion: core.openfeature.dev/v1beta1, kind: FeatureFlag, metadata: {name: shop}, spec: {flagSpec: "
            + FLAGD.formatted(5, 95)
            + "}}");
    scene.start();
    plane.mergePatch(
        flags + "/shop",
        "{spec: {flagSpec: {flags: {new-checkout: {targeting: {fractional: [[\"on\", 25], [\"off\", 75]]}}}}}}");
    AuditEvent flag = scene.await(1, FlagsTest::ofFlag).get(0);
    assertThat(flag.change().summary())
        .isEqualTo("flag new-checkout in prod: on 5 %, off 95 % → on 25 %, off 75 %");
    assertThat(flag.change().rollout()).isEqualTo(25.0);
    plane.delete(flags + "/shop");
    List<AuditEvent> all = scene.await(3, FlagsTest::ofFlag);
    assertThat(all.subList(1, 3))
        .extracting(event -> event.change().summary())
        .containsExactlyInAnyOrder(
            "flag banner in prod: deleted", "flag new-checkout in prod: deleted");
  }

  @Test
  void C7_aFlagThatChangedWhileNobodyWatchedIsToldWithTheInterval() throws Exception {
    plane.create(configMaps, configMap(FLAGD.formatted(5, 95)));
    scene.start();
    scene.stop();
    set(FLAGD.formatted(50, 50));
    scene.start();
    assertThat(scene.await(1, FlagsTest::ofFlag).get(0).change().observedLate()).isNotNull();
  }

  @Test
  void C7_aDocumentThatCannotBeReadIsNamedAndLaterComparedWithWhatWasThereBefore()
      throws Exception {
    List<String> said = new java.util.concurrent.CopyOnWriteArrayList<>();
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord entry) {
            said.add(java.text.MessageFormat.format(entry.getMessage(), entry.getParameters()));
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    Logger logger = Logger.getLogger("io.changetrail.watcher.flags.FlagChanges");
    logger.addHandler(handler);
    try {
      plane.create(configMaps, configMap(FLAGD.formatted(5, 95)));
      scene.start();
      set(FLAGD.formatted(5, 95).replace("]]}}", "]]"));
      await()
          .atMost(Scene.PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(said)
                      .anyMatch(
                          line ->
                              line.startsWith(
                                  "ConfigMap "
                                      + scene.namespace
                                      + "/flags: flags seems to hold flags and is neither JSON nor"
                                      + " YAML")));
      // One flag that is none: the other is told.
      set(FLAGD.formatted(25, 75).replace("{\"red\": \"r\"}", "7"));
      AuditEvent flag = scene.await(1, FlagsTest::ofFlag).get(0);
      assertThat(flag.change().summary()).contains("new-checkout", "on 5 %", "on 25 %");
      assertThat(said).anyMatch(line -> line.contains("has what is no flag of flagd: [banner]"));
      scene.settle();
      scene.await(1, FlagsTest::ofFlag);
    } finally {
      logger.removeHandler(handler);
    }
  }

  private static boolean ofFlag(AuditEvent event) {
    return event.change().kind().equals(ChangeKind.FEATURE_FLAG);
  }
}
