// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A registry that holds what nobody would build in good faith. */
class RegistryTest {
  private final Map<String, byte[]> contents = new HashMap<>();
  private final AtomicInteger asked = new AtomicInteger();
  private HttpServer server;
  private Registry registry;

  @BeforeEach
  void begin() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
    server.createContext(
        "/",
        exchange -> {
          asked.incrementAndGet();
          String path = exchange.getRequestURI().getPath();
          byte[] content = contents.get(path.substring(path.lastIndexOf('/') + 1));
          exchange.sendResponseHeaders(content == null ? 404 : 200, content == null ? -1 : 0);
          if (content != null) {
            exchange.getResponseBody().write(content);
          }
          exchange.close();
        });
    server.start();
    registry = new Registry("127.0.0.1:" + server.getAddress().getPort(), true, null);
  }

  @AfterEach
  void end() {
    server.stop(0);
  }

  private String put(String content) throws Exception {
    byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
    String digest =
        "sha256:" + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    contents.put(digest, bytes);
    return digest;
  }

  private String indexes(int count) throws Exception {
    String config = put("{\"config\": {\"Labels\": {\"a\": \"b\"}}}");
    String digest = put("{\"config\": {\"digest\": \"" + config + "\"}}");
    for (int i = 0; i < count; i++) {
      digest =
          put(
              "{\"manifests\": [{\"digest\": \""
                  + digest
                  + "\", \"platform\": {\"os\": \"linux\"}}]}");
    }
    return digest;
  }

  @Test
  void anIndexWithinAnIndexIsFollowedAndAChainOfThemIsNot() throws Exception {
    assertThat(registry.labels("acme/web", indexes(2)).path("a").asText()).isEqualTo("b");
    asked.set(0);
    String chain = indexes(50);
    assertThatThrownBy(() -> registry.labels("acme/web", chain))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("indexes of indexes");
    assertThat(asked.get()).isEqualTo(3);
  }

  @Test
  void whatIsNotWhatItsDigestSaysIsNotBelieved() throws Exception {
    String digest = indexes(0);
    contents.put(digest, "{\"config\": {}}".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> registry.labels("acme/web", digest))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("the registry hands out");
  }
}
