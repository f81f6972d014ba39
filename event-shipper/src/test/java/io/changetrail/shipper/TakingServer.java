// SPDX-License-Identifier: Apache-2.0
package io.changetrail.shipper;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPInputStream;

/** Takes all events and declarations, unless it is told to be away for some requests. */
final class TakingServer implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();

  private final HttpServer server;
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final AtomicInteger eventsAway = new AtomicInteger();
  private final AtomicInteger declarationsAway = new AtomicInteger();

  /** A request that came, whether or not it was taken. */
  record Request(String path, JsonNode body, boolean taken) {}

  TakingServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  Destination destination(Credentials credentials) {
    return new Destination(
        "only", URI.create("http://127.0.0.1:" + server.getAddress().getPort()), credentials);
  }

  Destination destination() {
    return destination(Credentials.none());
  }

  /** The numbers of the events that came and were taken, in the order in which they came. */
  List<Long> numbers() {
    return requests.stream()
        .filter(request -> request.path().equals("/v1/events") && request.taken())
        .<Long>mapMulti(
            (request, all) ->
                request
                    .body()
                    .forEach(
                        event -> all.accept(event.findPath("origin").path("number").longValue())))
        .toList();
  }

  /** Takes none of the next requests for events. */
  void awayForEvents(int times) {
    eventsAway.set(times);
  }

  /** Takes none of the next declarations. */
  void awayForDeclarations(int times) {
    declarationsAway.set(times);
  }

  List<String> paths() {
    return requests.stream().map(Request::path).toList();
  }

  /** The sequences that were declared, whether or not that was taken. */
  List<JsonNode> declared() {
    return requests.stream()
        .filter(request -> request.path().equals("/v1/declarations"))
        .<JsonNode>mapMulti((request, all) -> request.body().path("declarations").forEach(all))
        .toList();
  }

  /** The losses that were declared, as {@code source first-last reason}. */
  List<String> losses() {
    return declared().stream()
        .<String>mapMulti(
            (sequence, all) ->
                sequence
                    .path("lost")
                    .forEach(
                        loss ->
                            all.accept(
                                sequence.path("source").asText()
                                    + " "
                                    + loss.path("first").asText()
                                    + "-"
                                    + loss.path("last").asText()
                                    + " "
                                    + loss.path("reason").asText())))
        .toList();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      JsonNode body = JSON.readTree(plain(exchange));
      AtomicInteger away = path.equals("/v1/events") ? eventsAway : declarationsAway;
      boolean taken = away.getAndUpdate(left -> Math.max(0, left - 1)) <= 0;
      requests.add(new Request(path, body, taken));
      if (!taken) {
        exchange.sendResponseHeaders(503, -1);
        return;
      }
      byte[] answer =
          "{\"accepted\":%d,\"duplicate\":0,\"conflicting\":0,\"rejected\":0,\"declared\":1}"
              .formatted(body.size())
              .getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().add("Content-Type", "application/json");
      exchange.sendResponseHeaders(202, answer.length);
      exchange.getResponseBody().write(answer);
    }
  }

  private static byte[] plain(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    if (!"gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"))) {
      return body;
    }
    try (InputStream plain = new GZIPInputStream(new ByteArrayInputStream(body))) {
      return plain.readAllBytes();
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
