// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.watcher.cluster.Cluster;
import io.changetrail.watcher.operation.Leadership;
import io.changetrail.watcher.operation.Rbac;
import io.changetrail.watcher.operation.WatcherConfig;
import io.changetrail.watcher.operation.WatcherMetrics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rights that are generated are enough, and what is not granted costs only itself. */
class RbacTest {
  private static final Rbac.ServiceAccount ACCOUNT =
      new Rbac.ServiceAccount("changetrail", "k8s-watcher");
  private static final String USER = "system:serviceaccount:changetrail:k8s-watcher";
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path directory;

  /** A kubeconfig of the account, which has what a configuration's roles grant. */
  private Path granted(ControlPlane plane, WatcherConfig config, Rbac.Types types)
      throws Exception {
    plane.namespace(ACCOUNT.namespace());
    plane.applyAll(
        "{apiVersion: v1, kind: ServiceAccount, metadata: {name: k8s-watcher, namespace: changetrail}}");
    plane.applyAll(Rbac.yaml(Rbac.of(config, ACCOUNT, types)));
    for (JsonNode object : Rbac.of(config, ACCOUNT, types)) {
      if (object.has("rules")) {
        await().atMost(Scene.PATIENCE).until(() -> isGranted(plane, object));
      }
    }
    Path file = directory.resolve("kubeconfig-of-account");
    Files.writeString(file, plane.kubeconfig(plane.tokenOf(ACCOUNT.namespace(), ACCOUNT.name())));
    return file;
  }

  /** Whether the API server knows of a role and of its binding: it takes a moment. */
  private static boolean isGranted(ControlPlane plane, JsonNode role) throws Exception {
    JsonNode rule = role.at("/rules/0");
    ObjectNode review = JSON.createObjectNode();
    review.put("apiVersion", "authorization.k8s.io/v1").put("kind", "SubjectAccessReview");
    review
        .putObject("spec")
        .put("user", USER)
        .putObject("resourceAttributes")
        .put("namespace", role.at("/metadata/namespace").asText(""))
        .put("group", rule.at("/apiGroups/0").asText())
        .put("resource", rule.at("/resources/0").asText())
        .put("name", rule.at("/resourceNames/0").asText(""))
        .put("verb", rule.at("/verbs/0").asText());
    return plane
        .create("/apis/authorization.k8s.io/v1/subjectaccessreviews", review.toString())
        .at("/status/allowed")
        .asBoolean();
  }

  /** Waits until the API server knows that the account may no longer read something. */
  private static void awaitRefused(ControlPlane plane, String path) throws Exception {
    String token = plane.tokenOf(ACCOUNT.namespace(), ACCOUNT.name());
    plane.awaitStatus(403, token, path);
  }

  @Test
  void O2_theGeneratedRolesAreEnoughForAllThatIsConfiguredAndGrantNothingElse() throws Exception {
    Files.writeString(
        directory.resolve("audit-all.yaml"),
        "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: Metadata}]\n");
    Path log = directory.resolve("audit.log");
    Path home = Files.createDirectories(directory.resolve("own"));
    try (RealControlPlane own = ControlPlane.createReal(home, "no roles were tried")) {
      own.apiServerFlags(
          "--audit-policy-file=" + directory.resolve("audit-all.yaml"),
          "--audit-log-path=" + log,
          "--audit-log-mode=blocking");
      own.startApiServer();
      own.define("argoproj.io", "v1alpha1", "Rollout", "rollouts");
      own.define("gateway.networking.k8s.io", "v1", "Gateway", "gateways");
      own.define("gateway.networking.k8s.io", "v1", "HTTPRoute", "httproutes");
      own.define("core.openfeature.dev", "v1beta1", "FeatureFlag", "featureflags");
      own.define("argoproj.io", "v1alpha1", "Application", "applications");
      own.define("kustomize.toolkit.fluxcd.io", "v1", "Kustomization", "kustomizations");
      own.define("helm.toolkit.fluxcd.io", "v2", "HelmRelease", "helmreleases");
      own.define("source.toolkit.fluxcd.io", "v1", "GitRepository", "gitrepositories");
      own.define("example.com", "v1", "Widget", "widgets");
      try (Scene scene = new Scene(own, directory)) {
        Files.writeString(directory.resolve("key"), "0123456789abcdef0123456789abcdef");
        Path file = directory.resolve("all.yaml");
        Files.writeString(
            file,
            """
            cluster: test
            server: %s
            spool: {directory: %s}
            redaction: {keyFile: %s}
            secrets: true
            resources: [{group: example.com, version: v1, kind: Widget}]
            leaderElection: {namespace: changetrail, lease: k8s-watcher}
            """
                .formatted(
                    scene.server.address(),
                    directory.resolve("all-spool"),
                    directory.resolve("key")));
        WatcherConfig config = WatcherConfig.read(file);
        Cluster asked = Cluster.connect(scene.kubeconfig(ControlPlane.ADMIN));
        Rbac.Types types =
            wanted ->
                asked.types(wanted.group(), wanted.version()).stream()
                    .filter(type -> type.kind().equals(wanted.kind()))
                    .findFirst();
        Cluster cluster = Cluster.connect(granted(own, config, types));
        Set<String> granted = new TreeSet<>();
        for (JsonNode object : Rbac.of(config, ACCOUNT, types)) {
          for (JsonNode rule : object.path("rules")) {
            for (JsonNode resource : rule.path("resources")) {
              for (JsonNode verb : rule.path("verbs")) {
                granted.add(
                    verb.asText()
                        + " "
                        + resource.asText()
                        + "."
                        + rule.at("/apiGroups/0").asText());
              }
            }
          }
        }
        lead(
            config,
            cluster,
            () -> {
              Set<String> used = used(log);
              assertThat(granted).containsAll(used);
              assertThat(granted)
                  .filteredOn(one -> !used.contains(one))
                  .as("an object is read by its name only once the server has another state of it")
                  .allMatch(one -> one.startsWith("get "));
            });
      }
    }
  }

  /** Leads until everything was compared and something holds. */
  private static void lead(WatcherConfig config, Cluster cluster, ThrowingRunnable holds) {
    AtomicReference<Watcher> active = new AtomicReference<>();
    try (Leadership leadership =
        new Leadership(
            cluster,
            Objects.requireNonNull(config.leaderElection()),
            "one",
            null,
            Duration.ofSeconds(15),
            InstantSource.system(),
            () -> {
              try {
                active.set(
                    Watcher.start(config, cluster, new WatcherMetrics(), InstantSource.system()));
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            },
            () -> active.get().close())) {
      leadership.start();
      await().atMost(Scene.PATIENCE).until(() -> active.get() != null && active.get().isReady());
      assertThat(active.get().troubles()).isEmpty();
      await().atMost(Scene.PATIENCE).untilAsserted(holds);
    }
  }

  /** What the account did, all of which it was allowed to. */
  private static Set<String> used(Path log) throws IOException {
    Set<String> used = new TreeSet<>();
    String text = Files.readString(log);
    // Of the last line there may be a part so far.
    for (String line : text.substring(0, text.lastIndexOf('\n') + 1).lines().toList()) {
      JsonNode entry = JSON.readTree(line);
      JsonNode object = entry.path("objectRef");
      if (entry.at("/user/username").asText().equals(USER) && object.has("resource")) {
        assertThat(entry.at("/responseStatus/code").asInt()).as(line).isNotEqualTo(403);
        used.add(
            entry.path("verb").asText()
                + " "
                + object.path("resource").asText()
                + "."
                + object.path("apiGroup").asText(""));
      }
    }
    return used;
  }

  @Test
  void O2_rolesForNamedNamespacesReachNoOther() throws Exception {
    ControlPlane plane = ControlPlane.real("no roles were tried");
    try (Scene scene = new Scene(plane, directory)) {
      WatcherConfig config = WatcherConfig.read(scene.configuration());
      Path kubeconfig = granted(plane, config, wanted -> Optional.empty());
      String token = plane.tokenOf(ACCOUNT.namespace(), ACCOUNT.name());
      String secrets = "/api/v1/namespaces/" + scene.namespace + "/secrets";
      plane.create(
          secrets, "{apiVersion: v1, kind: Secret, metadata: {name: db}, stringData: {pin: one}}");
      try (Watcher watcher =
          Watcher.start(
              config, Cluster.connect(kubeconfig), new WatcherMetrics(), InstantSource.system())) {
        await().atMost(Scene.PATIENCE).until(watcher::isReady);
        plane.patch(secrets + "/db", "{stringData: {pin: two}}");
        scene.await(1, Scene.of("Secret", "db"));
      }
      assertThat(plane.send(token, "GET", secrets, null).statusCode()).isEqualTo(200);
      for (String other :
          Set.of(
              "/api/v1/namespaces/default/secrets",
              "/api/v1/secrets",
              "/api/v1/namespaces",
              "/api/v1/nodes")) {
        assertThat(plane.send(token, "GET", other, null).statusCode()).as(other).isEqualTo(403);
      }
    }
  }

  @Test
  void O2_rolesForNamespacesThatAreSelectedAllowToSeeWhichThoseAre() throws Exception {
    ControlPlane plane = ControlPlane.real("no roles were tried");
    try (Scene scene =
        new Scene(plane, directory).with("namespaceSelector: {matchLabels: {watched: rbac}}")) {
      plane.patch("/api/v1/namespaces/" + scene.namespace, "{metadata: {labels: {watched: rbac}}}");
      WatcherConfig config = WatcherConfig.read(scene.configuration());
      Path kubeconfig = granted(plane, config, wanted -> Optional.empty());
      try (Watcher watcher =
          Watcher.start(
              config, Cluster.connect(kubeconfig), new WatcherMetrics(), InstantSource.system())) {
        await().atMost(Scene.PATIENCE).until(watcher::isReady);
        assertThat(watcher.troubles()).isEmpty();
        scene.settle();
      }
      Path named = directory.resolve("named.yaml");
      Files.writeString(
          named,
          Files.readString(directory.resolve("watcher.yaml"))
              .replaceAll("namespaceSelector: .*", "namespaces: [" + scene.namespace + "]"));
      kubeconfig = granted(plane, WatcherConfig.read(named), wanted -> Optional.empty());
      awaitRefused(plane, "/api/v1/namespaces");
      try (Watcher watcher =
          Watcher.start(
              config, Cluster.connect(kubeconfig), new WatcherMetrics(), InstantSource.system())) {
        await().atMost(Scene.PATIENCE).until(() -> watcher.troubles().containsKey("Namespace"));
        assertThat(watcher.isReady()).as("nobody knows what to look at").isFalse();
      }
    }
  }

  @Test
  void O2_aTypeThatRolesDoNotGrantIsNamedAndTheRestGoesOn() throws Exception {
    ControlPlane plane = ControlPlane.real("no roles were tried");
    try (Scene scene = new Scene(plane, directory).with("")) {
      WatcherConfig config = WatcherConfig.read(scene.configuration());
      Path kubeconfig = granted(plane, config, wanted -> Optional.empty());
      String role =
          "/apis/rbac.authorization.k8s.io/v1/namespaces/" + scene.namespace + "/roles/k8s-watcher";
      JsonNode without = plane.get(role).deepCopy();
      for (JsonNode rule : without.path("rules")) {
        JsonNode resources = rule.path("resources");
        for (int i = resources.size() - 1; i >= 0; i--) {
          if (resources.get(i).asText().equals("secrets")) {
            ((com.fasterxml.jackson.databind.node.ArrayNode) resources).remove(i);
          }
        }
      }
      plane.send(ControlPlane.ADMIN, "PUT", role, without);
      awaitRefused(plane, "/api/v1/namespaces/" + scene.namespace + "/secrets");
      String configMaps = "/api/v1/namespaces/" + scene.namespace + "/configmaps";
      try (Watcher watcher =
          Watcher.start(
              config, Cluster.connect(kubeconfig), new WatcherMetrics(), InstantSource.system())) {
        scene.awaitListed("configmaps", scene.namespace);
        plane.create(configMaps, "{apiVersion: v1, kind: ConfigMap, metadata: {name: it}}");
        scene.await(1, Scene.of("ConfigMap", "it"));
        await().atMost(Scene.PATIENCE).until(() -> watcher.troubles().size() == 2);
        assertThat(watcher.troubles()).containsOnlyKeys("Secret", "HelmReleaseSecret");
        assertThat(watcher.troubles().get("Secret"))
            .contains("may not be read", "secrets is forbidden", "leave the type out");
        assertThat(watcher.isReady()).as("not everything is seen").isFalse();
      }
    }
  }

  @Test
  void O2_theNameOfATypeThatNobodyKnowsIsAskedForAndNotGuessed() throws Exception {
    Path file = directory.resolve("watcher.yaml");
    String base =
        "cluster: test\nserver: http://127.0.0.1:1\nresources: [{group: example.com, version: v1, kind: Widget%s}]\n";
    Files.writeString(file, base.formatted(""));
    assertThatThrownBy(() -> Rbac.of(WatcherConfig.read(file), ACCOUNT, wanted -> Optional.empty()))
        .hasMessage(
            "resources: the plural of Widget is not known; give `plural: …`, or --kubeconfig of a"
                + " cluster that serves it");
    Files.writeString(file, base.formatted(", plural: widgets"));
    assertThat(Rbac.yaml(Rbac.of(WatcherConfig.read(file), ACCOUNT, wanted -> Optional.empty())))
        .contains("- widgets");
  }

  @Test
  void O2_theRolesInTheRepositoryAreThoseOfTheConfigurationBesideThem() throws Exception {
    Path kubernetes = Path.of("../deploy/kubernetes");
    assertThat(ControlPlane.documents(Files.readString(kubernetes.resolve("rbac.yaml"))))
        .as("k8s-watcher --config deploy/kubernetes/watcher.yaml --rbac")
        .isEqualTo(
            ControlPlane.documents(
                Rbac.yaml(
                    Rbac.of(
                        WatcherConfig.read(kubernetes.resolve("watcher.yaml")),
                        ACCOUNT,
                        wanted -> Optional.empty()))));
  }
}
