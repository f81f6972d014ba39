// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.server.RunningServer.Answer;
import io.changetrail.server.access.Token;
import io.changetrail.server.access.TokenFile;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a Prometheus server may do to an answer, and what it may not. */
class PrometheusTest {
  @TempDir private Path data;
  private final Instant now = Instant.now();
  private final MockWebServer prometheus = new MockWebServer();
  private final List<RunningServer> servers = new ArrayList<>();

  @BeforeEach
  void start() throws Exception {
    prometheus.start();
  }

  @AfterEach
  void stop() {
    servers.forEach(RunningServer::close);
    prometheus.close();
  }

  private RunningServer server(String... more) throws Exception {
    List<String> settings =
        new ArrayList<>(
            List.of(
                "prometheus.main.url",
                prometheus.url("/prom").toString(),
                "prometheus.main.timeout",
                "PT60S"));
    settings.addAll(List.of(more));
    RunningServer server = RunningServer.start(data, settings.toArray(String[]::new));
    servers.add(server);
    return server;
  }

  private void answers(int status, String body) {
    prometheus.enqueue(new MockResponse.Builder().code(status).body(body).build());
  }

  /** The answer of a Prometheus with these series. */
  private static String matrix(String... series) {
    return "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":["
        + String.join(",", series)
        + "]}}";
  }

  private String series(String labels) {
    return "{\"metric\":"
        + labels
        + ",\"values\":[["
        + now.getEpochSecond()
        + ",\"1\"],["
        + now.plusSeconds(60).getEpochSecond()
        + ".5,\"NaN\"]]}";
  }

  private static String question(String more) {
    return "{\"service\":\"checkout\",\"environment\":\"prod\"" + more + "}";
  }

  private static final String ONE_QUERY =
      ",\"queries\":[{\"expression\":\"rate(errors_total[5m])\",\"signal\":\"error_rate\"}]";

  private static JsonNode correlate(RunningServer server, String more) throws Exception {
    Answer answer = server.post("/v1/correlate", "application/json", question(more));
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return answer.json();
  }

  private static int given(JsonNode answer) {
    return answer.at("/searched/series").asInt();
  }

  private Map<String, String> form() throws Exception {
    RecordedRequest request = prometheus.takeRequest(60, TimeUnit.SECONDS);
    assertThat(request).isNotNull();
    assertThat(request.getTarget()).isEqualTo("/prom/api/v1/query_range");
    Map<String, String> form = new LinkedHashMap<>();
    for (String pair : request.getBody().utf8().split("&", -1)) {
      String[] parts = pair.split("=", 2);
      form.put(parts[0], URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
    }
    return form;
  }

  @Test
  void R3_aQueryIsAskedOverTheWindowAndItsSeriesAreJudged() throws Exception {
    answers(200, matrix(series("{\"app\":\"checkout\",\"pod\":\"a\"}"), series("{}")));

    JsonNode answer = correlate(server(), ONE_QUERY);

    assertThat(given(answer)).isEqualTo(2);
    assertThat(answer.path("notes")).isEmpty();
    Map<String, String> form = form();
    assertThat(form).containsEntry("query", "rate(errors_total[5m])").containsEntry("step", "60");
    assertThat(Duration.between(Instant.parse(form.get("start")), Instant.parse(form.get("end"))))
        .isEqualTo(Duration.ofHours(24));
  }

  @Test
  void R3_aLongWindowIsAskedInNoMoreStepsThanPrometheusGives() throws Exception {
    answers(200, matrix());

    correlate(server(), ONE_QUERY + ",\"lookback\":\"P31D\"");

    Map<String, String> form = form();
    long span =
        Duration.between(Instant.parse(form.get("start")), Instant.parse(form.get("end")))
            .toSeconds();
    assertThat(span / Long.parseLong(form.get("step")) + 1).isLessThanOrEqualTo(11_000);
  }

  @Test
  void R3_configuredQueriesAreAskedWithEachQuestionUnlessItBringsItsOwnSeries() throws Exception {
    RunningServer server =
        server("prometheus.main.queries.latency_p99", "histogram_quantile(0.99, x)");
    answers(
        200,
        matrix(
            series("{\"job\":\"api\",\"app\":\"checkout\"}"),
            series("{\"app\":\"cart\",\"env\":\"staging\"}"),
            series("{\"zone\":\"a\"}")));

    JsonNode asked = correlate(server, "");
    JsonNode brought =
        correlate(
            server, ",\"series\":[{\"service\":\"checkout\",\"signal\":\"s\",\"points\":[[1,2]]}]");

    assertThat(given(asked)).isEqualTo(1);
    assertThat(asked.at("/series/0/signal").asText()).isEqualTo("latency_p99");
    assertThat(asked.at("/series/0/points/0/0").asDouble())
        .isEqualTo((double) now.getEpochSecond());
    assertThat(asked.at("/series/0/points/0/1").asDouble()).isEqualTo(1);
    assertThat(brought.path("series")).as("whoever brought one has it").isEmpty();
    assertThat(asked.path("notes").toString()).contains("series without a service were left out");
    assertThat(form()).containsEntry("query", "histogram_quantile(0.99, x)");
    assertThat(given(brought)).isEqualTo(1);
    assertThat(prometheus.getRequestCount()).isEqualTo(1);
  }

  @Test
  void R3_theCredentialIsReadAnewEachTimeAndNeverShown() throws Exception {
    Path token = Files.writeString(data.resolve("token"), "first\n");
    RunningServer server = server("prometheus.main.bearerToken", "file:" + token);
    answers(401, "no");
    answers(200, matrix());

    JsonNode refused = correlate(server, ONE_QUERY);
    Files.writeString(token, "second\n");
    correlate(server, ONE_QUERY);
    Files.delete(token);
    JsonNode unreadable = correlate(server, ONE_QUERY);

    assertThat(refused.path("notes").toString()).contains("refuses our credential");
    assertThat(prometheus.takeRequest().getHeaders().get("Authorization"))
        .isEqualTo("Bearer first");
    assertThat(prometheus.takeRequest().getHeaders().get("Authorization"))
        .isEqualTo("Bearer second");
    assertThat(unreadable.path("notes")).hasSize(1);
    assertThat(prometheus.getRequestCount()).isEqualTo(2);
  }

  @Test
  void R3_basicAuthenticationIsSent() throws Exception {
    Path password = Files.writeString(data.resolve("password"), "secret\n");
    answers(200, matrix());

    correlate(
        server("prometheus.main.username", "ct", "prometheus.main.password", "file:" + password),
        ONE_QUERY);

    assertThat(prometheus.takeRequest().getHeaders().get("Authorization"))
        .isEqualTo("Basic Y3Q6c2VjcmV0");
  }

  @Test
  void R3_aRedirectIsNotFollowed() throws Exception {
    try (MockWebServer other = new MockWebServer()) {
      other.start();
      prometheus.enqueue(
          new MockResponse.Builder()
              .code(307)
              .addHeader("Location", other.url("/api/v1/query_range").toString())
              .build());

      JsonNode answer = correlate(server(), ONE_QUERY);

      assertThat(answer.path("notes").toString()).contains("redirect");
      assertThat(other.getRequestCount()).isZero();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "200|<html>log in</html>|not JSON",
        "200|{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[{|not JSON",
        "200|[]|not that of the Prometheus HTTP API",
        "200|{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[]}}|range query",
        "200|{\"status\":\"success\",\"data\":7}|range query",
        "200|{}|range query",
        "400|{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"parse error\"}|parse error",
        "503|busy|HTTP 503",
        "500|{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[]}}|HTTP 500",
      })
  void R3_whatIsNoAnswerIsNotedAndTheQuestionIsAnsweredWithoutIt(
      int status, String body, String note) throws Exception {
    answers(status, body);

    JsonNode answer = correlate(server(), ONE_QUERY);

    assertThat(given(answer)).isZero();
    assertThat(answer.path("notes").toString()).contains("'main'", note);
    assertThat(answer.path("verdict").asText()).isEqualTo("none");
  }

  @Test
  void R3_nonsenseAmongTheSamplesIsLeftOut() throws Exception {
    answers(
        200,
        matrix(
            "{\"metric\":{\"app\":\"checkout\",\"deep\":{\"a\":[1]}},\"values\":[7,[],[1],[\"x\",\"1\"],"
                + "[{\"a\":1},[2]],[1e300,\"1\"],[5,\"much\"],[5,{}],[6,\"2\",[3]]],\"histograms\":[[1,{}]]}",
            "5",
            series("{\"app\":\"cart\"}")));

    assertThat(given(correlate(server(), ONE_QUERY))).isEqualTo(2);
  }

  /** Errors of checkout in the last hours, a sample a minute, high for the last ten minutes. */
  private List<String> errors() {
    List<String> values = new ArrayList<>();
    for (int back = 180; back >= 1; back--) {
      values.add(
          "["
              + (now.getEpochSecond() - 60L * back)
              + ",\""
              + (back <= 10 ? 0.2 : 0.01) * (1 + 0.05 * (back * 7 % 5 - 2))
              + "\"]");
    }
    return values;
  }

  private static String of(String labels, List<String> values) {
    return "{\"metric\":" + labels + ",\"values\":[" + String.join(",", values) + "]}";
  }

  @Test
  void R3_oneThatLiesAboutTimesPlacesAndOrderAltersNothingThatIsTrueOfTheWindow() throws Exception {
    RunningServer server = server();
    server.store(
        Events.deployment("cause", now.minusSeconds(11 * 60), "checkout", "prod").build(),
        Events.config("after", now.minusSeconds(180), "checkout", "{\"a\":1}", "{\"a\":2}")
            .build());
    String checkout = "{\"app\":\"checkout\",\"env\":\"prod\"}";
    List<String> lies = new ArrayList<>();
    errors().forEach(value -> lies.add(value.replaceFirst("\"[^\"]+\"", "\"777\"")));
    List<String> shuffled = errors();
    Collections.shuffle(shuffled, new Random(3));
    lies.addAll(shuffled);
    lies.add("[0,\"9e9\"]");
    lies.add("[4102444800,\"9e9\"]");
    lies.add("[-9e15,\"9e9\"]");
    String about =
        ",\"signal\":\"error_rate\",\"alertedAt\":\"" + now.minusSeconds(60) + "\"" + ONE_QUERY;

    answers(200, matrix(of(checkout, errors())));
    JsonNode honest = correlate(server, about);
    answers(
        200, matrix(of("{\"app\":\"checkout\",\"env\":\"staging\"}", lies), of(checkout, lies)));
    JsonNode lying = correlate(server, about);

    assertThat(honest.path("verdict").asText()).isEqualTo("explained");
    assertThat(honest.at("/onset/basis").asText()).contains("change point in error_rate");
    assertThat(honest.at("/suspects/0/change/summary").asText()).contains("checkout 1.4.2");
    assertThat(lying.path("suspects")).isEqualTo(honest.path("suspects"));
    assertThat(lying.path("excluded")).isEqualTo(honest.path("excluded"));
    assertThat(lying.path("onset")).isEqualTo(honest.path("onset"));
  }

  @Test
  void R3_oneThatIsSlowOrSilentCostsItsTimeLimitAndNoMore() throws Exception {
    prometheus.enqueue(
        new MockResponse.Builder().headersDelay(60, TimeUnit.SECONDS).body(matrix()).build());
    prometheus.enqueue(
        new MockResponse.Builder().bodyDelay(60, TimeUnit.SECONDS).body(matrix()).build());
    RunningServer server = server("prometheus.main.timeout", "PT0.3S");

    assertThat(correlate(server, ONE_QUERY).path("notes").toString())
        .contains("no answer within 300 ms");
    assertThat(correlate(server, ONE_QUERY).path("notes").toString())
        .contains("no answer within 300 ms");
  }

  private static String queries(String server, int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> "{\"server\":\"" + server + "\",\"expression\":\"up + " + i + "\"}")
        .collect(Collectors.joining(","));
  }

  @Test
  void R3_oneServerIsAskedEightThingsAtOnceAtMostByAllQuestionsTogether() throws Exception {
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch eighth = new CountDownLatch(8);
    CountDownLatch ninth = new CountDownLatch(9);
    prometheus.setDispatcher(
        new Dispatcher() {
          @Override
          public MockResponse dispatch(RecordedRequest request) throws InterruptedException {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            eighth.countDown();
            ninth.countDown();
            eighth.await(60, TimeUnit.SECONDS);
            // Long enough for another to come, if one is let through.
            ninth.await(300, TimeUnit.MILLISECONDS);
            running.decrementAndGet();
            return new MockResponse.Builder()
                .body(matrix(series("{\"app\":\"checkout\"}")))
                .build();
          }
        });
    RunningServer server = server("prometheus.main.timeout", "PT120S");
    ExecutorService askers = Executors.newFixedThreadPool(2);
    try {
      Callable<JsonNode> ask = () -> correlate(server, ",\"queries\":[" + queries("main", 9) + "]");
      for (Future<JsonNode> answer : askers.invokeAll(List.of(ask, ask))) {
        assertThat(given(answer.get())).isEqualTo(9);
        assertThat(answer.get().path("notes")).isEmpty();
      }
    } finally {
      askers.shutdownNow();
    }
    assertThat(most).hasValue(8);
    assertThat(prometheus.getRequestCount()).isEqualTo(18);
  }

  @Test
  void R3_aServerThatHangsCostsTheOthersNothing() throws Exception {
    try (MockWebServer other = new MockWebServer()) {
      other.enqueue(
          new MockResponse.Builder().body(matrix(series("{\"app\":\"checkout\"}"))).build());
      other.start();
      for (int i = 0; i < 12; i++) {
        prometheus.enqueue(
            new MockResponse.Builder().onResponseStart(SocketEffect.Stall.INSTANCE).build());
      }
      RunningServer server =
          server(
              "prometheus.main.timeout",
              "PT1S",
              "prometheus.other.url",
              other.url("/").toString(),
              "prometheus.other.timeout",
              "PT60S");

      JsonNode answer =
          correlate(
              server, ",\"queries\":[" + queries("main", 12) + "," + queries("other", 1) + "]");

      assertThat(given(answer)).isEqualTo(1);
      assertThat(answer.path("notes"))
          .singleElement()
          .asString()
          .contains("'main': no answer within 1000 ms");
    }
  }

  @Test
  void R3_oneThatIsDownIsNoted() throws Exception {
    RunningServer server = server();
    prometheus.close();

    assertThat(correlate(server, ONE_QUERY).path("notes").toString()).contains("cannot be reached");
  }

  @Test
  void R3_anEndlessAnswerIsNotReadToItsEnd() throws Exception {
    answers(200, matrix("{\"metric\":{\"app\":\"" + "x".repeat(9 << 20) + "\"}}"));

    assertThat(correlate(server(), ONE_QUERY).path("notes").toString()).contains("longer than 8");
  }

  @Test
  void R3_moreSeriesThanAreLookedAtAreCutAndThatIsSaid() throws Exception {
    String[] many = new String[2_500];
    for (int i = 0; i < many.length; i++) {
      many[i] = series("{\"app\":\"s" + i + "\"}");
    }
    answers(200, matrix(many));

    JsonNode answer = correlate(server(), ONE_QUERY);

    assertThat(given(answer)).isEqualTo(2_000);
    assertThat(answer.path("notes").toString()).contains("more series than are looked at");
  }

  @Test
  void R3_onlyConfiguredServersAreAsked() throws Exception {
    Answer answer =
        server()
            .post(
                "/v1/correlate",
                "application/json",
                question(
                    ",\"queries\":[{\"server\":\"http://127.0.0.1:1\",\"expression\":\"up\"}]"));

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json().path("detail").asText()).contains("must be one of main");
    assertThat(prometheus.getRequestCount()).isZero();
  }

  @Test
  void R3_aReaderGetsTheMetricsOfTheirServicesOnly() throws Exception {
    TokenFile tokens = new TokenFile(data.resolve(TokenFile.NAME));
    String limited =
        tokens
            .create(
                new TokenFile.Grant(
                    "cart",
                    "default",
                    null,
                    null,
                    new Token.Read(List.of("prod"), List.of("cart"), null),
                    false),
                now)
            .secret();
    RunningServer server = server("prometheus.main.queries.error_rate", "x").as(limited);
    answers(200, matrix(series("{\"app\":\"checkout\"}"), series("{\"app\":\"cart\"}")));

    JsonNode answer = correlate(server, "");
    assertThat(given(answer)).isEqualTo(1);
    assertThat(answer.path("series")).as("of checkout, which is not theirs to see").isEmpty();
    Answer elsewhere =
        server.post(
            "/v1/correlate",
            "application/json",
            "{\"service\":\"cart\",\"environment\":\"staging\"}");
    assertThat(elsewhere.json().at("/searched/series").asInt()).isZero();
    assertThat(prometheus.getRequestCount()).isEqualTo(1);

    // An expression can add up or rename what is hidden, so a limited reader's own is not asked.
    answers(200, matrix(series("{}")));
    JsonNode own =
        correlate(server, ",\"queries\":[{\"expression\":\"sum(payroll)\",\"signal\":\"s\"}]");
    assertThat(given(own)).isZero();
    assertThat(own.path("notes").toString()).contains("readers of the whole tenant only");
    assertThat(form()).containsEntry("query", "x");
    assertThat(form()).containsEntry("query", "x");
    assertThat(prometheus.getRequestCount()).isEqualTo(2);
  }

  @Test
  void X2_anotherTenantNeitherAsksThisPrometheusNorLearnsThatItIsThere() throws Exception {
    String other =
        new TokenFile(data.resolve(TokenFile.NAME))
            .create(
                new TokenFile.Grant(
                    "other", "globex", null, null, new Token.Read(null, null, null), false),
                now)
            .secret();
    RunningServer server = server("prometheus.main.queries.error_rate", "x").as(other);

    Answer answer =
        server.post(
            "/v1/correlate",
            "application/json",
            question(",\"queries\":[{\"server\":\"main\",\"expression\":\"up\"}]"));

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json().path("detail").asText()).contains("is not configured");
    assertThat(given(correlate(server, ""))).isZero();
    assertThat(prometheus.getRequestCount()).isZero();
  }

  @Test
  void X1_aTokenThatNoHeaderFieldCanHoldIsInNoAnswer() throws Exception {
    Path token = Files.writeString(data.resolve("token"), "\uFEFFs3cret-of-prometheus");
    JsonNode answer = correlate(server("prometheus.main.bearerToken", "file:" + token), ONE_QUERY);

    assertThat(answer.path("notes").toString()).contains("our credential for it cannot be read");
    assertThat(answer.toString()).doesNotContain("s3cret", token.toString());
    assertThatThrownBy(
            () ->
                new io.changetrail.server.config.Settings()
                    .withEnvironment(Map.of("PROM", "two\nlines"))
                    .with("prometheus.x.url", "http://127.0.0.1:1", "test")
                    .with("prometheus.x.bearerToken", "env:PROM", "test")
                    .config())
        .hasMessageContaining("no header field can hold")
        .hasMessageNotContaining("lines");
  }

  @Test
  void O2_aPrometheusServerThatCannotBeAskedIsRefusedAtTheStart() {
    assertThatThrownBy(() -> server("prometheus.main.url", "http://ct:pass@127.0.0.1:9090"))
        .hasMessageContaining("nothing else");
    assertThatThrownBy(() -> server("prometheus.main.bearerToken", "secret-itself"))
        .hasMessageContaining("env:NAME or file:PATH")
        .hasMessageNotContaining("secret-itself");
    assertThatThrownBy(() -> server("prometheus.main.username", "ct"))
        .hasMessageContaining("username and password");
    assertThatThrownBy(() -> server("prometheus.main.urll", "x"))
        .hasMessageContaining("is not a setting");
    assertThatThrownBy(() -> server("prometheus.other.timeout", "PT1S"))
        .hasMessageContaining("prometheus.other.url is needed");
  }
}
