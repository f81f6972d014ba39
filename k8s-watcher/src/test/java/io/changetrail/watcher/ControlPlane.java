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
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/**
 * The API of a cluster, on loopback: a real one where its binary was built, else a double that
 * shows what a double can. Tests are the same for both, but for those that begin with {@link
 * #real}.
 */
abstract sealed class ControlPlane implements AutoCloseable permits RealControlPlane, ApiDouble {
  /** May do everything. */
  static final String ADMIN = "admin-token";

  /** May do what RBAC says of the user {@code watcher}. */
  static final String WATCHER = "watcher-token";

  /** A person in the group {@code developers}. */
  static final String ALICE = "alice-token";

  /** What the audit webhook shows. */
  static final String AUDIT = "audit-webhook-token";

  static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static @Nullable ControlPlane shared;

  /** Ports that were handed out: whoever has one may bind it later, or again. */
  private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

  private final int port = freePort();
  private final int auditPort = freePort();
  private final HttpClient http =
      HttpClient.newBuilder()
          .sslContext(trustingAll())
          // One that an API server ended is not used again, unlike with HTTP/2 in Java 17.
          .version(HttpClient.Version.HTTP_1_1)
          .build();

  /** One for all tests of this JVM, with its controllers if it is real, that ends with it. */
  static synchronized ControlPlane shared() throws Exception {
    if (shared == null) {
      ControlPlane plane = create(Files.createTempDirectory("control-plane"));
      Runtime.getRuntime().addShutdownHook(new Thread(plane::close));
      plane.start();
      shared = plane;
    }
    if (shared instanceof ApiDouble) {
      RealApiServerReport.doubled();
    }
    return shared;
  }

  /** One of its own for a test that stops it, without controllers. */
  static ControlPlane create(Path directory) throws Exception {
    Optional<Path> binary = binary();
    if (binary.isPresent()) {
      return new RealControlPlane(binary.get(), directory);
    }
    RealApiServerReport.doubled();
    return new ApiDouble(directory);
  }

  /**
   * The shared one, for a test that no double can stand for: of controllers, RBAC, admission, or
   * programs that talk to a cluster. Where there is no real one the test says so and ends.
   */
  static ControlPlane real(String otherwise) throws Exception {
    realBinary(otherwise);
    return shared();
  }

  /** One of its own, that is real. */
  static RealControlPlane createReal(Path directory, String otherwise) throws Exception {
    return new RealControlPlane(realBinary(otherwise), directory);
  }

  private static Path realBinary(String otherwise) throws IOException {
    Optional<Path> binary = binary();
    if (binary.isEmpty()) {
      String absent = RealApiServerReport.ABSENT.formatted(otherwise);
      System.err.println(absent);
      Assumptions.abort(absent);
    }
    return binary.orElseThrow();
  }

  /** Empty if it was not built; where it is required, that is a failure. */
  private static Optional<Path> binary() throws IOException {
    Optional<Path> binary = RealControlPlane.binary();
    if (binary.isEmpty()) {
      assertThat(System.getenv("REQUIRE_REAL_PARTS"))
          .as(RealApiServerReport.ABSENT.formatted("a double would stand for it"))
          .isNull();
    }
    return binary;
  }

  abstract void start() throws Exception;

  /** Returns once it answers; what was stored before is there. */
  abstract void startApiServer() throws Exception;

  /** As a crash of its machine would end it. */
  abstract void stopApiServer() throws InterruptedException;

  /** Gives the API server a new certificate and somebody a new token, from its next start on. */
  abstract void renew(String token, String newToken) throws Exception;

  /** The certificate that the API server made for itself, as PEM. */
  abstract Path certificate();

  @Override
  public abstract void close();

  URI address() {
    return URI.create("https://127.0.0.1:" + port);
  }

  /** Where on loopback the audit webhook is called. */
  int auditPort() {
    return auditPort;
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

  /** What the API answers to somebody; not more than that it has this status. */
  HttpResponse<byte[]> send(String token, String method, String path, @Nullable Object body)
      throws IOException, InterruptedException {
    return send(token, method, path, "application/json", body);
  }

  HttpResponse<byte[]> send(
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

  /**
   * Waits until somebody is answered so: what may be read is known by the API server's authorizer a
   * moment after it has stored who may.
   */
  void awaitStatus(int status, String token, String path) {
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .until(() -> send(token, "GET", path, null).statusCode() == status);
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
   * client that connects to one of those may be given the very same port, and keep it. No other is
   * given the same.
   */
  static int freePort() {
    for (int i = 0; i < 100; i++) {
      int candidate = 20_000 + ThreadLocalRandom.current().nextInt(12_000);
      if (!GIVEN.add(candidate)) {
        continue;
      }
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
