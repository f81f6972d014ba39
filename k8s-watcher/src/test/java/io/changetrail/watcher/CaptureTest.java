// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.Interval;
import io.changetrail.model.Phase;
import io.changetrail.model.diff.Difference;
import io.changetrail.model.diff.StructuralDiff;
import io.changetrail.model.redaction.RedactionRules;
import io.changetrail.model.redaction.Redactor;
import io.changetrail.shipper.Credentials;
import io.changetrail.watcher.capture.CanonicalState;
import io.changetrail.watcher.capture.IgnoredPaths;
import io.changetrail.watcher.capture.Places;
import io.changetrail.watcher.recorded.AuditServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is captured of changes in a cluster. */
class CaptureTest {
  @TempDir private Path directory;
  private ControlPlane plane;
  private Scene scene;
  private String configMaps;
  private String secrets;
  private String deployments;

  @BeforeEach
  void begin() throws Exception {
    plane = ControlPlane.shared();
    scene = new Scene(plane, directory);
    configMaps = "/api/v1/namespaces/" + scene.namespace + "/configmaps";
    secrets = "/api/v1/namespaces/" + scene.namespace + "/secrets";
    deployments = "/apis/apps/v1/namespaces/" + scene.namespace + "/deployments";
  }

  @AfterEach
  void end() {
    if (scene != null) {
      scene.close();
    }
  }

  private static String configMap(String name, String data) {
    return "{apiVersion: v1, kind: ConfigMap, metadata: {name: %s, labels: {app.kubernetes.io/name: checkout}}, data: %s}"
        .formatted(name, data);
  }

  static String deployment(String name, String image) {
    return """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: %1$s, labels: {app.kubernetes.io/name: %1$s}}
        spec:
          replicas: 1
          progressDeadlineSeconds: 600
          selector: {matchLabels: {app: %1$s}}
          template:
            metadata: {labels: {app: %1$s}}
            spec:
              containers:
                - name: app
                  image: %2$s
                  env: [{name: A, value: "1"}, {name: B, value: "1"}, {name: C, value: "1"}]
        """
        .formatted(name, image);
  }

  private static List<String> paths(AuditEvent event) {
    return StructuralDiff.differences(event.change().state()).stream()
        .map(Difference::dotted)
        .toList();
  }

  @Test
  void C5_changingOneKeyOfAConfigMapGivesOneEventWhoseDiffNamesExactlyThatKey() throws Exception {
    plane.create(configMaps, configMap("checkout", "{timeout: 3s, retries: \"2\"}"));
    scene.start();
    plane.patch(configMaps + "/checkout", "{data: {timeout: 5s}}");

    AuditEvent event = scene.await(1, event1 -> true).get(0);
    assertThat(paths(event)).containsExactly("data.timeout");
    assertThat(event.change().kind()).isEqualTo(ChangeKind.CONFIG);
    assertThat(event.change().summary())
        .isEqualTo("ConfigMap " + scene.namespace + "/checkout: timeout 3s → 5s");
    assertThat(event.change().state().patch().toString())
        .isEqualTo("[{\"op\":\"replace\",\"path\":\"/data/timeout\",\"value\":\"5s\"}]");
    assertThat(event.targets().get(0).service()).isEqualTo("checkout");
    assertThat(event.targets().get(0).environment()).isEqualTo("prod");
    assertThat(event.ref().source()).isEqualTo("/k8s/test");
  }

  @Test
  void C5_aSecretGivesKeyedHashesAndNeverItsValue() throws Exception {
    plane.create(
        secrets,
        "{apiVersion: v1, kind: Secret, metadata: {name: db}, stringData: {user: shop-user-one, pin: first-secret-value}}");
    scene.start();
    plane.patch(secrets + "/db", "{stringData: {pin: second-secret-value}}");

    AuditEvent event = scene.await(1, event1 -> true).get(0);
    assertThat(paths(event)).containsExactly("data.pin");
    assertThat(event.change().kind()).isEqualTo(ChangeKind.SECRET_ROTATION);
    assertThat(event.change().state().after().at("/data/pin").asText()).startsWith("hmac-sha256:");
    assertThat(event.change().state().after().at("/data/user"))
        .isEqualTo(event.change().state().before().at("/data/user"));
    String everything =
        scene.server.get("/v1/events").toString()
            + scene.server.get("/v1/resources?source=/k8s/test");
    for (String secret : List.of("first-secret-value", "second-secret-value", "shop-user-one")) {
      assertThat(everything)
          .doesNotContain(secret)
          .doesNotContain(
              java.util.Base64.getEncoder()
                  .encodeToString(secret.getBytes(StandardCharsets.UTF_8)));
    }
  }

  @Test
  void C5_aRotationUnderANewKeyIsToldOnceTheSecretWasSeenWithIt() throws Exception {
    plane.create(
        secrets,
        "{apiVersion: v1, kind: Secret, metadata: {name: db}, stringData: {pin: first-secret-value}}");
    scene.start();
    scene.stop();
    Files.delete(directory.resolve("spool-redaction.key"));
    scene.start();
    scene.settle();
    assertThat(scene.events()).filteredOn(Scene.of("Secret", "db")).isEmpty();
    plane.patch(secrets + "/db", "{stringData: {pin: second-secret-value}}");
    assertThat(scene.await(1, Scene.of("Secret", "db")).get(0).change().kind())
        .isEqualTo(ChangeKind.SECRET_ROTATION);
    plane.patch(secrets + "/db", "{stringData: {pin: third-secret-value}}");
    scene.await(2, Scene.of("Secret", "db"));
  }

  @Test
  void C5_anyCustomResourceCanBeListedAlsoBeforeItsDefinitionIsThere() throws Exception {
    scene.with("resources: [{group: example.com, version: v1, kind: Widget}]\nonlyResources: true");
    scene.with("discovery: PT0.5S");
    scene.start();
    String definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    plane.create(
        definitions,
        """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: widgets.example.com}
        spec:
          group: example.com
          scope: Namespaced
          names: {plural: widgets, singular: widget, kind: Widget}
          versions:
            - name: v1
              served: true
              storage: true
              schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
        """);
    try {
      String widgets = "/apis/example.com/v1/namespaces/" + scene.namespace + "/widgets";
      await()
          .atMost(Scene.PATIENCE)
          .until(() -> plane.send(ControlPlane.ADMIN, "GET", widgets, null).statusCode() == 200);
      plane.create(
          widgets,
          "{apiVersion: example.com/v1, kind: Widget, metadata: {name: w}, spec: {size: 1}}");
      await()
          .atMost(Scene.PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(scene.server.get("/v1/resources?source=/k8s/test").toString())
                      .contains("\"size\":1"));
      plane.mergePatch(widgets + "/w", "{spec: {size: 2}}");

      List<AuditEvent> events = scene.await(1, event -> event.change().action().equals("update"));
      assertThat(paths(events.get(0))).containsExactly("spec.size");
    } finally {
      plane.delete(definitions + "/widgets.example.com");
    }
  }

  @Test
  void C12_whatTheClusterWritesItselfGivesNoEvent() throws Exception {
    ControlPlane.real("no controller wrote a status");
    plane.create(deployments, deployment("noisy", "ghcr.io/acme/noisy:1.0"));
    plane.create(configMaps, configMap("lock", "{a: \"1\"}"));
    await()
        .atMost(Scene.PATIENCE)
        .until(
            () -> plane.get(deployments + "/noisy").at("/status/observedGeneration").asInt() > 0);
    scene.start();
    // status, bookkeeping annotations, a no-op write, another owner of the same field, a lease
    plane.patch(
        deployments + "/noisy/status",
        "{status: {conditions: [{type: Available, status: \"False\", reason: Test, message: m}]}}");
    plane.patch(
        deployments + "/noisy",
        "{metadata: {annotations: {deployment.kubernetes.io/revision: \"7\"}}}");
    plane.patch(configMaps + "/lock", "{data: {a: \"1\"}}");
    plane.apply(
        ControlPlane.ADMIN,
        configMaps + "/lock",
        "another-owner",
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: lock}, data: {a: \"1\"}}");
    plane.create(
        configMaps,
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: leader, annotations: {control-plane.alpha.kubernetes.io/leader: x}}}");
    scene.settle();

    assertThat(scene.events()).extracting(Scene::line).hasSize(1);
    assertThat(new String(scene.metrics.scrape(), StandardCharsets.UTF_8))
        .containsPattern(
            "changetrail_watcher_noise_total\\{reason=\"nothing declared changed\"} [1-9]");
  }

  @Test
  void C12_aStateThatAnOlderApiServerGaveWithNullsIsTheSame() throws Exception {
    JsonNode web = plane.create(deployments, deployment("web", "ghcr.io/acme/web:1.0"));
    ObjectNode recorded =
        new CanonicalState(
                new Redactor(RedactionRules.defaults(), null), new IgnoredPaths(Map.of()))
            .whole(web, null);
    recorded.put("apiVersion", "apps/v1").put("kind", "Deployment");
    recorded.withObject("/spec/template/metadata").putNull("creationTimestamp");
    new AuditServer(scene.server.address(), Credentials.none(), "/k8s/test", InstantSource.system())
        .baseline(
            new Places("test", "prod", Map.of(), Places.SERVICE_NAMES)
                .of(web, web.at("/metadata/uid").asText()),
            Instant.now(),
            recorded);
    scene.start();
    scene.settle();
    assertThat(scene.events()).filteredOn(Scene.of("Deployment", "web")).isEmpty();
    plane.patch(deployments + "/web", "{spec: {replicas: 2}}");

    assertThat(paths(scene.await(1, Scene.of("Deployment", "web")).get(0)))
        .containsExactly("spec.replicas");
  }

  @Test
  void C12_theBooksOfAnAutoscalerInAConfigMapAreNoise() throws Exception {
    plane.create(configMaps, configMap("cluster-autoscaler-status", "{status: at 1}"));
    scene.start();
    plane.patch(configMaps + "/cluster-autoscaler-status", "{data: {status: at 2}}");
    scene.settle();

    assertThat(scene.events()).hasSize(1);
  }

  @Test
  void C4_aCommitThatAnAnnotationNamedForAnEarlierImageIsNotNamedForALaterOne() throws Exception {
    plane.create(
        deployments,
        deployment("web", "ghcr.io/acme/web:1.0")
            .replace(
                "metadata: {name: web,",
                "metadata: {name: web, annotations: {org.opencontainers.image.revision: aaa111},"));
    scene.start();
    plane.patch(
        deployments + "/web",
        "{spec: {template: {spec: {containers: [{name: app, image: \"ghcr.io/acme/web:1.1\"}]}}}}");
    AuditEvent bare = scene.await(1, event -> event.change().phase() == Phase.STARTED).get(0);
    plane.patch(
        deployments + "/web",
        "{metadata: {annotations: {org.opencontainers.image.revision: bbb222}}, spec: {template: {spec: {containers: [{name: app, image: \"ghcr.io/acme/web:1.2\"}]}}}}");
    AuditEvent said = scene.await(2, event -> event.change().phase() == Phase.STARTED).get(1);

    assertThat(bare.provenance().vcs()).isNull();
    assertThat(said.provenance().vcs())
        .isNotNull()
        .satisfies(vcs -> assertThat(vcs.revision()).isEqualTo("bbb222"));
  }

  @Test
  void C4_aChangeCauseIsTheReasonOfTheChangeThatItCameWithAndOfNoLaterOne() throws Exception {
    plane.create(deployments, deployment("web", "ghcr.io/acme/web:1.0"));
    scene.start();
    plane.patch(
        deployments + "/web",
        "{metadata: {annotations: {kubernetes.io/change-cause: new gateway}}, spec: {replicas: 2}}");
    plane.patch(deployments + "/web", "{spec: {replicas: 0}}");

    assertThat(scene.await(2, Scene.of("Deployment", "web")))
        .extracting(event -> String.valueOf(event.change().reason()))
        .containsExactly("new gateway", "null");
  }

  @Test
  void C12_anAutoscalersFigureIsNoChangeAndAPersonsIs() throws Exception {
    ControlPlane.real("no autoscaler scaled anything");
    plane.create(deployments, deployment("scaled", "ghcr.io/acme/scaled:1.0"));
    scene.start();
    plane.create(
        "/apis/autoscaling/v2/namespaces/" + scene.namespace + "/horizontalpodautoscalers",
        """
        apiVersion: autoscaling/v2
        kind: HorizontalPodAutoscaler
        metadata: {name: scaled}
        spec:
          minReplicas: 3
          maxReplicas: 5
          scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: scaled}
          metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}}]
        """);
    await()
        .atMost(Scene.PATIENCE)
        .until(() -> plane.get(deployments + "/scaled").at("/spec/replicas").asInt() == 3);
    scene.settle();
    assertThat(scene.events()).filteredOn(Scene.of("Deployment", "scaled")).isEmpty();

    plane.patch(deployments + "/scaled/scale", "{spec: {replicas: 4}}");
    AuditEvent event = scene.await(1, Scene.of("Deployment", "scaled")).get(0);
    assertThat(event.change().kind()).isEqualTo(ChangeKind.SCALE);
    assertThat(event.actor().evidence()).isEqualTo(Actor.Evidence.FIELD_MANAGER);
  }

  @Test
  void C12_fieldsThatTheConfigurationNamesAreNoise() throws Exception {
    plane.create(configMaps, configMap("seen", "{a: \"1\", heartbeat: \"1\"}"));
    scene.with("ignore: {ConfigMap: [/data/heartbeat]}");
    scene.start();
    plane.patch(configMaps + "/seen", "{data: {heartbeat: \"2\"}}");
    plane.patch(configMaps + "/seen", "{data: {a: \"2\"}}");

    assertThat(paths(scene.await(1, Scene.of("ConfigMap", "seen")).get(0)))
        .containsExactly("data.a");
  }

  @Test
  void C12_onlyWhatTheConfigurationIncludesIsToldInTheEnvironmentOfItsNamespace() throws Exception {
    plane.create(configMaps, configMap("mine", "{a: \"1\"}"));
    plane.create(
        configMaps,
        configMap("others", "{a: \"1\"}").replace("app.kubernetes.io/name: checkout", "team: b"));
    scene.with(
        "include: {app.kubernetes.io/name: '*'}\nenvironments: {'shop-*': staging, '*': dev}");
    scene.start();
    plane.patch(configMaps + "/others", "{data: {a: \"2\"}}");
    plane.patch(configMaps + "/mine", "{data: {a: \"2\"}}");

    AuditEvent event = scene.await(1, any -> true).get(0);
    assertThat(event.targets().get(0).resource().name()).isEqualTo("mine");
    assertThat(event.targets().get(0).environment()).isEqualTo("staging");
  }

  @Test
  void C13_whatChangedWhileTheWatcherWasDownIsFoundOnceAndMarkedWithItsInterval() throws Exception {
    plane.create(configMaps, configMap("kept", "{a: \"1\"}"));
    plane.create(configMaps, configMap("edited", "{a: \"1\"}"));
    plane.create(configMaps, configMap("removed", "{a: \"1\"}"));
    scene.start();
    scene.settle();
    Instant down = Instant.now();
    scene.stop();
    plane.patch(configMaps + "/edited", "{data: {a: \"2\"}}");
    plane.patch(configMaps + "/edited", "{data: {a: \"3\"}}");
    plane.delete(configMaps + "/removed");
    plane.create(configMaps, configMap("added", "{a: \"1\"}"));
    scene.start();

    AuditEvent edited = scene.await(1, Scene.of("ConfigMap", "edited")).get(0);
    AuditEvent removed = scene.await(1, Scene.of("ConfigMap", "removed")).get(0);
    AuditEvent added = scene.await(1, Scene.of("ConfigMap", "added")).get(0);
    assertThat(edited.change().state().before().at("/data/a").asText()).isEqualTo("1");
    assertThat(edited.change().state().after().at("/data/a").asText()).isEqualTo("3");
    assertThat(removed.change().action()).isEqualTo("delete");
    assertThat(added.change().action()).isEqualTo("create");
    for (AuditEvent late : List.of(edited, removed, added)) {
      Interval interval = late.change().observedLate();
      assertThat(interval).as(Scene.line(late)).isNotNull();
      assertThat(interval.latest()).isAfter(down.minus(Duration.ofSeconds(2)));
      assertThat(interval.earliest()).isBeforeOrEqualTo(interval.latest());
    }
    scene.stop();
    scene.start();
    scene.settle();
    assertThat(scene.events()).filteredOn(Scene.of("ConfigMap", "kept")).isEmpty();
    scene.await(1, Scene.of("ConfigMap", "edited"));
    scene.await(1, Scene.of("ConfigMap", "removed"));
    scene.await(1, Scene.of("ConfigMap", "added"));
  }

  @Test
  void C13_anObjectThatIsReplacedWithinASecondIsToldAsDeletedAndThenAsMade() throws Exception {
    scene.start();
    for (int i = 0; i < 5; i++) {
      String name = "replaced-" + i;
      plane.create(configMaps, configMap(name, "{a: \"1\"}"));
      plane.delete(configMaps + "/" + name);
      plane.create(configMaps, configMap(name, "{a: \"2\"}"));

      assertThat(scene.await(3, Scene.of("ConfigMap", name)))
          .extracting(event -> event.change().action())
          .containsExactly("create", "delete", "create");
    }
  }

  @Test
  void C13_anObjectThatWasReplacedWhileTheWatcherWasDownIsToldAsDeletedAndThenAsMade()
      throws Exception {
    plane.create(configMaps, configMap("replaced", "{a: \"1\"}"));
    scene.start();
    scene.settle();
    scene.stop();
    plane.delete(configMaps + "/replaced");
    JsonNode made = plane.create(configMaps, configMap("replaced", "{a: \"2\"}"));
    Instant created = Instant.parse(made.at("/metadata/creationTimestamp").asText());
    // A deletion that is dated by when it was found is in a later second.
    await().until(() -> Instant.now().isAfter(created.plusSeconds(1)));
    scene.start();

    List<AuditEvent> told = scene.await(2, Scene.of("ConfigMap", "replaced"));
    assertThat(told)
        .extracting(event -> event.change().action())
        .containsExactly("delete", "create");
    AuditEvent deletion = told.get(0);
    assertThat(deletion.change().state().before().at("/data/a").asText()).isEqualTo("1");
    assertThat(deletion.time()).isBeforeOrEqualTo(told.get(1).time());
    assertThat(deletion.change().observedLate().latest()).isEqualTo(deletion.time());
    assertThat(told.get(1).time()).isBefore(created.plusSeconds(1));
    assertThat(told.get(1).targets().get(0).resource().uid())
        .isEqualTo(made.at("/metadata/uid").asText());
    scene.stop();
    scene.start();
    scene.settle();
    scene.await(2, Scene.of("ConfigMap", "replaced"));
  }

  @Test
  void C13_theFirstListReplaysNothing() throws Exception {
    plane.create(configMaps, configMap("old", "{a: \"1\"}"));
    plane.create(deployments, deployment("old", "ghcr.io/acme/old:1.0"));
    scene.start();
    scene.settle();

    assertThat(scene.events()).hasSize(1);
    JsonNode recorded = scene.server.get("/v1/resources?source=/k8s/test");
    assertThat(recorded.findValuesAsText("name")).contains("old");
  }

  @Test
  void C13_anEventOnAStateThatTheServerDoesNotHaveIsMadeAnew() throws Exception {
    plane.create(configMaps, configMap("raced", "{a: \"1\"}"));
    Watcher first = scene.start();
    // Another watcher on the same server has told of the change already; this one does not know.
    Path elsewhere = Files.createDirectories(directory.resolve("other"));
    Files.writeString(
        elsewhere.resolve("w.yaml"),
        Files.readString(scene.configuration())
                .replace(
                    directory.resolve("spool").toString(), elsewhere.resolve("spool").toString())
            + "redaction: {keyFile: "
            + directory.resolve("spool-redaction.key")
            + "}\n");
    try (Watcher second =
        Watcher.start(
            io.changetrail.watcher.operation.WatcherConfig.read(elsewhere.resolve("w.yaml")),
            io.changetrail.watcher.cluster.Cluster.connect(scene.kubeconfig(ControlPlane.ADMIN)),
            new io.changetrail.watcher.operation.WatcherMetrics(),
            java.time.InstantSource.system())) {
      await().atMost(Scene.PATIENCE).until(second::isReady);
      for (int i = 2; i < 12; i++) {
        plane.patch(configMaps + "/raced", "{data: {a: \"" + i + "\"}}");
      }
      await()
          .atMost(Scene.PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(scene.server.get("/v1/resources?source=/k8s/test").toString())
                      .contains("\"a\":\"11\""));
      assertThat(first.flush(Scene.PATIENCE)).isTrue();
      assertThat(second.flush(Scene.PATIENCE)).isTrue();
    }
    List<AuditEvent> events = scene.events();
    String before = "1";
    for (AuditEvent event : events) {
      assertThat(event.change().state().before().at("/data/a").asText())
          .as("each change begins where the one before ended: %s", Scene.line(event))
          .isEqualTo(before);
      before = event.change().state().after().at("/data/a").asText();
    }
    assertThat(before).isEqualTo("11");
  }
}
