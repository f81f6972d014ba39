// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocketFactory;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.Buffer;
import okio.GzipSource;
import okio.Okio;
import org.jspecify.annotations.Nullable;

/**
 * Stands before a real server, does to some requests what networks, proxies and servers in trouble
 * do, and passes the others on.
 */
public final class FaultServer implements AutoCloseable {
  private static final String PROBLEM = "application/problem+json";

  private final MockWebServer front = new MockWebServer();
  private final OkHttpClient client = new OkHttpClient();
  private final Deque<Fault> next = new ConcurrentLinkedDeque<>();
  private final List<Seen> seen = new CopyOnWriteArrayList<>();
  private volatile @Nullable URI server;
  private volatile Fault always = (request, pass) -> null;

  /** A request that came, with its body decompressed, and when by {@link System#nanoTime}. */
  public record Seen(String path, String body, long nanos, okhttp3.Headers headers) {}

  /** What is done to a request; {@code null} if nothing is. */
  @FunctionalInterface
  public interface Fault {
    /**
     * The answer to a request.
     *
     * @param pass passes it on all the same, and gives the server's answer
     */
    @Nullable MockResponse of(Seen request, Passing pass);
  }

  /** Passes a request on. */
  @FunctionalInterface
  public interface Passing {
    MockResponse answer();
  }

  /**
   * One that speaks plain HTTP.
   *
   * @param server behind it; {@code null} if there is none
   */
  public FaultServer(@Nullable URI server) throws IOException {
    this(server, null);
  }

  /**
   * One that may speak TLS.
   *
   * @param tls to speak it with; {@code null} for plain HTTP
   */
  public FaultServer(@Nullable URI server, @Nullable SSLSocketFactory tls) throws IOException {
    this.server = server;
    if (tls != null) {
      front.useHttps(tls);
    }
    front.setDispatcher(
        new Dispatcher() {
          @Override
          public MockResponse dispatch(RecordedRequest request) {
            return answer(request);
          }
        });
    front.start(InetAddress.getLoopbackAddress(), 0);
  }

  /** Where it listens. */
  public URI address() {
    return URI.create("http://127.0.0.1:" + front.getPort());
  }

  /** Another server stands behind it from now on. */
  public void behind(URI other) {
    server = other;
  }

  /** Does these to the next requests for events, one each. */
  public FaultServer next(Fault... faults) {
    next.addAll(List.of(faults));
    return this;
  }

  /** Does this to every request for which nothing else is asked. */
  public FaultServer always(Fault fault) {
    always = fault;
    return this;
  }

  /** Passes everything on. */
  public void heal() {
    next.clear();
    always = (request, pass) -> null;
  }

  /** How many faults have not been used yet. */
  public int left() {
    return next.size();
  }

  public List<Seen> seen() {
    return List.copyOf(seen);
  }

  /** The requests for events. */
  public List<Seen> batches() {
    return seen.stream().filter(each -> each.path().equals("/v1/events")).toList();
  }

  private MockResponse answer(RecordedRequest request) {
    Seen came =
        new Seen(request.getTarget(), plain(request), System.nanoTime(), request.getHeaders());
    seen.add(came);
    Fault fault = came.path().equals("/v1/events") ? next.poll() : null;
    MockResponse answer = (fault == null ? always : fault).of(came, () -> pass(request));
    return answer == null ? pass(request) : answer;
  }

  private static String plain(RecordedRequest request) {
    try {
      if (request.getBody() == null) {
        return "";
      }
      Buffer body = new Buffer().write(request.getBody());
      return "gzip".equals(request.getHeaders().get("Content-Encoding"))
          ? Okio.buffer(new GzipSource(body)).readUtf8()
          : body.readUtf8();
    } catch (IOException e) {
      return "not gzip";
    }
  }

  private MockResponse pass(RecordedRequest request) {
    URI behind = server;
    if (behind == null) {
      return new MockResponse.Builder().code(502).body("no server").build();
    }
    Request.Builder forward =
        new Request.Builder()
            .url(behind + request.getTarget())
            .headers(request.getHeaders().newBuilder().removeAll("Host").build());
    String type = request.getHeaders().get("Content-Type");
    if (request.getBody() != null) {
      forward.method(
          request.getMethod(),
          RequestBody.create(
              request.getBody().toByteArray(), type == null ? null : MediaType.get(type)));
    }
    try (Response response = client.newCall(forward.build()).execute()) {
      return new MockResponse.Builder()
          .code(response.code())
          .headers(response.headers().newBuilder().removeAll("Transfer-Encoding").build())
          .body(new Buffer().write(response.body().bytes()))
          .build();
    } catch (IOException e) {
      return new MockResponse.Builder().code(502).body("no answer").build();
    }
  }

  /** An answer as of a proxy. */
  public static Fault status(int code) {
    return status(code, "X-Proxy", "yes");
  }

  /** An answer as of a proxy, with a header field. */
  public static Fault status(int code, String header, String value) {
    return (request, pass) ->
        new MockResponse.Builder()
            .code(code)
            .setHeader("Content-Type", "text/html")
            .setHeader(header, value)
            .body("<html><body>no</body></html>")
            .build();
  }

  /** An answer as of an audit server that refuses. */
  public static Fault problem(int code, String type, String detail) {
    return (request, pass) ->
        new MockResponse.Builder()
            .code(code)
            .setHeader("Content-Type", PROBLEM)
            .body(
                "{\"type\":\"urn:changetrail:problem:%s\",\"title\":\"No\",\"status\":%d,\"detail\":\"%s\"}"
                    .formatted(type, code, detail))
            .build();
  }

  /** An answer with that body, in JSON or not. */
  public static Fault garbage(int code, String body) {
    return (request, pass) ->
        new MockResponse.Builder()
            .code(code)
            .setHeader("Content-Type", "application/json")
            .body(body)
            .build();
  }

  /** The server stores the events, and half of its answer arrives. */
  public static Fault halfAnswer() {
    return (request, pass) ->
        pass.answer()
            .newBuilder()
            .onResponseBody(new SocketEffect.CloseSocket(true, true, true))
            .build();
  }

  /** The server stores the events, and its answer is lost. */
  public static Fault lostAnswer() {
    return (request, pass) ->
        pass.answer()
            .newBuilder()
            .onResponseStart(new SocketEffect.CloseSocket(true, true, true))
            .build();
  }

  /** The connection breaks before the server has seen the request. */
  public static Fault cutOff() {
    return (request, pass) ->
        new MockResponse.Builder()
            .onResponseStart(new SocketEffect.CloseSocket(true, true, true))
            .build();
  }

  /** Nothing comes back. */
  public static Fault hang() {
    return (request, pass) ->
        new MockResponse.Builder().onResponseStart(SocketEffect.Stall.INSTANCE).build();
  }

  /** The server answers, but takes its time. */
  public static Fault slow(Duration delay) {
    return (request, pass) ->
        pass.answer().newBuilder().headersDelay(delay.toMillis(), TimeUnit.MILLISECONDS).build();
  }

  @Override
  public void close() {
    front.close();
    client.connectionPool().evictAll();
    client.dispatcher().executorService().shutdown();
  }
}
