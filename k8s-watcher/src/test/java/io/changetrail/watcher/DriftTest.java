// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Live objects that are not as they were declared. */
class DriftTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path directory;
  private ControlPlane plane;
  private Scene scene;
  private String configMaps;
  private String deployments;

  @BeforeEach
  void begin() throws Exception {
    plane = ControlPlane.shared();
    scene = new Scene(plane, directory);
    configMaps = "/api/v1/namespaces/" + scene.namespace + "/configmaps";
    deployments = "/apis/apps/v1/namespaces/" + scene.namespace + "/deployments";
  }

  @AfterEach
  void end() {
    if (scene != null) {
      scene.close();
    }
  }

  /** As {@code kubectl apply} sends it: with what it was given in an annotation. */
  private static String applied(String manifest) throws Exception {
    ObjectNode object = (ObjectNode) plane(manifest);
    object
        .withObject("/metadata/annotations")
        .put("kubectl.kubernetes.io/last-applied-configuration", plane(manifest).toString());
    return object.toString();
  }

  private static JsonNode plane(String yaml) throws Exception {
    return new ObjectMapper(new com.fasterxml.jackson.dataformat.yaml.YAMLFactory()).readTree(yaml);
  }

  private Predicate<AuditEvent> drift(String object) {
    return Scene.of("ConfigDrift", object);
  }

  @Test
  void C11_aFieldEditedBesideKubectlApplyIsDriftUntilItIsAsDeclaredAgain() throws Exception {
    plane.create(
        deployments,
        applied(
            CaptureTest.deployment("web", "ghcr.io/acme/web:1.0")
                .replace("replicas: 1", "replicas: 3")));
    scene.start();
    scene.settle();
    assertThat(scene.events()).noneMatch(drift("Deployment/web"));

    plane.patch(deployments + "/web", "{spec: {replicas: 5}}");
    AuditEvent drifted = scene.await(1, drift("Deployment/web")).get(0);
    assertThat(drifted.change().action()).isEqualTo("drift");
    JsonNode field = drifted.change().state().after().at("/fields/spec.replicas");
    assertThat(field.path("declared").asInt()).isEqualTo(3);
    assertThat(field.path("live").asInt()).isEqualTo(5);
    assertThat(field.path("declaredBy").asText()).isEqualTo("last-applied-configuration");
    assertThat(drifted.change().summary()).contains("spec.replicas declared 3, live 5");
    assertThat(drifted.actor().evidence()).isEqualTo(Actor.Evidence.FIELD_MANAGER);
    assertThat(drifted.links().causedBy())
        .containsExactly(scene.await(1, Scene.of("Deployment", "web")).get(0).ref());

    plane.patch(deployments + "/web", "{spec: {replicas: 3}}");
    AuditEvent resolved = scene.await(2, drift("Deployment/web")).get(1);
    assertThat(resolved.change().action()).isEqualTo("drift_resolved");
    assertThat(resolved.change().id()).isEqualTo(drifted.change().id());
    assertThat(Duration.parse(resolved.attributes().get("changetrail.drift.duration").asText()))
        .isEqualTo(Duration.between(drifted.time(), resolved.time()));
  }

  @Test
  void C11_theReportListsWhatHasNotBeenPutBackByNamespace() throws Exception {
    for (String name : List.of("a", "b")) {
      plane.create(
          configMaps,
          applied(
              "{apiVersion: v1, kind: ConfigMap, metadata: {name: %s}, data: {k: \"declared-%s\"}}"
                  .formatted(name, name)));
    }
    scene.start();
    plane.patch(configMaps + "/a", "{data: {k: live-a}}");
    plane.patch(configMaps + "/b", "{data: {k: live-b}}");
    scene.await(1, drift("ConfigMap/a"));
    scene.await(1, drift("ConfigMap/b"));
    plane.patch(configMaps + "/b", "{data: {k: declared-b}}");
    scene.await(2, drift("ConfigMap/b"));
    assertThat(report())
        .containsPattern(
            scene.namespace + " +ConfigMap/a +data.k +declared-a +live-a +kubectl-patch")
        .doesNotContain("ConfigMap/b");
  }

  /** What {@code changetrail drift} prints. */
  private String report() throws Exception {
    return new RealPart(Path.of(System.getProperty("java.home"), "bin", "java"))
        .output(
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            "io.changetrail.cli.Changetrail",
            "drift",
            "--server",
            scene.server.address().toString(),
            "--namespace",
            scene.namespace);
  }

  @Test
  void C11_defaultsSidecarsAndOtherSpellingsAreNoDrift() throws Exception {
    String manifest =
        CaptureTest.deployment("web", "ghcr.io/acme/web:1.0")
            .replace(
                "image: ghcr.io/acme/web:1.0",
                "image: ghcr.io/acme/web:1.0\n          resources: {limits: {cpu: 1000m}}");
    assertThat(manifest).contains("1000m");
    plane.create(deployments, applied(manifest));
    scene.start();
    plane.patch(
        deployments + "/web",
        "{spec: {template: {spec: {containers: [{name: sidecar, image: \"ghcr.io/acme/mesh:2\"}]}}}}");
    scene.await(1, Scene.of("Deployment", "web"));
    scene.settle();
    assertThat(scene.events()).noneMatch(drift("Deployment/web"));
  }

  @Test
  void C11_aFieldTakenFromServerSideApplyIsDriftUntilItIsAppliedAgain() throws Exception {
    String declared =
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: limits}, data: {timeout: 3s, retries: \"2\"}}";
    plane.apply(ControlPlane.ADMIN, configMaps + "/limits", "kustomize-controller", declared);
    scene.start();
    plane.patch(ControlPlane.ALICE, configMaps + "/limits", "{data: {timeout: 30s}}");

    AuditEvent drifted = scene.await(1, drift("ConfigMap/limits")).get(0);
    JsonNode field = drifted.change().state().after().at("/fields/data.timeout");
    assertThat(field.path("declared").asText()).isEqualTo("3s");
    assertThat(field.path("live").asText()).isEqualTo("30s");
    assertThat(field.path("declaredBy").asText())
        .isEqualTo("server-side apply by kustomize-controller");

    plane.apply(ControlPlane.ADMIN, configMaps + "/limits", "kustomize-controller", declared);
    assertThat(scene.await(2, drift("ConfigMap/limits")).get(1).change().action())
        .isEqualTo("drift_resolved");
  }

  @Test
  void C11_aRestartNeitherRepeatsNorForgetsADriftAndFindsOneOfTheTimeBetween() throws Exception {
    plane.create(
        configMaps,
        applied("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {k: \"1\"}}"));
    plane.create(
        configMaps,
        applied("{apiVersion: v1, kind: ConfigMap, metadata: {name: b}, data: {k: \"1\"}}"));
    scene.start();
    plane.patch(configMaps + "/a", "{data: {k: \"2\"}}");
    AuditEvent first = scene.await(1, drift("ConfigMap/a")).get(0);
    scene.stop();
    plane.patch(configMaps + "/b", "{data: {k: \"2\"}}");
    scene.start();
    AuditEvent late = scene.await(1, drift("ConfigMap/b")).get(0);
    assertThat(late.change().observedLate()).isNotNull();
    scene.settle();
    assertThat(scene.events().stream().filter(drift("ConfigMap/a"))).hasSize(1);

    plane.patch(configMaps + "/a", "{data: {k: \"1\"}}");
    AuditEvent resolved = scene.await(2, drift("ConfigMap/a")).get(1);
    assertThat(resolved.change().id()).isEqualTo(first.change().id());
    scene.stop();
    scene.start();
    scene.settle();
    scene.await(2, drift("ConfigMap/a"));
  }

  @Test
  void C11_whatDriftedBeforeAnybodyWatchedIsToldWithTheIntervalAndEndsWithItsObject()
      throws Exception {
    plane.create(
        configMaps,
        applied("{apiVersion: v1, kind: ConfigMap, metadata: {name: old}, data: {k: \"1\"}}"));
    plane.patch(configMaps + "/old", "{data: {k: \"2\"}}");
    scene.start();
    AuditEvent found = scene.await(1, drift("ConfigMap/old")).get(0);
    assertThat(found.change().observedLate()).isNotNull();
    assertThat(found.links().causedBy()).isEmpty();
    plane.delete(configMaps + "/old");
    List<AuditEvent> both = scene.await(2, drift("ConfigMap/old"));
    assertThat(both.get(1).change().action()).isEqualTo("drift_resolved");
  }

  @Test
  void C11_ofASecretTheDriftIsToldWithoutItsValues() throws Exception {
    String secrets = "/api/v1/namespaces/" + scene.namespace + "/secrets";
    plane.create(
        secrets,
        applied(
            "{apiVersion: v1, kind: Secret, metadata: {name: db}, stringData: {password: first-canary}}"));
    scene.start();
    plane.patch(secrets + "/db", "{stringData: {password: second-canary}}");
    AuditEvent drifted = scene.await(1, drift("Secret/db")).get(0);
    String told = JSON.valueToTree(drifted.toString()).asText();
    assertThat(told).contains("hmac-sha256:").doesNotContain("canary");
    scene.settle();
    assertThat(scene.events().stream().filter(drift("Secret/db"))).hasSize(1);
  }

  /** A checkout with one file in it. */
  private Path checkout() throws Exception {
    Path checkout = Files.createDirectories(directory.resolve("checkout"));
    git("init", "--quiet");
    return checkout;
  }

  private String git(String... arguments) throws Exception {
    List<String> all =
        new ArrayList<>(
            List.of(
                "-C",
                directory.resolve("checkout").toString(),
                "-c",
                "user.name=Alice",
                "-c",
                "user.email=alice@example.com"));
    all.addAll(List.of(arguments));
    return RealPart.find("git", "no checkout was compared with a cluster")
        .output(all.toArray(String[]::new))
        .strip();
  }

  private String commit(String timeout) throws Exception {
    Files.writeString(
        directory.resolve("checkout/settings.yaml"),
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {timeout: %s}\n"
            .formatted(timeout));
    git("add", ".");
    git("commit", "--quiet", "-m", "timeout " + timeout);
    return git("rev-parse", "HEAD");
  }

  @Test
  void C11_anObjectThatIsNotAsACheckoutOfGitSaysIsDriftUntilEitherFollows() throws Exception {
    Path checkout = checkout();
    String first = commit("3s");
    scene.with(
        "discovery: PT0.2S\ndeclared: [{directory: %s, namespace: %s, settling: PT5S}]"
            .formatted(checkout, scene.namespace));
    plane.create(
        configMaps,
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: {timeout: 3s, other: \"1\"}}");
    scene.start();
    plane.patch(
        ControlPlane.ALICE, configMaps + "/settings", "{data: {timeout: 30s, other: \"2\"}}");
    AuditEvent drifted = scene.await(1, drift("ConfigMap/settings")).get(0);
    JsonNode fields = drifted.change().state().after().path("fields");
    assertThat(fields).hasSize(1);
    assertThat(fields.at("/data.timeout/declared").asText()).isEqualTo("3s");
    assertThat(fields.at("/data.timeout/live").asText()).isEqualTo("30s");
    assertThat(fields.at("/data.timeout/declaredBy").asText())
        .isEqualTo("settings.yaml at " + first.substring(0, 7));

    commit("30s");
    assertThat(scene.await(2, drift("ConfigMap/settings")).get(1).change().action())
        .isEqualTo("drift_resolved");

    // What is committed now takes a while to be applied, and that is no drift.
    Instant committed = Instant.now();
    String last = commit("60s");
    AuditEvent late = scene.await(3, drift("ConfigMap/settings")).get(2);
    assertThat(late.change().state().after().at("/fields/data.timeout/declaredBy").asText())
        .isEqualTo("settings.yaml at " + last.substring(0, 7));
    assertThat(late.observedTime()).isAfter(committed.plusSeconds(3));
  }

  @Test
  void C11_aDeclaredObjectThatIsNotThereIsDriftUntilItAppearsOrIsDeclaredNoLonger()
      throws Exception {
    Path manifests = Files.createDirectories(directory.resolve("manifests"));
    String manifest = "{apiVersion: v1, kind: ConfigMap, metadata: {name: %s}, data: {k: v}}";
    for (String name : List.of("settings", "ignored")) {
      Files.writeString(manifests.resolve(name + ".yaml"), manifest.formatted(name));
    }
    scene.with(
        "discovery: PT0.2S\ndeclared: [{directory: %s, namespace: %s, settling: PT0.5S}]"
            .formatted(manifests, scene.namespace));
    plane.create(configMaps, manifest.formatted("settings"));
    plane.create(
        configMaps, manifest.formatted("ignored, annotations: {changetrail.io/ignore: \"true\"}"));
    scene.start();
    scene.settle();
    plane.delete(configMaps + "/settings");

    AuditEvent drifted = scene.await(1, drift("ConfigMap/settings")).get(0);
    JsonNode field = drifted.change().state().after().at("/fields/(object)");
    assertThat(field.path("declared").asText()).isEqualTo("present");
    assertThat(field.has("live")).isFalse();
    assertThat(field.path("declaredBy").asText()).isEqualTo("settings.yaml");
    AuditEvent deletion = scene.await(1, Scene.of("ConfigMap", "settings")).get(0);
    assertThat(drifted.links().causedBy()).containsExactly(deletion.ref());
    assertThat(drifted.time()).isEqualTo(deletion.time());
    assertThat(report())
        .containsPattern(scene.namespace + " +ConfigMap/settings +\\(object\\) +present +absent");

    scene.stop();
    scene.start();
    // Once this is told of all has been judged anew.
    Files.writeString(manifests.resolve("never.yaml"), manifest.formatted("never"));
    AuditEvent never = scene.await(1, drift("ConfigMap/never")).get(0);
    assertThat(never.links().causedBy()).isEmpty();
    assertThat(never.change().observedLate()).isNotNull();
    scene.await(1, drift("ConfigMap/settings"));

    plane.create(configMaps, manifest.formatted("settings"));
    AuditEvent resolved = scene.await(2, drift("ConfigMap/settings")).get(1);
    assertThat(resolved.change().action()).isEqualTo("drift_resolved");
    assertThat(resolved.change().id()).isEqualTo(drifted.change().id());
    assertThat(resolved.links().causedBy())
        .containsExactly(scene.await(2, Scene.of("ConfigMap", "settings")).get(1).ref());
    assertThat(Duration.parse(resolved.attributes().get("changetrail.drift.duration").asText()))
        .isEqualTo(Duration.between(drifted.time(), resolved.time()));

    Files.delete(manifests.resolve("never.yaml"));
    assertThat(scene.await(2, drift("ConfigMap/never")).get(1).change().action())
        .isEqualTo("drift_resolved");

    scene.stop();
    plane.delete(configMaps + "/settings");
    scene.start();
    AuditEvent late = scene.await(3, drift("ConfigMap/settings")).get(2);
    assertThat(late.links().causedBy())
        .containsExactly(scene.await(3, Scene.of("ConfigMap", "settings")).get(2).ref());
    assertThat(scene.events()).noneMatch(drift("ConfigMap/ignored"));
    assertThat(report()).contains("ConfigMap/settings").doesNotContain("never");
  }

  private static final String MAP =
      "{apiVersion: v1, kind: ConfigMap, metadata: {name: %s}, data: {k: v}}";

  /** Declares ConfigMaps that are looked for several times a second. */
  private Path declare(String... names) throws Exception {
    Path manifests = Files.createDirectories(directory.resolve("manifests"));
    for (String name : names) {
      Files.writeString(manifests.resolve(name + ".yaml"), MAP.formatted(name));
    }
    scene.with(
        "discovery: PT0.2S\ndeclared: [{directory: %s, namespace: %s, settling: PT0.5S}]"
            .formatted(manifests, scene.namespace));
    return manifests;
  }

  @Test
  void C11_aDeclaredObjectThatIsIgnoredIsDriftOnceItIsDeletedAndUntilItIsThereAgain()
      throws Exception {
    declare("ignored", "never");
    String ignored = MAP.formatted("ignored, annotations: {changetrail.io/ignore: \"true\"}");
    plane.create(configMaps, ignored);
    scene.start();
    // Once this is told of the other was looked for too.
    scene.await(1, drift("ConfigMap/never"));
    plane.delete(configMaps + "/ignored");

    AuditEvent drifted = scene.await(1, drift("ConfigMap/ignored")).get(0);
    assertThat(drifted.change().state().after().at("/fields/(object)/declared").asText())
        .isEqualTo("present");
    assertThat(drifted.links().causedBy()).as("nothing is told of its deletion").isEmpty();
    plane.create(configMaps, ignored);
    assertThat(scene.await(2, drift("ConfigMap/ignored")).get(1).change().action())
        .isEqualTo("drift_resolved");
    plane.delete(configMaps + "/ignored");
    scene.await(3, drift("ConfigMap/ignored"));
    assertThat(scene.events()).noneMatch(Scene.of("ConfigMap", "ignored"));
  }

  /** How often the API server was asked for a ConfigMap that is not there. */
  private long asked() throws Exception {
    String metrics =
        new String(
            plane.send(ControlPlane.ADMIN, "GET", "/metrics", null).body(), StandardCharsets.UTF_8);
    return metrics
        .lines()
        .filter(line -> line.startsWith("apiserver_request_total{"))
        .filter(line -> line.contains("code=\"404\"") && line.contains("verb=\"GET\""))
        .filter(line -> line.contains("resource=\"configmaps\""))
        .mapToLong(line -> Long.parseLong(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  @Test
  void C11_theClusterIsAskedOnceForEachDeclaredObjectThatIsNotThere() throws Exception {
    ControlPlane.real("no requests were counted");
    long before = asked();
    Path manifests = declare("a", "b", "c");
    scene.start();
    for (String name : List.of("a", "b", "c")) {
      scene.await(1, drift("ConfigMap/" + name));
    }
    // Each is told of after some rounds, so the others were looked for as often.
    for (String name : List.of("d", "e")) {
      Files.writeString(manifests.resolve(name + ".yaml"), MAP.formatted(name));
      scene.await(1, drift("ConfigMap/" + name));
    }
    assertThat(asked() - before).isEqualTo(5);

    plane.create(configMaps, MAP.formatted("a"));
    scene.await(2, drift("ConfigMap/a"));
    plane.delete(configMaps + "/a");
    assertThat(scene.await(3, drift("ConfigMap/a")).get(2).links().causedBy())
        .containsExactly(scene.await(2, Scene.of("ConfigMap", "a")).get(1).ref());
    assertThat(asked() - before).as("once more after each time that it was there").isEqualTo(6);
  }

  @Test
  void C11_aManifestThatIsThereTwiceOrCannotBeReadIsNotComparedAndTheOthersAre() throws Exception {
    Path manifests = Files.createDirectories(directory.resolve("manifests/.hidden")).getParent();
    String manifest = "{apiVersion: v1, kind: ConfigMap, metadata: {name: %s}, data: {k: %s}}";
    Files.writeString(manifests.resolve("a.yaml"), manifest.formatted("twice", "a"));
    Files.writeString(
        manifests.resolve("b.yaml"),
        manifest.formatted("twice", "b") + "\n---\n" + manifest.formatted("once", "declared"));
    Files.writeString(manifests.resolve("broken.yaml"), "{{- if .Values.x }}");
    Files.writeString(manifests.resolve(".hidden/c.yaml"), manifest.formatted("hidden", "c"));
    scene.with("declared: [{directory: %s, namespace: %s}]".formatted(manifests, scene.namespace));
    for (String name : List.of("twice", "once", "hidden")) {
      plane.create(configMaps, manifest.formatted(name, "live"));
    }
    scene.start();
    scene.await(1, drift("ConfigMap/once"));
    scene.settle();
    assertThat(scene.events())
        .noneMatch(drift("ConfigMap/twice"))
        .noneMatch(drift("ConfigMap/hidden"));
  }
}
