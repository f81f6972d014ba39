// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The kernel over real sockets: what no endpoint should have to care about. */
class HttpServerTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Shorter than the server of most tests lets a connection be silent. */
  private static final Duration SHORT = Duration.ofMillis(600);

  private static final Limits LIMITS = limits(PATIENCE, PATIENCE);

  private final HttpClient client = HttpClient.newHttpClient();
  private final CountDownLatch release = new CountDownLatch(1);
  private HttpServer server;

  private static Limits limits(Duration idle, Duration drain) {
    return new Limits(64 << 10, 4 << 10, 1 << 20, 100, idle, PATIENCE, 2, 1, 2, 4, 2, drain);
  }

  @BeforeEach
  void start() throws IOException {
    server = started(LIMITS);
  }

  /** In place of the one that all tests have. */
  private void restart(Limits limits) throws IOException {
    server.close();
    server = started(limits);
  }

  private HttpServer started(Limits limits) throws IOException {
    Endpoint echo =
        request ->
            Response.bytes(200, "text/plain", ("got " + request.body().length).getBytes(UTF_8));
    Endpoint wait =
        request -> {
          try {
            release.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          return Response.empty(204);
        };
    Router router =
        new Router(
            List.of(
                new Route("POST", "/echo", Access.PUBLIC, Lane.READ, echo),
                new Route("POST", "/wait", Access.PUBLIC, Lane.INGEST, wait),
                new Route("GET", "/things/{id}", Access.PUBLIC, Lane.READ, HttpServerTest::thing),
                new Route("GET", "/things/count", Access.PUBLIC, Lane.READ, count()),
                new Route("GET", "/secret", Access.ADMIN, Lane.READ, count()),
                new Route("GET", "/large", Access.PUBLIC, Lane.READ, large()),
                new Route("GET", "/broken", Access.PUBLIC, Lane.READ, HttpServerTest::broken),
                new Route("GET", "/ticks", Access.PUBLIC, Lane.STREAM, HttpServerTest::ticks),
                new Route("GET", "/quiet", Access.PUBLIC, Lane.STREAM, quiet())));
    HttpServer begun =
        new HttpServer(
            new HttpSettings("127.0.0.1", 0, null, limits),
            router,
            (method, headers) ->
                headers.one("authorization").isPresent()
                    ? new Caller("reader", "acme", null, null, false)
                    : Caller.anonymous(),
            (caller, route, status, took) -> {},
            InstantSource.system());
    begun.start();
    return begun;
  }

  @AfterEach
  void stop() {
    release.countDown();
    server.close();
  }

  private static Response thing(Request request) {
    return Response.bytes(
        200,
        "text/plain",
        (request.pathParameter("id") + " " + request.query().all("q")).getBytes(UTF_8));
  }

  private static Endpoint count() {
    return request -> Response.bytes(200, "text/plain", "42".getBytes(UTF_8));
  }

  private static Endpoint large() {
    return request -> Response.bytes(200, "text/plain", "tick ".repeat(10_000).getBytes(UTF_8));
  }

  private static Response broken(Request request) {
    throw new IllegalStateException("password=hunter2");
  }

  private static Response ticks(Request request) {
    return Response.stream(
        "text/event-stream",
        out -> {
          while (!Thread.currentThread().isInterrupted()) {
            out.write("tick\n".getBytes(UTF_8));
            out.flush();
          }
        });
  }

  /** One that has nothing to tell for a while, as a stream of events at night. */
  private Endpoint quiet() {
    return request ->
        Response.stream(
            "text/event-stream",
            out -> {
              out.write("tick\n".getBytes(UTF_8));
              out.flush();
              try {
                release.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + server.port() + path);
  }

  private HttpResponse<byte[]> get(String path, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri(path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), BodyHandlers.ofByteArray());
  }

  private HttpResponse<byte[]> post(String path, byte[] body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri(path)).POST(HttpRequest.BodyPublishers.ofByteArray(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), BodyHandlers.ofByteArray());
  }

  private static JsonNode problem(HttpResponse<byte[]> response) throws IOException {
    assertThat(response.headers().firstValue("content-type")).hasValue(Problem.MEDIA_TYPE);
    JsonNode problem = JSON.readTree(response.body());
    assertThat(problem.path("status").intValue()).isEqualTo(response.statusCode());
    assertThat(problem.path("type").asText()).startsWith("urn:changetrail:problem:");
    assertThat(problem.path("title").asText()).isNotBlank();
    assertThat(problem.path("detail").asText()).isNotBlank();
    return problem;
  }

  private static byte[] gzip(byte[] plain) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(plain);
    }
    return out.toByteArray();
  }

  private Socket connected() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
    socket.setSoTimeout((int) PATIENCE.toMillis());
    return socket;
  }

  /** Sends bytes as they are and returns what comes back until the server closes. */
  private String raw(String bytes) throws IOException {
    try (Socket socket = connected()) {
      socket.getOutputStream().write(bytes.getBytes(UTF_8));
      socket.getOutputStream().flush();
      return new String(socket.getInputStream().readAllBytes(), UTF_8);
    }
  }

  @Test
  void fixedSegmentsComeBeforeVariables() throws Exception {
    assertThat(get("/things/count").body()).asString(UTF_8).isEqualTo("42");
    assertThat(get("/things/7?q=a%20b&q=c").body()).asString(UTF_8).isEqualTo("7 [a b, c]");
  }

  @Test
  void anUnknownPathNamesTheNearest() throws Exception {
    HttpResponse<byte[]> response = get("/thing/count");
    assertThat(response.statusCode()).isEqualTo(404);
    assertThat(problem(response).path("nearest").asText()).isEqualTo("/things/count");
  }

  @Test
  void aWrongMethodNamesTheRightOnes() throws Exception {
    HttpResponse<byte[]> response = get("/echo");
    assertThat(response.statusCode()).isEqualTo(405);
    assertThat(response.headers().firstValue("allow")).hasValue("POST");
    problem(response);
  }

  @Test
  void aBadlyEncodedParameterIsNamed() throws Exception {
    String answer =
        raw("GET /things/7?q=%ff HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    assertThat(answer).startsWith("HTTP/1.1 400").contains("\"field\":\"q\"");
  }

  @Test
  void withoutACredentialTheAnswerSaysHowToSendOne() throws Exception {
    HttpResponse<byte[]> response = get("/secret");
    assertThat(response.statusCode()).isEqualTo(401);
    assertThat(response.headers().firstValue("www-authenticate")).isPresent();
    problem(response);
  }

  @Test
  void aCredentialWithoutTheRightIsToldWhichOneIsMissing() throws Exception {
    HttpResponse<byte[]> response = get("/secret", "Authorization", "x");
    assertThat(response.statusCode()).isEqualTo(403);
    assertThat(problem(response).path("detail").asText()).contains("admin").contains("'reader'");
  }

  @Test
  void aFailureOfOursIsNotToldToTheClient() throws Exception {
    HttpResponse<byte[]> response = get("/broken");
    assertThat(response.statusCode()).isEqualTo(500);
    assertThat(problem(response).toString()).doesNotContain("hunter2");
  }

  @Test
  void aGzipBodyIsDecompressed() throws Exception {
    byte[] body = "x".repeat(5000).getBytes(UTF_8);
    assertThat(post("/echo", gzip(body), "Content-Encoding", "gzip").body())
        .asString(UTF_8)
        .isEqualTo("got 5000");
  }

  @Test
  void aGzipBombIsRefusedWithoutBeingUnpacked() throws Exception {
    byte[] bomb = gzip(new byte[50 << 20]);
    assertThat(bomb.length).isLessThan(64 << 10);
    HttpResponse<byte[]> response = post("/echo", bomb, "Content-Encoding", "gzip");
    assertThat(response.statusCode()).isEqualTo(413);
    assertThat(problem(response).path("detail").asText()).contains("65536");
    assertThat(server.bytesInFlight()).isZero();
  }

  @Test
  void aBodyThatIsNotGzipIsABadRequest() throws Exception {
    HttpResponse<byte[]> response =
        post("/echo", "plain".getBytes(UTF_8), "Content-Encoding", "gzip");
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(problem(response).path("field").asText()).isEqualTo("body");
  }

  @Test
  void anUnknownEncodingIsUnsupported() throws Exception {
    HttpResponse<byte[]> response = post("/echo", new byte[10], "Content-Encoding", "br");
    assertThat(response.statusCode()).isEqualTo(415);
    assertThat(response.headers().firstValue("accept-encoding")).hasValue("gzip");
    problem(response);
  }

  @Test
  void aBodyOverTheLimitIsRefusedByItsLengthAlone() throws Exception {
    restart(limits(SHORT, PATIENCE));
    String answer =
        raw("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n");
    assertThat(answer).startsWith("HTTP/1.1 413").contains("\"status\":413");
  }

  @Test
  void whoStillSendsWhenTheAnswerComesIsNotReset() throws Exception {
    try (Socket socket = connected()) {
      OutputStream out = socket.getOutputStream();
      out.write(
          "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 120000\r\n\r\n"
              .getBytes(UTF_8));
      out.flush();
      byte[] status = socket.getInputStream().readNBytes("HTTP/1.1 413".length());
      assertThat(new String(status, UTF_8)).isEqualTo("HTTP/1.1 413");

      out.write("x".repeat(120_000).getBytes(UTF_8));
      out.write(
          "GET /things/7 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".getBytes(UTF_8));
      out.flush();

      assertThat(new String(socket.getInputStream().readAllBytes(), UTF_8))
          .contains("\"status\":413")
          .contains("HTTP/1.1 200");
    }
  }

  @Test
  void aChunkedBodyOverTheLimitIsRefused() throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(uri("/echo"))
            .POST(
                HttpRequest.BodyPublishers.ofInputStream(
                    () -> new java.io.ByteArrayInputStream(new byte[100_000])))
            .build();
    HttpResponse<byte[]> response = client.send(request, BodyHandlers.ofByteArray());
    assertThat(response.statusCode()).isEqualTo(413);
  }

  @Test
  void aBodyWithTooManyValuesForTheMemoryIsRefused() throws Exception {
    byte[] nested = ("[" + "[],".repeat(20_000) + "[]]").getBytes(UTF_8);
    HttpResponse<byte[]> response = post("/echo", nested);
    assertThat(response.statusCode()).isEqualTo(413);
    assertThat(problem(response).path("detail").asText()).contains("fewer events");
  }

  @Test
  void headerFieldsOverTheLimitAreRefusedWithAProblem() throws Exception {
    String answer =
        raw("GET /things/7 HTTP/1.1\r\nHost: localhost\r\nX-A: " + "a".repeat(9000) + "\r\n\r\n");
    assertThat(answer)
        .startsWith("HTTP/1.1 431")
        .contains(Problem.MEDIA_TYPE)
        .contains("shorten the URL");
  }

  @Test
  void garbageOnTheWireIsAProblemToo() throws Exception {
    String answer = raw("HELLO\u0001 THERE\r\n\r\n");
    assertThat(answer).startsWith("HTTP/1.1 400").contains("\"status\":400");
  }

  @Test
  void aClientThatStopsSendingIsToldSoAndCutOff() throws Exception {
    restart(limits(SHORT, PATIENCE));
    String answer = raw("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nabc");
    assertThat(answer).startsWith("HTTP/1.1 408").contains("did not arrive in time");
  }

  @Test
  void slowClientsHoldNoThreads() throws Exception {
    List<Socket> slow = new java.util.ArrayList<>();
    try {
      for (int i = 0; i < 60; i++) {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        socket
            .getOutputStream()
            .write("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nx".getBytes(UTF_8));
        slow.add(socket);
      }
      assertThat(get("/things/count").statusCode()).isEqualTo(200);
    } finally {
      for (Socket socket : slow) {
        socket.close();
      }
    }
  }

  @Test
  void aFullLaneAnswersBusyAndTheOtherLanesGoOn() throws Exception {
    // two threads and one place in the queue
    List<CompletableFuture<HttpResponse<byte[]>>> held =
        java.util.stream.IntStream.range(0, 3).mapToObj(i -> waiting()).toList();
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> server.running(Lane.INGEST) == 2 && server.waiting(Lane.INGEST) == 1);

    HttpResponse<byte[]> refused = post("/wait", new byte[0]);

    assertThat(refused.statusCode()).isEqualTo(429);
    assertThat(refused.headers().firstValue("retry-after")).hasValue("1");
    problem(refused);
    assertThat(get("/things/count").statusCode()).isEqualTo(200);
    release.countDown();
    for (CompletableFuture<HttpResponse<byte[]>> each : held) {
      assertThat(each.get(60, TimeUnit.SECONDS).statusCode()).isEqualTo(204);
    }
  }

  @Test
  void requestsInFlightAreFinishedWhenTheServerStops() throws Exception {
    CompletableFuture<HttpResponse<byte[]>> inFlight = inFlight();
    CompletableFuture<Void> stopped = stopping();
    release.countDown();
    assertThat(inFlight.get(60, TimeUnit.SECONDS).statusCode()).isEqualTo(204);
    stopped.get(60, TimeUnit.SECONDS);
  }

  @Test
  void anAnswerThatTakesLongerThanAConnectionMayBeSilentIsGivenAllTheSame() throws Exception {
    restart(limits(SHORT, PATIENCE));
    CompletableFuture<HttpResponse<byte[]>> inFlight = inFlight();
    long later = System.nanoTime() + 3 * SHORT.toNanos();
    Awaitility.await().atMost(PATIENCE).until(() -> System.nanoTime() > later);

    release.countDown();

    assertThat(inFlight.get(60, TimeUnit.SECONDS).statusCode()).isEqualTo(204);
  }

  /** Connections without a request are closed half a second after the server begins to stop. */
  @Test
  void aRequestThatArrivesOrIsAnsweredSlowlyIsFinishedWhenTheServerStops() throws Exception {
    CompletableFuture<HttpResponse<byte[]>> inFlight = inFlight();
    try (Socket socket = connected()) {
      OutputStream out = socket.getOutputStream();
      out.write(
          "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n"
              .getBytes(UTF_8));
      out.flush();
      byte[] goOn = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(UTF_8);
      assertThat(socket.getInputStream().readNBytes(goOn.length)).isEqualTo(goOn);
      out.write("bo".getBytes(UTF_8));
      out.flush();
      CompletableFuture<Void> stopped = stopping();
      long later = System.nanoTime() + Duration.ofSeconds(2).toNanos();
      Awaitility.await().atMost(PATIENCE).until(() -> System.nanoTime() > later);

      out.write("dy".getBytes(UTF_8));
      out.flush();
      release.countDown();

      assertThat(new String(socket.getInputStream().readAllBytes(), UTF_8))
          .startsWith("HTTP/1.1 200")
          .endsWith("got 4");
      assertThat(inFlight.get(60, TimeUnit.SECONDS).statusCode()).isEqualTo(204);
      stopped.get(60, TimeUnit.SECONDS);
    }
  }

  @Test
  void aRequestThatDoesNotEndKeepsTheServerFromNothingThatComesAfterItsStop() throws Exception {
    restart(limits(PATIENCE, SHORT));
    CompletableFuture<HttpResponse<byte[]>> inFlight = inFlight();

    server.close();

    assertThat(inFlight).failsWithin(PATIENCE);
    Awaitility.await().atMost(PATIENCE).until(() -> server.running(Lane.INGEST) == 0);
  }

  /** One that is being answered until it is released. */
  private CompletableFuture<HttpResponse<byte[]>> inFlight() {
    CompletableFuture<HttpResponse<byte[]>> request = waiting();
    Awaitility.await().atMost(PATIENCE).until(() -> server.running(Lane.INGEST) == 1);
    return request;
  }

  /** Has begun to stop: it takes no connection any more. */
  private CompletableFuture<Void> stopping() {
    CompletableFuture<Void> stopped = CompletableFuture.runAsync(server::close);
    Awaitility.await().atMost(PATIENCE).until(this::refusesConnections);
    return stopped;
  }

  private CompletableFuture<HttpResponse<byte[]>> waiting() {
    return client.sendAsync(
        HttpRequest.newBuilder(uri("/wait")).POST(HttpRequest.BodyPublishers.noBody()).build(),
        BodyHandlers.ofByteArray());
  }

  private boolean refusesConnections() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      return !socket.isConnected();
    } catch (IOException | IllegalArgumentException e) {
      return true;
    }
  }

  @Test
  void anOpenStreamDoesNotHoldUpTheStop() throws Exception {
    HttpResponse<java.io.InputStream> stream =
        client.send(HttpRequest.newBuilder(uri("/ticks")).build(), BodyHandlers.ofInputStream());
    assertThat(stream.body().readNBytes(5)).asString(UTF_8).isEqualTo("tick\n");
    assertThat(CompletableFuture.runAsync(server::close)).succeedsWithin(PATIENCE.dividedBy(2));
  }

  @Test
  void aLargeAnswerIsCompressedForThoseWhoAskForIt() throws Exception {
    HttpResponse<byte[]> plain = get("/large");
    HttpResponse<byte[]> packed = get("/large", "Accept-Encoding", "br, gzip;q=0.5");
    assertThat(packed.headers().map()).containsEntry("content-encoding", List.of("gzip"));
    assertThat(packed.body().length).isLessThan(plain.body().length / 10);
    try (GZIPInputStream in =
        new GZIPInputStream(new java.io.ByteArrayInputStream(packed.body()))) {
      assertThat(in.readAllBytes()).isEqualTo(plain.body());
    }
    assertThat(plain.headers().map()).containsEntry("vary", List.of("Accept-Encoding"));
  }

  @Test
  void headIsGetWithoutABody() throws Exception {
    HttpResponse<byte[]> head =
        client.send(
            HttpRequest.newBuilder(uri("/large"))
                .method("HEAD", HttpRequest.BodyPublishers.noBody())
                .build(),
            BodyHandlers.ofByteArray());
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
  }

  @Test
  void aStreamWhoseBodyNobodyReadsHoldsNoThread() throws Exception {
    for (int i = 0; i < 3 * LIMITS.streams(); i++) {
      HttpResponse<byte[]> head =
          client.send(
              HttpRequest.newBuilder(uri("/quiet"))
                  .method("HEAD", HttpRequest.BodyPublishers.noBody())
                  .timeout(PATIENCE)
                  .build(),
              BodyHandlers.ofByteArray());

      assertThat(head.statusCode()).isEqualTo(200);
      assertThat(head.headers().map()).containsEntry("content-type", List.of("text/event-stream"));
      Awaitility.await().atMost(PATIENCE).until(() -> server.running(Lane.STREAM) == 0);
    }
  }

  @Test
  void aReaderWhoLeavesAStreamIsNoFailureInTheLog() throws Exception {
    List<String> logged = new CopyOnWriteArrayList<>();
    Logger log = Logger.getLogger(Dispatcher.class.getName());
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord entry) {
            logged.add(entry.getMessage());
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    log.addHandler(handler);
    try {
      HttpResponse<java.io.InputStream> stream =
          client.send(HttpRequest.newBuilder(uri("/ticks")).build(), BodyHandlers.ofInputStream());
      assertThat(stream.body().readNBytes(5)).asString(UTF_8).isEqualTo("tick\n");

      stream.body().close();

      Awaitility.await().atMost(PATIENCE).until(() -> server.running(Lane.STREAM) == 0);
      assertThat(logged).isEmpty();
    } finally {
      log.removeHandler(handler);
    }
  }

  @Test
  void twoRoutesForTheSameOperationAreAMistakeOfOurs() {
    Route route = new Route("GET", "/x", Access.PUBLIC, Lane.READ, count());
    assertThat(
            org.assertj.core.api.Assertions.catchThrowable(() -> new Router(List.of(route, route))))
        .hasMessageContaining("GET /x");
  }
}
