// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A server that misbehaves as the test says: each request gets the next answer of the script. */
final class ScriptedServer implements AutoCloseable {
  private final Queue<Answer> script = new ConcurrentLinkedQueue<>();
  private final Queue<Asked> asked = new ConcurrentLinkedQueue<>();
  private final ExecutorService workers = Executors.newCachedThreadPool();
  private final HttpServer http;

  /** One answer; closes the exchange itself. */
  interface Answer {
    void give(HttpExchange exchange) throws IOException;
  }

  /** A request as it came. */
  record Asked(String method, URI uri, String lastEventId, String authorization, String body) {}

  ScriptedServer() throws IOException {
    http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    http.setExecutor(workers);
    http.createContext("/", this::handle);
    http.start();
  }

  URI address() {
    return URI.create("http://127.0.0.1:" + http.getAddress().getPort());
  }

  ScriptedServer then(Answer answer) {
    script.add(answer);
    return this;
  }

  ScriptedServer thenJson(String body) {
    return then(exchange -> send(exchange, 200, "application/json", body));
  }

  ScriptedServer thenProblem(int status, String body) {
    return then(exchange -> send(exchange, status, "application/problem+json", body));
  }

  Queue<Asked> asked() {
    return asked;
  }

  static void send(HttpExchange exchange, int status, String type, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private void handle(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    asked.add(
        new Asked(
            exchange.getRequestMethod(),
            exchange.getRequestURI(),
            String.valueOf(exchange.getRequestHeaders().getFirst("Last-Event-ID")),
            String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")),
            body));
    Answer next = script.poll();
    if (next == null) {
      send(exchange, 500, "text/plain", "nothing more is scripted");
    } else {
      next.give(exchange);
    }
  }

  @Override
  public void close() {
    http.stop(0);
    workers.shutdownNow();
  }
}
