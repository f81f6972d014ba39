// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.watcher.cluster.Cluster;
import io.changetrail.watcher.operation.Rbac;
import io.changetrail.watcher.operation.WatcherConfig;
import io.changetrail.watcher.operation.WatcherMetrics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The chart and the kustomization: what they render, and that a real API server takes it. */
class DeploymentTest {
  private static final Path CHART = Path.of("../deploy/helm/k8s-watcher");

  @TempDir private Path directory;

  private static RealPart helm() {
    return RealPart.find("helm", "the chart was not tested");
  }

  private Path values(String yaml) throws Exception {
    Path file = directory.resolve("values.yaml");
    Files.writeString(file, yaml);
    return file;
  }

  private List<JsonNode> rendered(String values) throws Exception {
    return ControlPlane.documents(
        helm()
            .output(
                "template",
                "changetrail-k8s-watcher",
                CHART.toString(),
                "--namespace",
                "changetrail",
                "--values",
                values(values).toString()));
  }

  private static JsonNode one(List<JsonNode> objects, String kind) {
    return objects.stream()
        .filter(object -> object.path("kind").asText().equals(kind))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + kind));
  }

  private WatcherConfig config(List<JsonNode> objects) throws Exception {
    Path file = directory.resolve("watcher.yaml");
    Files.writeString(file, one(objects, "ConfigMap").at("/data/watcher.yaml").asText());
    return WatcherConfig.read(file);
  }

  /** What roles grant where: verbs by namespace, group, resource and name. */
  private static Map<String, Set<String>> grants(List<? extends JsonNode> objects) {
    Map<String, Set<String>> grants = new TreeMap<>();
    for (JsonNode object : objects) {
      for (JsonNode rule : object.path("rules")) {
        for (JsonNode resource : rule.path("resources")) {
          Set<String> verbs =
              grants.computeIfAbsent(
                  object.at("/metadata/namespace").asText("*")
                      + " "
                      + rule.at("/apiGroups/0").asText()
                      + "/"
                      + resource.asText()
                      + rule.path("resourceNames"),
                  any -> new TreeSet<>());
          rule.path("verbs").forEach(verb -> verbs.add(verb.asText()));
        }
      }
    }
    return grants;
  }

  private static final String BASE =
      """
      image: {repository: registry.example.com/k8s-watcher}
      config: {cluster: prod, server: 'https://changetrail.example.com'%s}
      """;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ", secrets: true",
        ", namespaces: [shop, pay], secrets: true",
        ", namespaceSelector: {matchLabels: {team: checkout}}",
        ", namespaceSelector: {matchExpressions: [{key: team, operator: Exists}]}, onlyResources: true, resources: [{group: apps, version: v1, kind: DaemonSet, plural: daemonsets}]",
        ", onlyResources: true, resources: [{group: apps, version: v1, kind: DaemonSet, plural: daemonsets}]",
        ", resources: [{group: example.com, version: v1, kind: Widget, plural: widgets}, {group: apps, version: v1, kind: Deployment, plural: deployments}]",
        ", namespaces: [shop], resources: [{group: example.com, version: v1, kind: Fleet, plural: fleets, namespaced: false}]"
      })
  void O2_theChartsRolesAreThoseThatItsConfigurationNeeds(String more) throws Exception {
    for (int replicas : List.of(1, 2)) {
      List<JsonNode> objects =
          rendered(
              BASE.formatted(more)
                  + "redactionKey: {secret: changetrail-redaction}\nreplicas: "
                  + replicas);
      assertThat(grants(objects))
          .isEqualTo(
              grants(
                  Rbac.of(
                      config(objects),
                      new Rbac.ServiceAccount("changetrail", "changetrail-k8s-watcher"),
                      wanted -> Optional.empty())));
      assertThat(
              objects.stream()
                  .filter(object -> object.path("kind").asText().endsWith("Binding"))
                  .map(object -> object.at("/subjects/0/namespace").asText())
                  .distinct())
          .containsExactly("changetrail");
    }
  }

  @Test
  void O2_theChartPassesItsLintAndSaysWhatIsMissing() throws Exception {
    helm()
        .output(
            "lint",
            "--strict",
            CHART.toString(),
            "--values",
            values(BASE.formatted("")).toString());
    assertThat(
            helm()
                .run(
                    "lint",
                    CHART.toString(),
                    "--values",
                    values("image: {repository: r}").toString()))
        .satisfies(run -> assertThat(run.exit()).isNotZero())
        .satisfies(run -> assertThat(run.output()).contains("cluster", "server"));
    assertThat(
            helm()
                .run(
                    "template",
                    CHART.toString(),
                    "--values",
                    values(BASE.formatted(", secrets: true") + "replicas: 2").toString())
                .output())
        .contains("redactionKey.secret: give the replicas one key");
  }

  @Test
  void O2_theChartIsInstalledInARealClusterAndTheWatcherRunsWithItsConfigurationAndRights()
      throws Exception {
    RealPart helm = helm();
    ControlPlane plane = ControlPlane.real("the manifests were not installed");
    try (Scene scene = new Scene(plane, directory)) {
      plane.create(
          "/api/v1/namespaces/" + scene.namespace + "/secrets",
          "{apiVersion: v1, kind: Secret, metadata: {name: changetrail-token}, stringData: {token: not-a-real-token}}");
      helm.output(
          "install",
          "watch",
          CHART.toString(),
          "--namespace",
          scene.namespace,
          "--kubeconfig",
          scene.kubeconfig(ControlPlane.ADMIN).toString(),
          "--values",
          values(
                  """
                  image: {repository: registry.example.com/k8s-watcher}
                  replicas: 2
                  token: {secret: changetrail-token}
                  redactionKey: {secret: changetrail-redaction}
                  auditWebhook: {enabled: true, secret: changetrail-audit}
                  config: {cluster: test, environment: prod, server: "%s", secrets: true}
                  """
                      .formatted(scene.server.address()))
              .toString());
      String namespaced = "/api/v1/namespaces/" + scene.namespace;
      JsonNode deployment =
          plane.get(
              "/apis/apps/v1/namespaces/" + scene.namespace + "/deployments/watch-k8s-watcher");
      JsonNode container = deployment.at("/spec/template/spec/containers/0");
      assertThat(container.path("args").toString())
          .isEqualTo("[\"--config\",\"/etc/changetrail/config/watcher.yaml\"]");
      assertThat(deployment.at("/spec/replicas").asInt()).isEqualTo(2);
      assertThat(container.at("/securityContext/readOnlyRootFilesystem").asBoolean()).isTrue();
      String account = deployment.at("/spec/template/spec/serviceAccountName").asText();
      String token = plane.tokenOf(scene.namespace, account);
      plane.awaitStatus(200, token, "/api/v1/namespaces/kube-system");
      Files.writeString(directory.resolve("as-installed"), plane.kubeconfig(token));
      String yaml =
          plane.get(namespaced + "/configmaps/watch-k8s-watcher").at("/data/watcher.yaml").asText();
      assertThat(mounts(container)).containsAll(directories(yaml));
      WatcherConfig config = WatcherConfig.read(outside(yaml));
      try (Watcher watcher =
          Watcher.start(
              config,
              Cluster.connect(directory.resolve("as-installed")),
              new WatcherMetrics(),
              InstantSource.system())) {
        await().atMost(Scene.PATIENCE).until(watcher::isReady);
        assertThat(watcher.troubles()).isEmpty();
        plane.create(
            namespaced + "/configmaps",
            "{apiVersion: v1, kind: ConfigMap, metadata: {name: it}, data: {a: \"1\"}}");
        scene.await(1, Scene.of("ConfigMap", "it"));
      }
    }
  }

  private static List<String> mounts(JsonNode container) {
    List<String> mounts = new ArrayList<>();
    container.path("volumeMounts").forEach(mount -> mounts.add(mount.path("mountPath").asText()));
    return mounts;
  }

  /** Where the files of a configuration lie. */
  private static List<String> directories(String yaml) throws Exception {
    JsonNode config = ControlPlane.yaml(yaml);
    return Stream.of(
            config.at("/tokenFile"),
            config.at("/redaction/keyFile"),
            config.at("/auditWebhook/keyStore"),
            config.at("/spool/directory"))
        .map(path -> Path.of(path.asText()).getParent().toString())
        .toList();
  }

  /** The configuration of a pod with the files of this machine. */
  private Path outside(String yaml) throws Exception {
    Path root = Files.createDirectories(directory.resolve("root"));
    for (String file : List.of("etc/changetrail/redaction/redaction.key")) {
      Files.createDirectories(root.resolve(file).getParent());
      Files.writeString(root.resolve(file), "0123456789abcdef0123456789abcdef");
    }
    Path file = directory.resolve("outside.yaml");
    // The server of the tests takes what comes without a credential.
    Files.writeString(
        file,
        yaml.replaceAll("(?m)^tokenFile:.*$", "")
            .replace("/etc/", root + "/etc/")
            .replace("/var/lib/", root + "/var/lib/"));
    return file;
  }

  @Test
  void C6_theChartRegistersAWebhookThatNeverHoldsAWriteUpForLong() throws Exception {
    String webhook =
        "admissionWebhook: {enabled: true, secret: changetrail-admission, path: /admission/k3vq%s}";
    List<JsonNode> objects =
        rendered(
            BASE.formatted(", secrets: true, namespaces: [shop]")
                + webhook.formatted(", caBundle: Q0E="));
    WatcherConfig.AdmissionWebhook told = config(objects).admissionWebhook();
    JsonNode registered = one(objects, "ValidatingWebhookConfiguration");
    JsonNode hook = registered.at("/webhooks/0");
    assertThat(hook.path("failurePolicy").asText()).isEqualTo("Ignore");
    assertThat(hook.path("timeoutSeconds").asInt()).isEqualTo(1);
    assertThat(told).isNotNull();
    assertThat(hook.at("/clientConfig/service/path").asText()).isEqualTo(told.path());
    assertThat(hook.at("/clientConfig/service/port").asInt()).isEqualTo(told.port());
    assertThat(mounts(one(objects, "Deployment").at("/spec/template/spec/containers/0")))
        .contains(told.keyStore().getParent().toString());
    WatcherConfig config = config(objects);
    Set<String> asked = new TreeSet<>();
    hook.path("rules")
        .forEach(
            rule ->
                asked.add(
                    rule.at("/apiGroups/0").asText()
                        + "/"
                        + rule.at("/apiVersions/0").asText()
                        + " "
                        + rule.at("/resources/0").asText()));
    assertThat(asked)
        .isEqualTo(
            config.wanted().stream()
                .map(
                    one ->
                        one.group()
                            + "/"
                            + one.version()
                            + " "
                            + config.type(one).orElseThrow().plural())
                .collect(Collectors.toCollection(TreeSet::new)));
    ControlPlane plane = ControlPlane.real("the manifests were not installed");
    plane.namespace("changetrail");
    plane.applyAll(
        registered.toString().replace("Q0E=", Certificates.bundle(directory.resolve("it.p12"))));
    plane.delete(
        "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/"
            + registered.at("/metadata/name").asText());
    assertThat(
            helm()
                .run(
                    "template",
                    CHART.toString(),
                    "--values",
                    values(BASE.formatted("") + webhook.formatted("")).toString())
                .output())
        .contains("admissionWebhook.caBundle: give who issued the certificate");
  }

  @Test
  void O2_withAPersistentVolumeTheChartIsAStatefulSet() throws Exception {
    List<JsonNode> objects =
        rendered(BASE.formatted("") + "spool: {size: 1Gi, persistence: {enabled: true}}");
    JsonNode workload = one(objects, "StatefulSet");
    assertThat(workload.at("/spec/volumeClaimTemplates/0/spec/resources/requests/storage").asText())
        .isEqualTo("1Gi");
    assertThat(workload.at("/spec/template/spec/volumes").toString()).doesNotContain("\"spool\"");
    ControlPlane plane = ControlPlane.real("the manifests were not installed");
    plane.namespace("changetrail");
    ((com.fasterxml.jackson.databind.node.ObjectNode) workload.path("metadata"))
        .put("namespace", "changetrail");
    plane.applyAll(workload.toString());
  }

  @Test
  void O2_aRealClusterTakesTheKustomization() throws Exception {
    String manifests =
        RealPart.find("kubectl", "the kustomization was not tested")
            .output("kustomize", "../deploy/kubernetes");
    ControlPlane plane = ControlPlane.real("the manifests were not installed");
    plane.applyAll(manifests);
    List<JsonNode> objects = ControlPlane.documents(manifests);
    assertThat(config(objects).leaderElection()).isNotNull();
    JsonNode pod = one(objects, "Deployment").at("/spec/template/spec");
    assertThat(pod.at("/volumes/0/configMap/name").asText())
        .isEqualTo(one(objects, "ConfigMap").at("/metadata/name").asText())
        .startsWith("k8s-watcher-");
    assertThat(mounts(pod.at("/containers/0")))
        .containsAll(
            List.of("/etc/changetrail/token", "/etc/changetrail/config", "/var/lib/changetrail"));
  }
}
