// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Phase;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The commit that a registry tells of the image that runs. The registry is a double that speaks the
 * protocol: with tokens, an index for several platforms, and blobs that lie elsewhere.
 */
class ImageLabelsTest {
  private static final String REVISION = "6d".repeat(20);

  @TempDir private Path directory;
  private final Map<String, byte[]> contents = new HashMap<>();
  private final AtomicInteger asked = new AtomicInteger();
  private ControlPlane plane;
  private Scene scene;
  private HttpServer registry;
  private String host;
  private String image;

  @BeforeEach
  void begin() throws Exception {
    registry = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
    registry.createContext("/", this::answer);
    registry.start();
    host = "127.0.0.1:" + registry.getAddress().getPort();
    String config =
        put(
            """
            {"config": {"Labels": {"org.opencontainers.image.revision": "%s",
              "org.opencontainers.image.source": "https://github.com/acme/web"}}}
            """
                .formatted(REVISION));
    String attestation = put("{}");
    String manifest = put("{\"config\": {\"digest\": \"" + config + "\"}}");
    image =
        put(
            """
            {"manifests": [
              {"digest": "%s", "platform": {"os": "unknown", "architecture": "unknown"}},
              {"digest": "%s", "platform": {"os": "linux", "architecture": "amd64"}}]}
            """
                .formatted(attestation, manifest));
    plane = ControlPlane.real("no controller rolled anything out");
    scene = new Scene(plane, directory);
  }

  @AfterEach
  void end() {
    registry.stop(0);
    if (scene != null) {
      scene.close();
    }
  }

  private String put(String content) throws Exception {
    byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
    String digest =
        "sha256:" + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    contents.put(digest, bytes);
    return digest;
  }

  private void answer(HttpExchange exchange) throws IOException {
    asked.incrementAndGet();
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      String digest = path.substring(path.lastIndexOf('/') + 1);
      String authorization = exchange.getRequestHeaders().getFirst("Authorization");
      if (path.equals("/token")) {
        send(exchange, 200, "{\"token\": \"t-1\"}".getBytes(StandardCharsets.US_ASCII));
      } else if (path.startsWith("/storage/")) {
        send(exchange, 200, contents.get(digest));
      } else if (!"Bearer t-1".equals(authorization)) {
        exchange
            .getResponseHeaders()
            .set(
                "WWW-Authenticate",
                "Bearer realm=\"http://%s/token\",service=\"r\",scope=\"repository:acme/web:pull\""
                    .formatted(host));
        send(exchange, 401, new byte[] {'{', '}'});
      } else if (path.contains("/blobs/")) {
        exchange.getResponseHeaders().set("Location", "/storage/" + digest);
        exchange.sendResponseHeaders(307, -1);
      } else {
        send(exchange, 200, contents.get(digest));
      }
    }
  }

  private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
  }

  /** A rollout of an image whose digest the kubelet tells. */
  private AuditEvent rolledOut() throws Exception {
    String deployments = "/apis/apps/v1/namespaces/" + scene.namespace + "/deployments";
    String pods = "/api/v1/namespaces/" + scene.namespace + "/pods";
    scene.start();
    plane.create(deployments, CaptureTest.deployment("web", host + "/acme/web:1.0"));
    await()
        .atMost(Scene.PATIENCE)
        .until(
            () -> {
              for (JsonNode pod : plane.get(pods).path("items")) {
                plane.patch(
                    pods + "/" + pod.at("/metadata/name").asText() + "/status",
                    """
                    status:
                      phase: Running
                      conditions: [{type: Ready, status: "True"}]
                      containerStatuses:
                        - {name: app, image: i, imageID: "%s/acme/web@%s", ready: true, restartCount: 0, state: {running: {}}}
                    """
                        .formatted(host, image));
                return true;
              }
              return false;
            });
    return scene.await(1, event -> event.change().phase() == Phase.FINISHED).get(0);
  }

  private String registries() {
    return "registries: [{host: '" + host + "', plain: true}]";
  }

  @Test
  void E3_theCommitThatTheLabelsOfARunningImageTellIsAddedToItsRollout() throws Exception {
    scene.with(registries());
    AuditEvent end = rolledOut();
    await()
        .atMost(Scene.PATIENCE)
        .untilAsserted(
            () ->
                assertThat(scene.events())
                    .filteredOn(event -> event.ref().equals(end.ref()))
                    .singleElement()
                    .satisfies(
                        event -> {
                          assertThat(event.provenance().vcs()).isNotNull();
                          assertThat(event.provenance().vcs().revision()).isEqualTo(REVISION);
                          assertThat(event.provenance().vcs().repository())
                              .isEqualTo("https://github.com/acme/web");
                        }));
  }

  @Test
  void E3_whatIsNotAsItsDigestSaysIsNotBelieved() throws Exception {
    scene.with(registries());
    contents.replaceAll(
        (digest, content) ->
            new String(content, StandardCharsets.UTF_8)
                .replace(REVISION, "7e".repeat(20))
                .getBytes(StandardCharsets.UTF_8));
    AuditEvent end = rolledOut();
    await().atMost(Scene.PATIENCE).until(() -> asked.get() >= 5);
    scene.settle();
    assertThat(scene.events())
        .filteredOn(event -> event.ref().equals(end.ref()))
        .allSatisfy(event -> assertThat(event.provenance().vcs()).isNull());
  }

  @Test
  void E3_noRegistryIsAskedThatTheConfigurationDoesNotName() throws Exception {
    rolledOut();
    scene.settle();
    assertThat(asked).hasValue(0);
  }
}
