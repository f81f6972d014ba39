// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.codec.CloudEventsCodec;
import io.changetrail.model.codec.Decoded;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.zip.GZIPInputStream;
import org.awaitility.Awaitility;

/** Takes events as an audit server does, and shows them to a test. */
final class AuditServer implements AutoCloseable {
  private static final CloudEventsCodec CODEC = new CloudEventsCodec();
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final List<AuditEvent> events = new CopyOnWriteArrayList<>();
  private final List<String> tokens = new CopyOnWriteArrayList<>();
  private final HttpServer server;

  AuditServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  /** What is entered in the configuration. */
  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body;
      boolean zipped = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
      try (InputStream in = exchange.getRequestBody()) {
        body =
            zipped
                ? new GZIPInputStream(new ByteArrayInputStream(in.readAllBytes())).readAllBytes()
                : in.readAllBytes();
      }
      int accepted = 0;
      if (exchange.getRequestURI().getPath().equals("/v1/events")) {
        String text = new String(body, StandardCharsets.UTF_8).strip();
        if (text.startsWith("[")) {
          for (Decoded each : CODEC.decodeBatch(body)) {
            events.add(each.event());
            accepted++;
          }
        } else {
          events.add(CODEC.decode(body));
          accepted++;
        }
      }
      tokens.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
      byte[] answer =
          ("{\"accepted\":" + accepted + ",\"duplicate\":0,\"conflicting\":0,\"rejected\":0}")
              .getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(202, answer.length);
      exchange.getResponseBody().write(answer);
    }
  }

  /** The events that it has of that sort. */
  List<AuditEvent> all(Predicate<AuditEvent> sort) {
    return events.stream().filter(sort).toList();
  }

  /** As {@link #all}, when there are so many of them. */
  List<AuditEvent> await(int count, Predicate<AuditEvent> sort) {
    awaitUntil(() -> all(sort).size() >= count);
    return all(sort);
  }

  /** The values of the header that tells who sends. */
  List<String> tokens() {
    return tokens;
  }

  private static void awaitUntil(java.util.concurrent.Callable<Boolean> condition) {
    Awaitility.await().atMost(PATIENCE).until(condition);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
