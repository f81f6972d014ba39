// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Provenance;
import io.changetrail.server.RunningServer.Answer;
import io.changetrail.server.access.Token;
import io.changetrail.server.access.TokenFile;
import java.net.URLDecoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From an alert to the change that did it, and what people say of that. */
class AlertmanagerTest {
  private static final String TOKEN = "the-token-of-the-alertmanager";

  @TempDir private Path data;
  private final Instant fired =
      Instant.now().truncatedTo(ChronoUnit.SECONDS).minus(Duration.ofHours(2));
  private final MockWebServer prometheus = new MockWebServer();
  private final MockWebServer receiver = new MockWebServer();
  private RunningServer server;

  /** What Prometheus answers to a query, and about its rules. */
  private volatile String matrix = success("{\"resultType\":\"matrix\",\"result\":[]}");

  private volatile String rules = success("{\"groups\":[]}");

  private static String success(String data) {
    return "{\"status\":\"success\",\"data\":" + data + "}";
  }

  @BeforeEach
  void start() throws Exception {
    prometheus.setDispatcher(
        new Dispatcher() {
          @Override
          public MockResponse dispatch(RecordedRequest request) {
            boolean aboutRules = request.getTarget().startsWith("/api/v1/rules?type=alert");
            String body = aboutRules ? rules : matrix;
            return new MockResponse.Builder()
                .code(body.startsWith("{") ? 200 : 404)
                .body(body)
                .build();
          }
        });
    prometheus.start();
    receiver.start();
    server = server();
  }

  private RunningServer server(String... more) throws Exception {
    Path token = Files.writeString(data.resolve("alertmanager-token"), TOKEN);
    Path slack = Files.writeString(data.resolve("slack"), receiver.url("/T/B/x").toString());
    return RunningServer.start(
        data,
        Stream.concat(
                Stream.of(
                    "webhooks.pager.provider",
                    "alertmanager",
                    "webhooks.pager.secret",
                    "file:" + token,
                    "prometheus.main.url",
                    prometheus.url("/").toString(),
                    "prometheus.main.timeout",
                    "PT60S",
                    "prometheus.main.aliases",
                    "prometheus.example.com:9090",
                    "notify.oncall.type",
                    "slack",
                    "notify.oncall.url",
                    "file:" + slack),
                Arrays.stream(more))
            .toArray(String[]::new));
  }

  @AfterEach
  void stop() {
    server.close();
    prometheus.close();
    receiver.close();
  }

  private ObjectNode notification(String file, Instant startsAt) {
    ObjectNode notification = Hooks.payload("alertmanager/" + file).deepCopy();
    ObjectNode alert = (ObjectNode) notification.at("/alerts/0");
    alert.put("startsAt", startsAt.toString());
    if (file.startsWith("resolved")) {
      alert.put("endsAt", startsAt.plusSeconds(1_800).toString());
    }
    return notification;
  }

  private Answer send(JsonNode notification, String token) throws Exception {
    return server.send(
        server
            .request("/v1/webhooks/alertmanager")
            .header("Content-Type", "application/json")
            .header("Authorization", "Bearer " + token)
            .POST(HttpRequest.BodyPublishers.ofByteArray(Hooks.bytes(notification)))
            .build());
  }

  /** Sends a notification, and gives the correlation's id. */
  private String notified(JsonNode notification) throws Exception {
    receiver.enqueue(new MockResponse.Builder().build());
    Answer answer = send(notification, TOKEN);
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return answer.json().path("correlation").asText();
  }

  private JsonNode correlation(String id) throws Exception {
    Answer answer = server.get("/v1/correlations/" + id);
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return answer.json();
  }

  private List<String> suspects(JsonNode correlation) {
    List<String> services = new ArrayList<>();
    correlation
        .at("/answer/suspects")
        .forEach(suspect -> services.add(suspect.at("/change/summary").asText()));
    return services;
  }

  /** The forms that Prometheus was sent so far. */
  private List<String> asked() throws Exception {
    List<String> forms = new ArrayList<>();
    RecordedRequest request = prometheus.takeRequest(0, TimeUnit.SECONDS);
    while (request != null) {
      if (request.getBody() != null) {
        forms.add(URLDecoder.decode(request.getBody().utf8(), StandardCharsets.UTF_8));
      }
      request = prometheus.takeRequest(0, TimeUnit.SECONDS);
    }
    return forms;
  }

  private static final String EXPRESSION =
      "sum by (service, environment) (rate(http_requests_total{code=~\\\"5..\\\"}[2m])) / sum by"
          + " (service, environment) (rate(http_requests_total[2m])) > 0.05";

  private static String rule(String name, String expression, int seconds, String labels) {
    return "{\"state\":\"firing\",\"name\":\""
        + name
        + "\",\"query\":\""
        + expression
        + "\",\"duration\":"
        + seconds
        + ",\"labels\":"
        + labels
        + ",\"annotations\":{\"name\":\"x\"},\"alerts\":[{\"labels\":{\"duration\":\"7\"},"
        + "\"state\":\"firing\"}],\"health\":\"ok\",\"type\":\"alerting\"}";
  }

  private static String groups(String... rules) {
    return success(
        "{\"groups\":[{\"name\":\"a\",\"rules\":[]},{\"name\":\"b\",\"interval\":15,\"rules\":["
            + String.join(",", rules)
            + "]}]}");
  }

  /** A deployment before the condition began to hold, and one while it was held. */
  private JsonNode answerWithOneBeforeAndOneAfterAQuarterOfAnHour(ObjectNode notification)
      throws Exception {
    server.store(
        Events.deployment("culprit", fired.minusSeconds(17 * 60), "checkout", "prod").build(),
        Events.config("later", fired.minusSeconds(120), "checkout", "{\"a\":1}", "{\"a\":2}")
            .build());
    return correlation(notified(notification)).path("answer");
  }

  private void assertOnsetAQuarterOfAnHourBefore(JsonNode answer) {
    assertThat(answer.at("/onset/latest").asText()).isEqualTo(fired.minusSeconds(900).toString());
    assertThat(answer.at("/onset/basis").asText()).contains("condition had held for 15 min");
    assertThat(answer.path("suspects")).hasSize(1);
    assertThat(answer.at("/suspects/0/change/summary").asText()).contains("checkout 1.4.2");
    assertThat(answer.at("/excluded/0/reason").asText()).contains("after the anomaly had begun");
  }

  @Test
  void I1_theForOfTheRuleMovesTheOnsetBackAndExcludesWhatCameWhileTheConditionHeld()
      throws Exception {
    rules =
        groups(
            rule("HighErrorRate", "up == 0", 60, "{}"),
            rule("HighErrorRate", EXPRESSION, 30, "{\"severity\":\"ticket\"}"),
            rule("Other", EXPRESSION, 10, "{}"),
            rule(
                "HighErrorRate",
                EXPRESSION,
                900,
                "{\"severity\":\"page\",\"a\":\"{{ $value }}\"}"));

    JsonNode answer =
        answerWithOneBeforeAndOneAfterAQuarterOfAnHour(notification("firing.json", fired));

    assertOnsetAQuarterOfAnHourBefore(answer);
    assertThat(answer.path("notes").toString()).doesNotContain("condition");
  }

  @Test
  void I1_theAnnotationForTellsItWithoutAskingForRules() throws Exception {
    rules = "not found";
    ObjectNode notification = notification("firing.json", fired);
    ((ObjectNode) notification.at("/alerts/0/annotations")).put("for", "15m");

    JsonNode answer = answerWithOneBeforeAndOneAfterAQuarterOfAnHour(notification);

    assertOnsetAQuarterOfAnHourBefore(answer);
    assertThat(answer.path("notes").toString()).doesNotContain("condition");
  }

  @Test
  void I1_rulesThatCannotBeReadAreNotedWithWhatToDoAndNothingIsExcludedForIt() throws Exception {
    rules = "not found";

    JsonNode answer =
        answerWithOneBeforeAndOneAfterAQuarterOfAnHour(notification("firing.json", fired));

    assertThat(answer.path("notes").toString())
        .contains(
            "how long the alert's condition had held cannot be read: it answers with HTTP 404")
        .contains("the annotation 'for' may tell it");
    assertThat(answer.path("suspects")).hasSize(2);
  }

  @Test
  void I1_theOnsetIsFoundInTheSeriesThatTheExpressionGives() throws Exception {
    rules = groups(rule("HighErrorRate", EXPRESSION, 600, "{}"));
    Instant began = fired.minusSeconds(12 * 60);
    matrix = errors(began, Instant.MAX);
    server.store(
        Events.deployment("culprit", began.minusSeconds(30), "checkout", "prod").build(),
        Events.config("later", began.plusSeconds(240), "checkout", "{\"a\":1}", "{\"a\":2}")
            .build());

    JsonNode answer = correlation(notified(notification("firing.json", fired))).path("answer");

    assertThat(answer.at("/onset/basis").asText())
        .contains("change point in HighErrorRate of checkout", "0.01", "0.2");
    assertThat(Instant.parse(answer.at("/onset/earliest").asText())).isBeforeOrEqualTo(began);
    assertThat(Instant.parse(answer.at("/onset/latest").asText()))
        .isBetween(began, began.plusSeconds(120));
    assertThat(answer.at("/suspects/0/change/summary").asText()).contains("checkout 1.4.2");
    assertThat(answer.path("excluded")).hasSize(1);
    assertThat(answer.path("verdict").asText()).isEqualTo("explained");
  }

  /** The alert's name says errors, what it measures is the share of good answers. */
  @Test
  void I1_anAlertThatFiresBelowItsThresholdHasItsOnsetWhereTheSeriesFalls() throws Exception {
    Instant began = fired.minusSeconds(300);
    matrix = measured(0.99, 0.8, began, Instant.MAX);
    deployed();
    ObjectNode notification = notification("firing.json", fired);
    ((ObjectNode) notification.at("/alerts/0"))
        .put("generatorURL", "http://prometheus.example.com:9090/graph?g0.expr=ok+%3C+0.95");

    JsonNode answer = correlation(notified(notification)).path("answer");

    assertThat(answer.at("/onset/basis").asText())
        .contains("change point in success rate of HighErrorRate");
  }

  /** A share of errors that is high from one moment to another, as Prometheus tells it. */
  private String errors(Instant from, Instant to) {
    return measured(0.01, 0.2, from, to);
  }

  private String measured(double usual, double then, Instant from, Instant to) {
    StringBuilder values = new StringBuilder();
    for (int minute = -180; minute < 110; minute++) {
      Instant at = fired.plusSeconds(60L * minute);
      boolean bad = !at.isBefore(from) && at.isBefore(to);
      double value = (bad ? then : usual) * (1 + 0.05 * (Math.floorMod(minute * 7, 5) - 2));
      values
          .append(values.isEmpty() ? "[" : ",[")
          .append(at.getEpochSecond())
          .append(",\"")
          .append(value)
          .append("\"]");
    }
    return success(
        "{\"resultType\":\"matrix\",\"result\":[{\"metric\":{\"service\":\"checkout\","
            + "\"environment\":\"prod\"},\"values\":["
            + values
            + "]}]}");
  }

  /** The alert fires, a flag is reverted, the alert ends: what was told first is told anew. */
  @Test
  void R9_theEndOfTheAlertAfterARollbackConfirmsTheBlamedChange() throws Exception {
    Instant began = fired.minusSeconds(120);
    matrix = errors(began, Instant.MAX);
    server.store(
        version("one", fired.minusSeconds(72_000), "1.4.1"),
        version("two", began.minusSeconds(60), "1.4.2"));
    String id = notified(notification("firing.json", fired));
    double before = correlation(id).at("/answer/suspects/0/score").asDouble();
    assertThat(receiver.takeRequest(60, TimeUnit.SECONDS)).isNotNull();

    server.store(version("back", fired.plusSeconds(1_500), "1.4.1"));
    matrix = errors(began, fired.plusSeconds(1_560));
    assertThat(notified(notification("resolved.json", fired))).isEqualTo(id);

    JsonNode after = correlation(id).at("/answer/suspects/0");
    assertThat(after.at("/change/start").asText()).isEqualTo(began.minusSeconds(60).toString());
    assertThat(after.path("factors").toString()).contains("and back when it was rolled back");
    assertThat(after.path("score").asDouble()).isGreaterThan(before);
    assertThat(events("correlate")).as("the verdict moved").isEqualTo(2);
  }

  private static AuditEvent version(String id, Instant time, String version) {
    return Events.deployment(id, time, "checkout", "prod")
        .provenance(
            new Provenance(null, null, List.of(new Provenance.Artifact(null, null, version))))
        .build();
  }

  private void deployed() throws Exception {
    server.store(
        Events.deployment("culprit", fired.minusSeconds(180), "checkout", "prod").build(),
        Events.deployment("neighbour", fired.minusSeconds(240), "payroll", "prod").build());
  }

  private int events(String action) throws Exception {
    return server.get("/v1/events", "action", action, "limit", "1000").json().path("events").size();
  }

  @Test
  void I1_anAlertIsAnsweredWithItsExpressionAskedOfTheConfiguredPrometheus() throws Exception {
    deployed();

    String id = notified(notification("firing.json", fired));

    JsonNode correlation = correlation(id);
    assertThat(correlation.path("status").asText()).isEqualTo("firing");
    assertThat(correlation.path("services").toString()).isEqualTo("[\"checkout\"]");
    assertThat(correlation.at("/answer/verdict").asText()).isEqualTo("explained");
    assertThat(suspects(correlation).get(0)).contains("checkout 1.4.2");
    assertThat(asked())
        .anySatisfy(
            form ->
                assertThat(form)
                    .contains(
                        "query=sum by (service, environment) (rate(http_requests_total{code=~\"5..\"}")
                    .doesNotContain("> 0.05"));
    assertThat(server.get("/v1/correlations").json().at("/correlations/0/id").asText())
        .isEqualTo(id);
    assertThat(server.get("/v1/events", "kind", "incident").json().at("/events/0/type").asText())
        .startsWith("dev.cdevents.incident.detected.");
  }

  @Test
  void I1_anIncidentIsAnsweredAlsoWhereTheReasonIsCutWithinACharacter() throws Exception {
    AuditEvent deployment =
        Events.deployment("culprit", fired.minusSeconds(180), "checkout", "prod").build();
    server.store(
        deployment.toBuilder()
            .change(deployment.change().toBuilder().summary("\ud83d\ude80".repeat(700)).build())
            .build());

    String id = notified(notification("firing.json", fired));

    assertThat(correlation(id).at("/answer/verdict").asText()).isEqualTo("explained");
    assertThat(events("correlate")).isEqualTo(1);
  }

  @Test
  void I1_anAlertOfATimeThatNoClockShowsYetIsRefused() throws Exception {
    Answer answer = send(notification("firing.json", fired.plus(Duration.ofDays(9))), TOKEN);

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json().path("detail").asText()).contains("in the future; check the");
    assertThat(server.get("/v1/correlations").json().path("correlations")).isEmpty();
  }

  @Test
  void I1_aRenotificationBringsTheSameCorrelationUpToDateAndRepeatsNothing() throws Exception {
    deployed();
    String id = notified(notification("firing.json", fired));
    assertThat(receiver.takeRequest(60, TimeUnit.SECONDS)).isNotNull();

    assertThat(notified(notification("firing.json", fired))).isEqualTo(id);
    assertThat(events("detect")).isEqualTo(1);
    assertThat(events("correlate")).isEqualTo(1);

    server.store(
        Events.config("late", fired.minusSeconds(30), "checkout", "{\"a\":1}", "{\"a\":2}")
            .build());
    assertThat(notified(notification("firing.json", fired))).isEqualTo(id);
    assertThat(events("detect")).isEqualTo(1);
    assertThat(events("correlate")).isEqualTo(2);
    assertThat(suspects(correlation(id))).anyMatch(summary -> summary.contains("config of"));
    assertThat(receiver.takeRequest(60, TimeUnit.SECONDS)).isNotNull();
    assertThat(receiver.getRequestCount()).isEqualTo(2);
  }

  @Test
  void I1_whenTheAlertIsResolvedTheIncidentEndsAndTheNextOneIsAnother() throws Exception {
    deployed();
    String id = notified(notification("firing.json", fired));

    assertThat(notified(notification("resolved.json", fired))).isEqualTo(id);
    assertThat(correlation(id).path("status").asText()).isEqualTo("resolved");
    assertThat(correlation(id).path("end").asText()).isEqualTo(fired.plusSeconds(1_800).toString());
    assertThat(send(notification("resolved.json", fired), TOKEN).json().has("correlation"))
        .isFalse();
    assertThat(notified(notification("firing.json", fired.plusSeconds(3_600)))).isNotEqualTo(id);
  }

  @Test
  void I1_anIncidentThatSpreadsStaysOneAndNamesItsNewPlaces() throws Exception {
    String id = notified(notification("firing.json", fired));
    ObjectNode more = notification("firing.json", fired);
    ObjectNode second = more.at("/alerts/0").deepCopy();
    ((ObjectNode) second.path("labels")).put("service", "cart");
    second.put("startsAt", fired.plusSeconds(300).toString());
    more.withArray("alerts").add(second);

    assertThat(notified(more)).isEqualTo(id);
    assertThat(events("report")).isEqualTo(1);
    assertThat(server.get("/v1/events", "service", "cart", "kind", "incident").json().at("/events"))
        .hasSize(1);
  }

  @Test
  void I1_anIncidentOfMorePlacesThanAnEventNamesIsResolvedAllTheSame() throws Exception {
    String id = notified(crowd(0, 900));
    assertThat(notified(crowd(500, 900))).isEqualTo(id);

    assertThat(notified(notification("resolved.json", fired))).isEqualTo(id);

    assertThat(correlation(id).path("status").asText()).isEqualTo("resolved");
  }

  @Test
  void I1_anIncidentThatSpreadForLongIsStillTheSameAndIsResolved() throws Exception {
    String id = notified(crowd(0, 1));
    for (int services = 2; services <= 205; services++) {
      assertThat(notified(crowd(0, services))).isEqualTo(id);
    }
    assertThat(events("detect")).isEqualTo(1);
    assertThat(events("report")).isEqualTo(204);

    assertThat(notified(notification("resolved.json", fired))).isEqualTo(id);

    assertThat(correlation(id).path("status").asText()).isEqualTo("resolved");
  }

  /** A notification of alerts that each name another service. */
  private ObjectNode crowd(int first, int count) {
    ObjectNode notification = notification("firing.json", fired);
    ObjectNode alert = (ObjectNode) notification.at("/alerts/0");
    for (int i = first; i < first + count; i++) {
      ObjectNode other = alert.deepCopy();
      ((ObjectNode) other.path("labels")).put("service", "service-" + i);
      notification.withArray("alerts").add(other);
    }
    return notification;
  }

  @Test
  void I1_aLabelThatNoServiceCanHaveAsItsNameKeepsNoAlertOut() throws Exception {
    for (String name : List.of("x".repeat(257), "a\0b", "\ud800")) {
      ObjectNode notification = notification("firing.json", fired);
      ObjectNode other = notification.at("/alerts/0").deepCopy();
      ((ObjectNode) other.path("labels")).put("service", name);
      notification.withArray("alerts").add(other);

      JsonNode correlation = correlation(notified(notification));

      assertThat(correlation.path("services").toString()).isEqualTo("[\"checkout\"]");
    }
  }

  @Test
  void I4_whileAQuestionWaitsForPrometheusAnIncidentIsTakenAndRecorded() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch answered = new CountDownLatch(1);
    prometheus.setDispatcher(
        new Dispatcher() {
          @Override
          public MockResponse dispatch(RecordedRequest request) throws InterruptedException {
            asked.countDown();
            answered.await(60, TimeUnit.SECONDS);
            return new MockResponse.Builder().code(404).build();
          }
        });
    String question =
        "{\"service\":\"checkout\",\"alertedAt\":\""
            + fired
            + "\",\"queries\":[{\"server\":\"main\",\"expression\":\"up\"}]}";
    CompletableFuture<Answer> slow =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return server.post("/v1/correlations", "application/json", question);
              } catch (Exception e) {
                throw new CompletionException(e);
              }
            });
    assertThat(asked.await(60, TimeUnit.SECONDS)).isTrue();

    Answer other =
        server.post(
            "/v1/correlations",
            "application/json",
            question.replace("checkout", "cart").replaceAll(",\"queries.*]", ""));

    assertThat(other.status()).as(other.text()).isEqualTo(201);
    assertThat(slow).isNotDone();
    answered.countDown();
    assertThat(slow.get(60, TimeUnit.SECONDS).status()).isEqualTo(201);
    assertThat(events("correlate")).isEqualTo(2);
  }

  @Test
  void I1_withoutTheTokenNothingIsReadAndNothingIsStored() throws Exception {
    assertThat(send(notification("firing.json", fired), "another-token-entirely").status())
        .isEqualTo(401);
    assertThat(server.post("/v1/webhooks/alertmanager", "application/json", "{").status())
        .isEqualTo(401);
    assertThat(events("detect")).isZero();
    ObjectNode old = notification("firing.json", fired);
    old.put("version", "3");
    Answer refused = send(old, TOKEN);
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.json().path("detail").asText()).contains("version");
    assertThat(prometheus.getRequestCount()).isZero();
  }

  @Test
  void I1_aPrometheusThatIsDownCostsANoteOnly() throws Exception {
    deployed();
    prometheus.close();

    Answer answer = send(notification("firing.json", fired), TOKEN);

    assertThat(answer.status()).isEqualTo(200);
    JsonNode correlation = correlation(answer.json().path("correlation").asText());
    assertThat(correlation.at("/answer/notes").toString()).contains("cannot be reached");
    assertThat(suspects(correlation)).isNotEmpty();
  }

  @Test
  void I1_anAlertThatNamesNoServiceIsKeptAndHasNoAnswer() throws Exception {
    ObjectNode nameless = notification("firing.json", fired);
    ((ObjectNode) nameless.at("/alerts/0/labels")).remove("service");
    ((ObjectNode) nameless.at("/commonLabels")).remove("service");

    JsonNode correlation = correlation(notified(nameless));

    assertThat(correlation.has("answer")).isFalse();
    assertThat(correlation.path("labels").path("alertname").asText()).isEqualTo("HighErrorRate");
  }

  @Test
  void I1_aLimitedReaderGetsAnAnswerFromWhatTheyMaySee() throws Exception {
    deployed();
    String id = notified(notification("firing.json", fired));
    TokenFile tokens = new TokenFile(data.resolve(TokenFile.NAME));
    String limited = reader(tokens, List.of("checkout"));
    String other = reader(tokens, List.of("payroll"));

    Answer mine = server.as(limited).get("/v1/correlations/" + id);
    assertThat(mine.status()).isEqualTo(200);
    assertThat(suspects(mine.json())).hasSize(1);
    assertThat(mine.text()).doesNotContain("payroll");
    assertThat(server.as(limited).get("/v1/events", "action", "correlate").json().path("events"))
        .isEmpty();
    assertThat(server.as(other).get("/v1/correlations/" + id).status()).isEqualTo(404);
    assertThat(server.as(other).get("/v1/correlations").json().path("correlations")).isEmpty();
  }

  private String reader(TokenFile tokens, List<String> services) {
    return tokens
        .create(
            new TokenFile.Grant(
                "reader of " + services,
                "default",
                null,
                null,
                new Token.Read(null, services, null),
                false),
            fired)
        .secret();
  }

  @Test
  void I4_slackIsToldTheVerdictAndTheSuspectsWithoutTheirTextActing() throws Exception {
    server.store(
        Events.deployment("culprit", fired.minusSeconds(180), "checkout", "prod")
            .change(
                Events.deployment("x", fired, "checkout", "prod").build().change().toBuilder()
                    .summary("checkout <!channel> & *more* deployed")
                    .build())
            .build());

    String id = notified(notification("firing.json", fired));

    JsonNode told = Events.json(receiver.takeRequest(60, TimeUnit.SECONDS).getBody().utf8());
    assertThat(told.path("text").asText())
        .contains("explained", "checkout &lt;!channel&gt; &amp;  more  deployed", id)
        .doesNotContain("<");
  }

  @Test
  void I4_aWebhookIsToldTheCorrelationAsTheApiGivesItWithItsFirstSuspects() throws Exception {
    try (MockWebServer hook = new MockWebServer()) {
      hook.enqueue(new MockResponse.Builder().code(204).build());
      hook.start();
      server.close();
      server =
          server(
              "notify.chat.type",
              "webhook",
              "notify.chat.url",
              "file:" + Files.writeString(data.resolve("hook"), hook.url("/in?key=k").toString()),
              "notify.chat.top",
              "1");
      deployed();

      String id = notified(notification("firing.json", fired));

      RecordedRequest told = hook.takeRequest(60, TimeUnit.SECONDS);
      assertThat(told.getTarget()).isEqualTo("/in?key=k");
      assertThat(told.getHeaders().get("Content-Type")).startsWith("application/json");
      JsonNode json = Events.json(told.getBody().utf8());
      JsonNode api = correlation(id);
      assertThat(json.path("id").asText()).isEqualTo(id);
      assertThat(json.path("status").asText()).isEqualTo("firing");
      assertThat(json.at("/answer/verdict")).isEqualTo(api.at("/answer/verdict"));
      assertThat(api.at("/answer/suspects")).hasSize(2);
      assertThat(json.at("/answer/suspects"))
          .singleElement()
          .isEqualTo(api.at("/answer/suspects/0"));
      assertThat(receiver.takeRequest(60, TimeUnit.SECONDS)).as("Slack is told too").isNotNull();
    }
  }

  @Test
  void I4_aReceiverThatNeverEndsItsAnswerHoldsNothingUp() throws Exception {
    deployed();
    receiver.enqueue(
        new MockResponse.Builder().body("never sent").bodyDelay(1, TimeUnit.HOURS).build());

    notified(notification("firing.json", fired));

    assertThat(receiver.takeRequest(60, TimeUnit.SECONDS)).isNotNull();
    assertThat(receiver.takeRequest(60, TimeUnit.SECONDS)).as("told again").isNotNull();
  }

  @Test
  void I4_anAnswerThatNobodyGotIsToldWithTheNextNotificationAndThenNoMore() throws Exception {
    deployed();
    for (int i = 0; i < 3; i++) {
      receiver.enqueue(new MockResponse.Builder().code(500).build());
    }
    notified(notification("firing.json", fired));
    for (int i = 0; i < 3; i++) {
      assertThat(receiver.takeRequest(60, TimeUnit.SECONDS)).isNotNull();
    }
    assertThat(events("notify")).isZero();

    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () -> {
              notified(notification("firing.json", fired));
              assertThat(events("notify")).isEqualTo(1);
            });

    int told = receiver.getRequestCount();
    notified(notification("firing.json", fired));
    assertThat(events("correlate")).isEqualTo(1);
    assertThat(receiver.takeRequest(60, TimeUnit.SECONDS)).isNotNull();
    assertThat(receiver.getRequestCount()).isEqualTo(told).isEqualTo(4);
  }

  @Test
  void I4_aReceiverThatRedirectsOrFailsIsTriedAgainAndNobodyElseIsTold() throws Exception {
    try (MockWebServer elsewhere = new MockWebServer()) {
      elsewhere.start();
      deployed();
      receiver.enqueue(
          new MockResponse.Builder()
              .code(307)
              .addHeader("Location", elsewhere.url("/").toString())
              .build());

      notified(notification("firing.json", fired));

      assertThat(receiver.takeRequest(60, TimeUnit.SECONDS)).isNotNull();
      assertThat(receiver.takeRequest(60, TimeUnit.SECONDS)).isNotNull();
      assertThat(elsewhere.getRequestCount()).isZero();
    }
  }

  @Test
  void O2_aReceiverNeedsATypeAndASecretPlace() {
    assertThatThrownBy(() -> RunningServer.start(data, "notify.x.url", "https://hooks/x"))
        .hasMessageContaining("env:NAME or file:PATH");
    assertThatThrownBy(() -> RunningServer.start(data, "notify.x.kind", "slack"))
        .hasMessageContaining("is not a setting");
  }
}
