// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/**
 * A real etcd, kube-apiserver and kube-controller-manager, each a process that can be stopped and
 * started again. The binary is built from {@code src/test/go} by its {@code build} script, as
 * {@code .ci/run} does, and looked for in the user's cache; if it is absent, the tests say so, and
 * fail where {@code REQUIRE_REAL_PARTS} is set.
 *
 * <p>There is no kubelet and no scheduler: a test that needs pods to run writes their status.
 */
final class ControlPlane implements AutoCloseable {
  /** May do everything. */
  static final String ADMIN = "admin-token";

  /** May do what RBAC says of the user {@code watcher}. */
  static final String WATCHER = "watcher-token";

  /** A person in the group {@code developers}. */
  static final String ALICE = "alice-token";

  private static final String CONTROLLERS = "controllers-token";

  /** What the audit webhook shows. */
  static final String AUDIT = "audit-webhook-token";

  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static @Nullable ControlPlane shared;

  private final Path binary;
  private final Path directory;
  private final int port = freePort();
  private final int etcdPort = freePort();
  private final int etcdPeerPort = freePort();
  private final int controllerPort = freePort();
  private final int auditPort = freePort();
  private final HttpClient http =
      HttpClient.newBuilder()
          .sslContext(trustingAll())
          // One that an API server ended is not used again, unlike with HTTP/2 in Java 17.
          .version(HttpClient.Version.HTTP_1_1)
          .build();
  private @Nullable Process etcd;
  private @Nullable Process apiServer;
  private @Nullable Process controllers;
  private final List<String> apiServerFlags = new ArrayList<>();

  private ControlPlane(Path binary, Path directory) {
    this.binary = binary;
    this.directory = directory;
  }

  /** One for all tests of this JVM, with its controllers, that ends with it. */
  static synchronized ControlPlane shared() throws Exception {
    if (shared == null) {
      ControlPlane plane = create(Files.createTempDirectory("control-plane"));
      Runtime.getRuntime().addShutdownHook(new Thread(plane::close));
      plane.start();
      shared = plane;
    }
    return shared;
  }

  /** One of its own for a test that stops it. */
  static ControlPlane create(Path directory) throws Exception {
    ControlPlane plane = new ControlPlane(binary(), directory);
    plane.writeFiles();
    return plane;
  }

  private static Path binary() throws IOException {
    String cache = System.getenv("XDG_CACHE_HOME");
    Path folder =
        (cache == null ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(cache))
            .resolve("changetrail");
    Path binary = folder.resolve("control-plane-" + stateOfSources());
    if (Files.isExecutable(binary)) {
      return binary;
    }
    String absent =
        "ABSENT: a real kube-apiserver, so nothing was tested against a cluster; with Go 1.26 or"
            + " newer run k8s-watcher/src/test/go/build (.ci/run does)";
    assertThat(System.getenv("REQUIRE_REAL_PARTS")).as(absent).isNull();
    System.err.println(absent);
    Assumptions.abort(absent);
    throw new AssertionError(absent);
  }

  /** As the build script names it. */
  private static String stateOfSources() throws IOException {
    try {
      var digest = java.security.MessageDigest.getInstance("SHA-256");
      for (String file : List.of("go.mod", "go.sum", "main.go")) {
        digest.update(Files.readAllBytes(Path.of("src/test/go", file)));
      }
      return java.util.HexFormat.of().formatHex(digest.digest()).substring(0, 16);
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private void writeFiles() throws Exception {
    Files.writeString(
        directory.resolve("tokens.csv"),
        ADMIN
            + ",admin,admin,system:masters\n"
            + WATCHER
            + ",watcher,watcher\n"
            + CONTROLLERS
            + ",system:kube-controller-manager,controllers,system:masters\n"
            + ALICE
            + ",alice,alice,\"system:masters,developers\"\n");
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    KeyPair pair = generator.generateKeyPair();
    Files.writeString(
        directory.resolve("sa.key"), pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
    Files.writeString(
        directory.resolve("sa.pub"), pem("PUBLIC KEY", pair.getPublic().getEncoded()));
    Files.writeString(directory.resolve("kubeconfig-controllers"), kubeconfig(CONTROLLERS));
    Files.writeString(
        directory.resolve("kubeconfig-audit"),
        kubeconfig(AUDIT)
            .replace(address().toString(), "https://127.0.0.1:" + auditPort + "/audit"));
  }

  private static String pem(String type, byte[] der) {
    return "-----BEGIN "
        + type
        + "-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
        + "\n-----END "
        + type
        + "-----\n";
  }

  /** The text of a kubeconfig for somebody. */
  String kubeconfig(String token) {
    return """
        apiVersion: v1
        kind: Config
        current-context: test
        clusters: [{name: test, cluster: {server: "%s", insecure-skip-tls-verify: true}}]
        users: [{name: test, user: {token: "%s"}}]
        contexts: [{name: test, context: {cluster: test, user: test}}]
        """
        .formatted(address(), token);
  }

  /** Where on loopback the audit webhook is called. */
  int auditPort() {
    return auditPort;
  }

  /** Further flags of the API server, from its next start on. */
  void apiServerFlags(String... flags) {
    apiServerFlags.addAll(List.of(flags));
  }

  URI address() {
    return URI.create("https://127.0.0.1:" + port);
  }

  void start() throws Exception {
    startEtcd();
    startApiServer();
    startControllers();
  }

  void startEtcd() throws IOException {
    String client = "http://127.0.0.1:" + etcdPort;
    String peer = "http://127.0.0.1:" + etcdPeerPort;
    etcd =
        begin(
            "etcd",
            "--data-dir=" + directory.resolve("etcd"),
            "--listen-client-urls=" + client,
            "--advertise-client-urls=" + client,
            "--listen-peer-urls=" + peer,
            "--initial-advertise-peer-urls=" + peer,
            "--initial-cluster=default=" + peer,
            "--unsafe-no-fsync",
            "--log-level=error");
  }

  void startApiServer() throws Exception {
    List<String> flags =
        new ArrayList<>(
            List.of(
                "--etcd-servers=http://127.0.0.1:" + etcdPort,
                "--bind-address=127.0.0.1",
                "--advertise-address=127.0.0.1",
                "--secure-port=" + port,
                "--cert-dir=" + directory.resolve("certificates"),
                "--token-auth-file=" + directory.resolve("tokens.csv"),
                "--authorization-mode=RBAC",
                "--service-cluster-ip-range=10.96.0.0/16",
                "--service-account-issuer=https://kubernetes.default.svc",
                "--service-account-key-file=" + directory.resolve("sa.pub"),
                "--service-account-signing-key-file=" + directory.resolve("sa.key"),
                "--audit-policy-file="
                    + Path.of("../deploy/kubernetes/audit-policy.yaml")
                        .toAbsolutePath()
                        .normalize(),
                "--audit-webhook-config-file=" + directory.resolve("kubeconfig-audit"),
                "--audit-webhook-batch-max-wait=100ms",
                "--audit-webhook-initial-backoff=200ms",
                "--disable-admission-plugins=ServiceAccount",
                "--endpoint-reconciler-type=none"));
    flags.addAll(apiServerFlags);
    apiServer = begin("kube-apiserver", flags.toArray(String[]::new));
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .until(
            () -> {
              assertThat(apiServer.isAlive()).as(log("kube-apiserver")).isTrue();
              try {
                return send(ADMIN, "GET", "/readyz", null).statusCode() == 200
                    && send(ADMIN, "GET", "/api/v1/namespaces/default", null).statusCode() == 200;
              } catch (IOException e) {
                return false;
              }
            });
  }

  void startControllers() throws IOException {
    controllers =
        begin(
            "kube-controller-manager",
            "--kubeconfig=" + directory.resolve("kubeconfig-controllers"),
            "--bind-address=127.0.0.1",
            "--secure-port=" + controllerPort,
            "--cert-dir=" + directory.resolve("controller-certificates"),
            "--leader-elect=false",
            "--horizontal-pod-autoscaler-sync-period=1s",
            "--controllers=deployment-controller,replicaset-controller,statefulset-controller,"
                + "daemonset-controller,garbage-collector-controller,"
                + "horizontal-pod-autoscaler-controller,namespace-controller");
  }

  /** Gives the API server a new certificate and somebody a new token, from its next start on. */
  void renew(String token, String newToken) throws IOException {
    for (String file : List.of("apiserver.crt", "apiserver.key")) {
      Files.deleteIfExists(directory.resolve("certificates").resolve(file));
    }
    Path tokens = directory.resolve("tokens.csv");
    Files.writeString(tokens, Files.readString(tokens).replace(token + ",", newToken + ","));
  }

  /** The certificate that the API server made for itself. */
  Path certificate() {
    return directory.resolve("certificates/apiserver.crt");
  }

  /** As a crash of its machine would end it. */
  void stopApiServer() throws InterruptedException {
    end(apiServer);
    apiServer = null;
  }

  private Process begin(String component, String... flags) throws IOException {
    List<String> command = new ArrayList<>(List.of(binary.toString(), component));
    command.addAll(List.of(flags));
    return new ProcessBuilder(command)
        .directory(directory.toFile())
        .redirectErrorStream(true)
        .redirectOutput(
            ProcessBuilder.Redirect.appendTo(directory.resolve(component + ".log").toFile()))
        .start();
  }

  private String log(String component) {
    try (Stream<String> lines = Files.lines(directory.resolve(component + ".log"))) {
      List<String> all = lines.toList();
      return all.stream().skip(Math.max(0, all.size() - 20)).collect(Collectors.joining("\n"));
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static void end(@Nullable Process process) throws InterruptedException {
    if (process != null) {
      process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    }
  }

  @Override
  public void close() {
    try {
      end(controllers);
      end(apiServer);
      end(etcd);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** What the API answers to somebody; not more than that it has this status. */
  HttpResponse<byte[]> send(String token, String method, String path, @Nullable Object body)
      throws IOException, InterruptedException {
    return send(token, method, path, "application/json", body);
  }

  private HttpResponse<byte[]> send(
      String token, String method, String path, String contentType, @Nullable Object body)
      throws IOException, InterruptedException {
    HttpRequest.BodyPublisher publisher =
        body == null
            ? HttpRequest.BodyPublishers.noBody()
            : HttpRequest.BodyPublishers.ofString(body.toString());
    return http.send(
        HttpRequest.newBuilder(URI.create(address() + path))
            .timeout(Duration.ofSeconds(60))
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", contentType)
            .header("User-Agent", "kubectl/v1.36.3 (linux/amd64)")
            .method(method, publisher)
            .build(),
        HttpResponse.BodyHandlers.ofByteArray());
  }

  private JsonNode done(HttpResponse<byte[]> response) throws IOException {
    JsonNode answer = JSON.readTree(response.body());
    assertThat(response.statusCode()).as(answer.toString()).isBetween(200, 299);
    return answer;
  }

  JsonNode get(String path) throws IOException, InterruptedException {
    return done(send(ADMIN, "GET", path, null));
  }

  JsonNode create(String token, String path, String yamlOrJson)
      throws IOException, InterruptedException {
    return done(send(token, "POST", path + "?fieldManager=kubectl-create", yaml(yamlOrJson)));
  }

  JsonNode create(String path, String yamlOrJson) throws IOException, InterruptedException {
    return create(ADMIN, path, yamlOrJson);
  }

  /** A strategic merge patch, as {@code kubectl patch} sends it. */
  JsonNode patch(String token, String path, String yamlOrJson)
      throws IOException, InterruptedException {
    return done(
        send(
            token,
            "PATCH",
            path + (path.contains("?") ? "&" : "?") + "fieldManager=kubectl-patch",
            "application/strategic-merge-patch+json",
            yaml(yamlOrJson)));
  }

  JsonNode patch(String path, String yamlOrJson) throws IOException, InterruptedException {
    return patch(ADMIN, path, yamlOrJson);
  }

  /** A merge patch: the kind that custom resources have. */
  JsonNode mergePatch(String path, String yamlOrJson) throws IOException, InterruptedException {
    return done(send(ADMIN, "PATCH", path, "application/merge-patch+json", yaml(yamlOrJson)));
  }

  /** Server-side apply. */
  JsonNode apply(String token, String path, String manager, String yamlOrJson)
      throws IOException, InterruptedException {
    return done(
        send(
            token,
            "PATCH",
            path + "?force=true&fieldManager=" + manager,
            "application/apply-patch+yaml",
            yaml(yamlOrJson)));
  }

  void delete(String path) throws IOException, InterruptedException {
    done(send(ADMIN, "DELETE", path, null));
  }

  /** Server-side apply of all objects of some YAML, whatever their kinds. */
  void applyAll(String manifests) throws IOException, InterruptedException {
    for (JsonNode object : documents(manifests)) {
      apply(ADMIN, path(object), "kubectl", object.toString());
    }
  }

  /** The objects of a file of YAML. */
  static List<JsonNode> documents(String manifests) throws IOException {
    try (MappingIterator<JsonNode> all =
        Yaml.MAPPER.readerFor(JsonNode.class).readValues(manifests)) {
      return all.readAll().stream().filter(JsonNode::isObject).toList();
    }
  }

  /** Where an object lies, as the API itself tells. */
  String path(JsonNode object) throws IOException, InterruptedException {
    String version = object.path("apiVersion").asText();
    String base = (version.contains("/") ? "/apis/" : "/api/") + version;
    for (JsonNode type : get(base).path("resources")) {
      if (type.path("kind").equals(object.path("kind"))
          && !type.path("name").asText().contains("/")) {
        String namespace = object.at("/metadata/namespace").asText("default");
        return base
            + (type.path("namespaced").asBoolean() ? "/namespaces/" + namespace : "")
            + "/"
            + type.path("name").asText()
            + "/"
            + object.at("/metadata/name").asText();
      }
    }
    throw new AssertionError("the API does not serve " + object);
  }

  /** A token of a ServiceAccount, as a pod of it has. */
  String tokenOf(String namespace, String serviceAccount) throws IOException, InterruptedException {
    return create(
            "/api/v1/namespaces/" + namespace + "/serviceaccounts/" + serviceAccount + "/token",
            "{apiVersion: authentication.k8s.io/v1, kind: TokenRequest, spec: {}}")
        .at("/status/token")
        .asText();
  }

  /** A definition of custom resources of any form. */
  void define(String group, String version, String kind, String plural)
      throws IOException, InterruptedException {
    applyAll(
        """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: %4$s.%1$s, annotations: {api-approved.kubernetes.io: "unapproved, a test"}}
        spec:
          group: %1$s
          scope: Namespaced
          names: {plural: %4$s, singular: %5$s, kind: %3$s}
          versions:
            - name: %2$s
              served: true
              storage: true
              subresources: {status: {}}
              schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
        """
            .formatted(group, version, kind, plural, kind.toLowerCase(java.util.Locale.ROOT)));
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .until(
            () ->
                send(ADMIN, "GET", "/apis/" + group + "/" + version + "/" + plural, null)
                        .statusCode()
                    == 200);
  }

  /** The namespace, which is made if it is not there. */
  String namespace(String name) throws IOException, InterruptedException {
    send(
        ADMIN,
        "POST",
        "/api/v1/namespaces",
        yaml("{apiVersion: v1, kind: Namespace, metadata: {name: " + name + "}}"));
    return name;
  }

  static ObjectNode yaml(String text) throws IOException {
    return (ObjectNode) Yaml.MAPPER.readTree(text);
  }

  private static final class Yaml {
    static final ObjectMapper MAPPER =
        new ObjectMapper(new com.fasterxml.jackson.dataformat.yaml.YAMLFactory());
  }

  /**
   * A free port below those that Linux gives to outgoing connections: while a server is down, a
   * client that connects to one of those may be given the very same port, and keep it.
   */
  static int freePort() {
    for (int i = 0; i < 100; i++) {
      int candidate = 20_000 + ThreadLocalRandom.current().nextInt(12_000);
      try (ServerSocket socket = new ServerSocket(candidate, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (IOException taken) {
        // another one, then
      }
    }
    throw new AssertionError("no free port");
  }

  /** The API server's certificate is its own; a test has nobody else on loopback. */
  static SSLContext trustingAll() {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {new TrustAll()}, new SecureRandom());
      return context;
    } catch (java.security.GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static final class TrustAll extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, java.net.Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, java.net.Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
