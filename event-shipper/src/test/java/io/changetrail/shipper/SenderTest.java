// SPDX-License-Identifier: Apache-2.0
package io.changetrail.shipper;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Moments that a real server cannot be made to choose. */
class SenderTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir private Path spool;
  private final Queue<String> requests = new ConcurrentLinkedQueue<>();
  private HttpServer server;

  /** Takes one event a request, and every declaration. */
  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          requests.add(exchange.getRequestURI().getPath());
          byte[] answer =
              "{\"accepted\":1,\"duplicate\":0,\"conflicting\":0,\"rejected\":0,\"declared\":1}"
                  .getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().add("Content-Type", "application/json");
          exchange.sendResponseHeaders(202, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void T4_anEventThatComesBetweenTheLastLookAndTheEndIsSentBeforeTheLastNumberIsDeclared()
      throws Exception {
    ShipperSettings settings =
        new ShipperSettings(
            1 << 20,
            true,
            null,
            Duration.ZERO,
            null,
            PATIENCE,
            Duration.ofMillis(1),
            Duration.ofMillis(1),
            InstantSource.system(),
            new Random(1));
    try (Journal journal =
        new Journal(spool, () -> "epoch", settings.maxBytes(), true, settings.clock())) {
      AtomicReference<Sender> sender = new AtomicReference<>();
      // A sender that has found nothing says so before it acts on it: that is the moment.
      Runnable progress =
          () -> {
            Sender finding = sender.getAndSet(null);
            if (finding != null) {
              journal.append("/a", "here", (epoch, number) -> new byte[] {'{', '}'});
              finding.beginClose();
            }
          };
      Sender only =
          new Sender(
              new Destination(
                  "only",
                  URI.create("http://127.0.0.1:" + server.getAddress().getPort()),
                  Credentials.none()),
              spool.resolve("only"),
              journal,
              settings,
              new OkHttpClient(),
              new Declarations(journal, "here", Set.of(), null),
              progress);
      sender.set(only);
      only.start();
      only.awaitClose(System.nanoTime() + PATIENCE.toNanos());

      assertThat(List.copyOf(requests)).containsExactly("/v1/events", "/v1/declarations");
      assertThat(only.isDone()).isTrue();
    }
  }
}
