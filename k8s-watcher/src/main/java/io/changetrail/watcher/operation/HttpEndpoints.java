// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.operation;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A small HTTP server: a path each for health and metrics, or for the audit webhook. */
public final class HttpEndpoints implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(HttpEndpoints.class.getName());
  private static final int MOST_BYTES = 32 << 20;
  private static final int BACKLOG = 64;
  private static final int UNAVAILABLE = 503;

  /** Set where a replica sends on what it was sent, so that it is not sent on for ever. */
  static final String HANDED_OVER = "Changetrail-Handed-Over";

  static {
    // The JDK's server waits for ever for the rest of a request unless told otherwise, in seconds,
    // before its first use: a few connections that died halfway would keep all threads.
    String longest = "sun.net.httpserver.maxReqTime";
    if (System.getProperty(longest) == null) {
      System.setProperty(longest, "10");
    }
  }

  /** Answers one kind of request. */
  @FunctionalInterface
  public interface Endpoint {
    Answer handle(Question question) throws IOException;
  }

  /**
   * A request.
   *
   * @param authorization empty if there is none
   * @param handedOver whether another replica sends what it was sent
   * @param body is read when it is asked for, so that whoever may not ask costs no memory
   */
  public record Question(String method, String authorization, boolean handedOver, Body body) {}

  /** What a request carries. */
  @FunctionalInterface
  public interface Body {
    /**
     * All of it.
     *
     * @throws IOException also if it is more than {@value #MOST_BYTES} bytes
     */
    byte[] read() throws IOException;
  }

  /** A body of more than {@value #MOST_BYTES} bytes. */
  private static final class TooLargeException extends IOException {
    private static final long serialVersionUID = 1L;
  }

  /** An answer. */
  public record Answer(int status, String type, byte[] body) {
    private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";

    /** In plain text. */
    public static Answer of(int status, String text) {
      return of(status, text.getBytes(StandardCharsets.UTF_8));
    }

    /** In plain text. */
    public static Answer of(int status, byte[] text) {
      return new Answer(status, TEXT, text);
    }
  }

  private final HttpServer server;
  private final ExecutorService workers = Executors.newFixedThreadPool(4);

  private HttpEndpoints(HttpServer server) {
    this.server = server;
    server.setExecutor(workers);
  }

  /** Plain HTTP: for what is no secret. */
  public static HttpEndpoints http(String host, int port) throws IOException {
    return new HttpEndpoints(HttpServer.create(new InetSocketAddress(host, port), BACKLOG));
  }

  /**
   * HTTPS.
   *
   * @param certificate its own; a new one is used once it is there
   * @throws IOException if it cannot be read, or the port is taken
   */
  public static HttpEndpoints https(String host, int port, ServerCertificate certificate)
      throws IOException {
    HttpsServer server = HttpsServer.create(new InetSocketAddress(host, port), BACKLOG);
    server.setHttpsConfigurator(new HttpsConfigurator(certificate.forServer()));
    return new HttpEndpoints(server);
  }

  public HttpEndpoints on(String path, Endpoint endpoint) {
    server.createContext(path, exchange -> handle(exchange, path, endpoint));
    return this;
  }

  public HttpEndpoints start() {
    server.start();
    return this;
  }

  public int port() {
    return server.getAddress().getPort();
  }

  private static void handle(HttpExchange exchange, String path, Endpoint endpoint)
      throws IOException {
    try (exchange) {
      Answer answer;
      try (InputStream in = exchange.getRequestBody()) {
        String given = exchange.getRequestHeaders().getFirst("Authorization");
        answer =
            !exchange.getRequestURI().getPath().equals(path)
                ? Answer.of(404, "not here\n")
                : endpoint.handle(
                    new Question(
                        exchange.getRequestMethod(),
                        given == null ? "" : given,
                        exchange.getRequestHeaders().containsKey(HANDED_OVER),
                        () -> all(in)));
      } catch (TooLargeException e) {
        answer = Answer.of(413, "at most " + MOST_BYTES + " bytes\n");
      } catch (IOException | RuntimeException e) {
        LOG.log(System.Logger.Level.WARNING, "{0} failed: {1}", path, e.toString());
        answer = Answer.of(500, "failed; see the log\n");
      }
      exchange.getResponseHeaders().set("Content-Type", answer.type());
      if (answer.status() == UNAVAILABLE) {
        // The next attempt goes over a new connection, and so perhaps to a process that can.
        exchange.getResponseHeaders().set("Connection", "close");
      }
      exchange.sendResponseHeaders(
          answer.status(), answer.body().length == 0 ? -1 : answer.body().length);
      exchange.getResponseBody().write(answer.body());
    }
  }

  private static byte[] all(InputStream in) throws IOException {
    byte[] body = in.readNBytes(MOST_BYTES + 1);
    if (body.length > MOST_BYTES) {
      throw new TooLargeException();
    }
    return body;
  }

  @Override
  public void close() {
    server.stop(0);
    workers.shutdownNow();
  }
}
