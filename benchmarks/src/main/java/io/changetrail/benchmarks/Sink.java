// SPDX-License-Identifier: Apache-2.0
package io.changetrail.benchmarks;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * A receiver that is well, slow, silent or away, equal to all that ship to it; it notes which
 * events came by the mark {@code bench-<7 digits>} in each.
 */
final class Sink implements AutoCloseable {
  private static final Pattern MARK = Pattern.compile("bench-(\\d{7})");
  private static final Pattern EVENT = Pattern.compile("\"specversion\":\"1\\.0\"");

  static {
    // Else each answer waits for its head to be acknowledged, 40 ms, which is no cost of a sender.
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  private final InetSocketAddress address;

  /** While nothing listens there: bound, so that nobody else is given the port. */
  private final Socket absent = new Socket();

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final BitSet came = new BitSet();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final CountDownLatch recovered = new CountDownLatch(1);
  private volatile State state;
  private @Nullable HttpServer running;

  /** How the receiver is. */
  enum State {
    UP,
    /** It answers after half a second. */
    SLOW,
    /** It takes requests and never answers. */
    HUNG,
    /** Nothing listens. */
    ABSENT
  }

  Sink(State state) throws IOException {
    this.state = state;
    absent.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    address = new InetSocketAddress(InetAddress.getLoopbackAddress(), absent.getLocalPort());
    if (state != State.ABSENT) {
      start();
    }
  }

  private void start() throws IOException {
    absent.close();
    HttpServer server = HttpServer.create(address, 64);
    running = server;
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  URI address() {
    return URI.create("http://127.0.0.1:" + address.getPort());
  }

  /** Is well from now on. */
  void recover() throws IOException {
    State before = state;
    state = State.UP;
    recovered.countDown();
    if (before == State.ABSENT) {
      start();
    }
  }

  private void handle(HttpExchange exchange) {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      switch (state) {
        case UP, ABSENT -> {}
        case SLOW -> closed.await(500, TimeUnit.MILLISECONDS);
        case HUNG -> {
          // Then the connection ends without an answer, as when a server is restarted.
          recovered.await(1, TimeUnit.MINUTES);
          return;
        }
      }
      boolean compressed = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
      String text = new String(compressed ? gunzip(body) : body, StandardCharsets.ISO_8859_1);
      note(text);
      byte[] answer = answer(exchange, text);
      exchange.getResponseHeaders().add("Content-Type", "application/json");
      exchange.sendResponseHeaders(
          exchange.getRequestURI().getPath().equals("/v1/events") ? 202 : 200, answer.length);
      exchange.getResponseBody().write(answer);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static byte[] answer(HttpExchange exchange, String text) {
    String json =
        switch (exchange.getRequestURI().getPath()) {
          case "/v1/events" ->
              "{\"accepted\":%d,\"duplicate\":0,\"conflicting\":0,\"rejected\":0,\"errors\":[]}"
                  .formatted(EVENT.matcher(text).results().count());
          case "/v1/declarations" -> "{\"declared\":1}";
          default -> "{}";
        };
    return json.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] gunzip(byte[] body) throws IOException {
    try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(body))) {
      return in.readAllBytes();
    }
  }

  private void note(String text) {
    Matcher mark = MARK.matcher(text);
    synchronized (came) {
      while (mark.find()) {
        came.set(Integer.parseInt(mark.group(1)));
      }
    }
  }

  /** How many different events came. */
  int count() {
    synchronized (came) {
      return came.cardinality();
    }
  }

  @Override
  public void close() throws IOException {
    closed.countDown();
    recovered.countDown();
    HttpServer server = running;
    if (server != null) {
      server.stop(0);
    }
    threads.shutdownNow();
    absent.close();
  }
}
