// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jwt.SignedJWT;
import io.changetrail.server.RunningServer.Answer;
import io.changetrail.server.config.InvalidConfigException;
import io.changetrail.server.github.AppKeyFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is asked of GitHub's API, as an App, and what comes of it. */
class GithubApiTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String REPOSITORY = "/repos/acme/checkout";
  private static final String BEFORE = "0f1d2c3b4a59687766554433221100ffeeddccbb";
  private static final String AFTER = "5e1c309dae7f45e0f39b1bf3ac3cd9db12e7d689";
  private static final String ACTIVITY =
      REPOSITORY + "/activity?ref=refs%2Fheads%2Fmain&per_page=100";
  private static final String VALUES = "/contents/checkout/values-prod.yaml?ref=";

  @TempDir private Path data;
  private final MockWebServer github = new MockWebServer();
  private final Map<String, MockResponse> answers = new ConcurrentHashMap<>();

  /** What is answered the first time, in place of the above. */
  private final Map<String, MockResponse> once = new ConcurrentHashMap<>();

  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final List<String> credentials = new CopyOnWriteArrayList<>();
  private KeyPair key;
  private RunningServer server;
  private volatile String runs;

  @BeforeEach
  void start() throws Exception {
    key = AppKeyFile.generated();
    github.setDispatcher(
        new Dispatcher() {
          @Override
          public MockResponse dispatch(RecordedRequest request) {
            String what = request.getMethod() + " " + request.getTarget();
            asked.add(what);
            credentials.add(String.valueOf(request.getHeaders().get("Authorization")));
            MockResponse first = once.remove(what);
            if (first != null) {
              return first;
            }
            MockResponse none = new MockResponse.Builder().code(404).build();
            return what.contains("/actions/runs?") && runs != null
                ? new MockResponse.Builder().body(runs).build()
                : answers.getOrDefault(what, none);
          }
        });
    github.start();
    answer("GET " + REPOSITORY + "/installation", "{\"id\":77}");
    answer(
        "POST /app/installations/77/access_tokens",
        "{\"token\":\"ghs_installed\",\"expires_at\":\"" + Instant.now().plusSeconds(3600) + "\"}");
    answer("GET /app/hook/deliveries?per_page=100", "[]");
    answer(
        "GET " + REPOSITORY + "/compare/" + BEFORE + "..." + AFTER,
        "{\"total_commits\":3,\"files\":["
            + "{\"filename\":\"checkout/values-prod.yaml\",\"status\":\"modified\"},"
            + "{\"filename\":\"flags/prod.json\",\"status\":\"modified\"},"
            + "{\"filename\":\"src/Main.java\",\"status\":\"added\"}]}");
    content(VALUES + BEFORE, "timeout: 3s\nreplicas: 2\n");
    content(VALUES + AFTER, "timeout: 30s\nreplicas: 2\n");
    String flag =
        "{\"flags\":{\"totals\":{\"state\":\"%s\",\"variants\":{\"on\":true,\"off\":false},"
            + "\"defaultVariant\":\"on\"}}}";
    content("/contents/flags/prod.json?ref=" + BEFORE, String.format(flag, "DISABLED"));
    content("/contents/flags/prod.json?ref=" + AFTER, String.format(flag, "ENABLED"));
    answer(
        "GET " + REPOSITORY + "/commits/" + AFTER + "/pulls",
        "[{\"number\":412,\"merged_at\":\"2026-03-03T15:02:09Z\",\"user\":{\"login\":\"ben-okafor\"}}]");
    server = server();
  }

  private RunningServer server() throws Exception {
    List<String> settings = new ArrayList<>(List.of(Hooks.settings(data, "github")));
    settings.addAll(
        List.of(
            "github.acme.api", "http://127.0.0.1:" + github.getPort(),
            "github.acme.server", "https://github.com",
            "github.acme.appId", "4242",
            "github.acme.privateKey", "file:" + AppKeyFile.pkcs1(key, data),
            "github.acme.auditLogs", "acme",
            "github.acme.servicePaths", "services/{service}/**",
            "github.acme.configPaths", "{service}/values-{environment}.yaml",
            "github.acme.flagPaths", "flags/{environment}.json"));
    return RunningServer.start(data, settings.toArray(String[]::new));
  }

  @AfterEach
  void stop() {
    server.close();
    github.close();
  }

  private void answer(String what, String body) {
    answers.put(what, new MockResponse.Builder().body(body).build());
  }

  private void content(String path, String text) {
    answer(
        "GET " + REPOSITORY + path,
        "{\"size\":"
            + text.length()
            + ",\"encoding\":\"base64\",\"content\":\""
            + Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8))
            + "\"}");
  }

  private void compared(String commits, String files) {
    answer(
        "GET " + REPOSITORY + "/compare/" + BEFORE + "..." + AFTER,
        "{\"total_commits\":2,\"commits\":" + commits + ",\"files\":" + files + "}");
  }

  private static String files(int from, int to) {
    return IntStream.range(from, to)
        .mapToObj(i -> "{\"filename\":\"src/f" + i + "\",\"status\":\"added\"}")
        .collect(Collectors.joining(",", "[", "]"));
  }

  private void installedOn(JsonNode repository) {
    answer("GET /app/installations?per_page=100", "[{\"id\":77}]");
    answer(
        "GET /installation/repositories?per_page=100", "{\"repositories\":[" + repository + "]}");
  }

  private Answer push() throws Exception {
    Answer answer = Hooks.github(server, "push", Hooks.payload("github/push.main.json"));
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return answer;
  }

  /** A push that moves the branch, as it is delivered. */
  private Answer moved(String before, String after, Instant at) throws Exception {
    ObjectNode payload = (ObjectNode) Hooks.payload("github/push.main.json");
    payload.put("before", before).put("after", after);
    ((ObjectNode) payload.path("repository")).put("pushed_at", at.getEpochSecond());
    return Hooks.github(server, "push", payload);
  }

  private static String activity(String before, String after, Instant at) {
    return ("{\"before\":\"%s\",\"after\":\"%s\",\"timestamp\":\"%s\",\"ref\":\"refs/heads/main\","
            + "\"activity_type\":\"push\",\"actor\":{\"login\":\"mia-chen\"}}")
        .formatted(before, after, at);
  }

  private List<JsonNode> events(String... filter) throws Exception {
    return StreamSupport.stream(
            server.get("/v1/events", filter).json().path("events").spliterator(), false)
        .toList();
  }

  /** Counted a moment after what came of it can be seen. */
  private void awaitAsked(String count) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(server.get("/metrics").text())
                    .contains("changetrail_github_asked_total{github=\"acme\",result=" + count));
  }

  private void awaitEvents(int count) {
    await().atMost(PATIENCE).until(() -> events().size() == count);
  }

  @Test
  void C3_aPushTellsTheConfigurationAndTheFlagsThatItChangedAndWhoseItIs() throws Exception {
    push();
    awaitEvents(3);

    JsonNode config = events("kind", "config").get(0);
    assertThat(config.toString())
        .contains(
            "checkout/values-prod.yaml: ",
            "timeout",
            "3s",
            "30s",
            "\"deployment.environment.name\":\"prod\"",
            "\"service.name\":\"checkout\"");
    JsonNode flag = events("kind", "feature_flag").get(0);
    assertThat(flag.toString()).contains("flag totals in prod: off → on 100 %");
    JsonNode push = events("kind", "code").get(0);
    assertThat(push.toString()).contains("\"412\"", "ben-okafor", "\"vcs.commits\":3");

    push();
    assertThat(events()).hasSize(3);
    SignedJWT app =
        SignedJWT.parse(
            credentials
                .get(asked.indexOf("GET " + REPOSITORY + "/installation"))
                .substring("Bearer ".length()));
    assertThat(app.verify(new RSASSAVerifier((RSAPublicKey) key.getPublic()))).isTrue();
    assertThat(app.getJWTClaimsSet().getIssuer()).isEqualTo("4242");
    assertThat(credentials).contains("Bearer ghs_installed");
  }

  @Test
  void whileTheApiIsDownThereIsThePayloadAndLaterTheRestAlsoAfterARestart() throws Exception {
    String compare = "GET " + REPOSITORY + "/compare/" + BEFORE + "..." + AFTER;
    MockResponse good = answers.get(compare);
    answers.put(compare, new MockResponse.Builder().code(503).build());
    push();
    awaitAsked("\"waiting\"}");
    assertThat(events()).hasSize(1);
    server.close();
    answers.put(compare, good);
    server = server();
    awaitEvents(3);
    awaitAsked("\"added\"} 1");
  }

  @Test
  void whoeverIsToldToWaitWaits() throws Exception {
    String compare = "GET " + REPOSITORY + "/compare/" + BEFORE + "..." + AFTER;
    once.put(
        compare,
        new MockResponse.Builder()
            .code(403)
            .addHeader("X-RateLimit-Remaining", "0")
            .addHeader(
                "X-RateLimit-Reset", Long.toString(Instant.now().plusSeconds(4).getEpochSecond()))
            .build());
    push();
    awaitEvents(3);
    assertThat(asked.stream().filter(compare::equals)).hasSize(2);
  }

  @Test
  void whatIsNotThereIsNotAskedForForEver() throws Exception {
    answers.remove("GET " + REPOSITORY + "/compare/" + BEFORE + "..." + AFTER);
    answer(
        "GET " + REPOSITORY + "/pulls/412/files?per_page=100", "[{\"filename\":\"src/A.java\"}]");
    push();
    Hooks.github(server, "pull_request", Hooks.payload("github/pull_request.closed.merged.json"));
    await()
        .atMost(PATIENCE)
        .until(() -> asked.contains("GET " + REPOSITORY + "/pulls/412/files?per_page=100"));
    assertThat(events()).hasSize(2);
  }

  @Test
  void C3_whatGithubCouldNotDeliverIsAskedForAgain() throws Exception {
    server.close();
    String now = Instant.now().toString();
    String attempt =
        "{\"id\":%d,\"guid\":\"%s\",\"delivered_at\":\"" + now + "\",\"status_code\":%d}";
    answer(
        "GET /app/hook/deliveries?per_page=100",
        "["
            + String.join(
                ",",
                String.format(attempt, 1, "came", 200),
                String.format(attempt, 2, "failed", 502),
                String.format(attempt, 3, "came-at-last", 200),
                String.format(attempt, 4, "came-at-last", 0))
            + "]");
    answer("POST /app/hook/deliveries/2/attempts", "{}");
    server = server();

    await().atMost(PATIENCE).until(() -> asked.contains("POST /app/hook/deliveries/2/attempts"));
    assertThat(asked.stream().filter(what -> what.endsWith("/attempts"))).hasSize(1);
  }

  @Test
  void C3_historyIsReadOnceAndIsTheSameAsWhatCameLive() throws Exception {
    JsonNode created = Hooks.payload("github/deployment.created.json");
    JsonNode ended = Hooks.payload("github/deployment_status.success.json");
    JsonNode run = Hooks.payload("github/workflow_run.completed.json");
    answer("GET /app/installations?per_page=100", "[{\"id\":77}]");
    answer(
        "GET /installation/repositories?per_page=100",
        "{\"repositories\":[" + created.path("repository") + "]}");
    answer(
        "GET " + REPOSITORY + "/deployments?per_page=100", "[" + created.path("deployment") + "]");
    answer(
        "GET "
            + REPOSITORY
            + "/deployments/"
            + created.at("/deployment/id").asText()
            + "/statuses?per_page=100",
        "[" + ended.path("deployment_status") + "]");
    answer(
        "GET " + REPOSITORY + "/actions/runs?per_page=100&created=%3E%3D2026-02-01T00:00:00Z",
        "{\"workflow_runs\":["
            + ((ObjectNode) run.path("workflow_run")).put("status", "completed")
            + "]}");
    JsonNode merged = Hooks.payload("github/pull_request.closed.merged.json");
    answer(
        "GET " + REPOSITORY + "/pulls?state=closed&sort=updated&direction=desc&per_page=100",
        "["
            + ((ObjectNode) merged.path("pull_request")).put("updated_at", "2026-03-03T15:02:09Z")
            + "]");
    answer("GET " + REPOSITORY + "/releases?per_page=100", "[]");
    answer("GET " + ACTIVITY, "[]");
    Hooks.github(server, "deployment", created);

    String path = "/v1/github/backfill?since=2026-02-01T00:00:00Z";
    Answer first = server.post(path, "application/json", "");
    assertThat(first.status()).as(first.text()).isEqualTo(200);
    assertThat(first.json().path("failed")).as(first.text()).isEmpty();
    assertThat(first.json().path("stored").asInt()).as("but the one that came live").isEqualTo(3);
    assertThat(server.post(path, "application/json", "").json().path("stored").asInt()).isZero();
    assertThat(server.get("/v1/events").text()).contains("\"backfilled\":true");

    Answer late = Hooks.github(server, "deployment_status", ended);
    assertThat(late.json().path("duplicate").asInt()).as(late.text()).isEqualTo(1);
    assertThat(late.json().path("conflicting").asInt()).isZero();
  }

  @Test
  void aPullRequestOfThreeThousandFilesStaysWithinLimitsAndSaysWhatWasCut() throws Exception {
    String path = REPOSITORY + "/pulls/412/files?per_page=100";
    for (int page = 0; page < 30; page++) {
      StringBuilder files = new StringBuilder("[");
      for (int file = 0; file < 100; file++) {
        files.append(file == 0 ? "" : ",");
        files.append("{\"filename\":\"src/p").append(page).append("/f").append(file).append("\"}");
      }
      String next = "http://127.0.0.1:" + github.getPort() + path + "&page=" + (page + 2);
      MockResponse.Builder answer = new MockResponse.Builder().body(files.append("]").toString());
      answers.put(
          "GET " + path + (page == 0 ? "" : "&page=" + (page + 1)),
          (page < 29 ? answer.addHeader("Link", "<" + next + ">; rel=\"next\"") : answer).build());
    }
    Hooks.github(server, "pull_request", Hooks.payload("github/pull_request.closed.merged.json"));
    await().atMost(PATIENCE).until(() -> events().toString().contains("vcs.changed.paths"));

    JsonNode facts = events().get(0).at("/data/customData/changetrail");
    assertThat(facts.findValue("vcs.changed.paths")).hasSize(200);
    assertThat(facts.findValue("vcs.changed.paths.omitted").asInt()).isEqualTo(2800);
  }

  @Test
  void C3_aGithubEnterpriseServerIsAskedUnderItsOwnAddress() throws Exception {
    String ghes = "https://github.acme.example";
    ObjectNode merge = (ObjectNode) Hooks.payload("github/pull_request.closed.merged.json");
    ((ObjectNode) merge.path("repository")).put("html_url", ghes + "/acme/checkout");
    answer(
        "GET /api/v3" + REPOSITORY + "/pulls/412/files?per_page=100",
        "[{\"filename\":\"src/A.java\"}]");
    Path other = Files.createDirectories(data.resolve("ghes"));
    Path token = Files.writeString(data.resolve("token"), "ghp_of-the-enterprise-server");
    List<String> settings = new ArrayList<>(List.of(Hooks.settings(other, "github")));
    settings.addAll(
        List.of(
            "webhooks.github-acme.sources", ghes + "/*",
            "github.ghes.api", "http://127.0.0.1:" + github.getPort() + "/api/v3",
            "github.ghes.server", ghes,
            "github.ghes.token", "file:" + token));
    try (RunningServer enterprise = RunningServer.start(other, settings.toArray(String[]::new))) {
      Answer taken = Hooks.github(enterprise, "pull_request", merge);
      assertThat(taken.status()).as(taken.text()).isEqualTo(200);
      await()
          .atMost(PATIENCE)
          .until(() -> enterprise.get("/v1/events").text().contains("src/A.java"));
      assertThat(credentials).contains("Bearer ghp_of-the-enterprise-server");
    }
  }

  @Test
  void aPullRequestThatTouchesManyServicesIsOneEventWithManyTargets() throws Exception {
    answer(
        "GET " + REPOSITORY + "/pulls/412/files?per_page=100",
        "[{\"filename\":\"services/cart/Main.java\"},{\"filename\":\"services/cart/pom.xml\"},"
            + "{\"filename\":\"services/pay/a/b.txt\"},{\"filename\":\"README.md\"}]");
    Hooks.github(server, "pull_request", Hooks.payload("github/pull_request.closed.merged.json"));
    await().atMost(PATIENCE).until(() -> events("service", "cart", "kind", "code").size() == 1);

    assertThat(events()).hasSize(1);
    JsonNode merge = events("service", "pay").get(0);
    assertThat(merge.at("/data/customData/changetrail/targets").findValuesAsText("service.name"))
        .containsExactly("acme/checkout", "cart", "pay");
  }

  @Test
  void aServicePathThatNamesNoServiceIsRefused() throws Exception {
    String setting = "file:" + AppKeyFile.pkcs1(key, data);
    assertThatThrownBy(
            () ->
                RunningServer.start(
                    data.resolve("other"),
                    "github.acme.appId",
                    "1",
                    "github.acme.privateKey",
                    setting,
                    "github.acme.servicePaths",
                    "src/**"))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("github.acme.servicePaths")
        .hasMessageContaining("{service}");
  }

  @Test
  void thePageOfAnotherHostIsNotAskedFor() throws Exception {
    String path = REPOSITORY + "/pulls/412/files?per_page=100";
    try (MockWebServer elsewhere = new MockWebServer()) {
      elsewhere.start();
      String next = "http://127.0.0.1:" + elsewhere.getPort() + path;
      answers.put(
          "GET " + path,
          new MockResponse.Builder()
              .body("[]")
              .addHeader("Link", "<" + next + ">; rel=\"next\"")
              .build());
      Hooks.github(server, "pull_request", Hooks.payload("github/pull_request.closed.merged.json"));
      await()
          .atMost(PATIENCE)
          .until(() -> server.get("/metrics").text().contains("result=\"nothing\"} 1"));
      assertThat(elsewhere.getRequestCount()).isZero();
    }
  }

  @Test
  void C3_whatNoDeliveryToldIsFoundOnceItIsSettled() throws Exception {
    server.close();
    ObjectNode payload = (ObjectNode) Hooks.payload("github/deployment.created.json");
    ObjectNode old = (ObjectNode) payload.path("deployment");
    old.put("id", 1).put("created_at", Instant.now().minusSeconds(3600).toString());
    ObjectNode young = old.deepCopy().put("id", 2);
    young.put("created_at", Instant.now().minusSeconds(60).toString());
    answer("GET /app/installations?per_page=100", "[{\"id\":77}]");
    answer(
        "GET /installation/repositories?per_page=100",
        "{\"repositories\":[" + payload.path("repository") + "]}");
    answer("GET " + REPOSITORY + "/deployments?per_page=100", "[" + young + "," + old + "]");
    for (int id = 1; id <= 2; id++) {
      answer("GET " + REPOSITORY + "/deployments/" + id + "/statuses?per_page=100", "[]");
    }
    String pulls = "/pulls?state=closed&sort=updated&direction=desc&per_page=100";
    answer("GET " + REPOSITORY + pulls, "[]");
    answer("GET " + REPOSITORY + "/releases?per_page=100", "[]");
    runs = "{\"workflow_runs\":[]}";
    server = server();

    awaitEvents(1);
    assertThat(events().get(0).path("id").asText()).isEqualTo("deployment-1-created");
    assertThat(events().get(0).toString()).contains("\"backfilled\":true");
    await()
        .atMost(PATIENCE)
        .until(() -> Files.exists(data.resolve("github").resolve("acme.reconciled")));
  }

  @Test
  void C3_whatBeganLongAgoIsFoundWhenItHasEndedAndItsEndWasNotDelivered() throws Exception {
    server.close();
    Instant began = Instant.now().minus(Duration.ofHours(5));
    String ended = Instant.now().minus(Duration.ofMinutes(15)).toString();
    Files.createDirectories(data.resolve("github"));
    Files.writeString(
        data.resolve("github").resolve("acme.reconciled"),
        Long.toString(Instant.now().minus(Duration.ofMinutes(20)).toEpochMilli()));
    ObjectNode payload = (ObjectNode) Hooks.payload("github/deployment_status.success.json");
    ObjectNode deployment = (ObjectNode) payload.path("deployment");
    deployment.put("created_at", began.toString());
    ObjectNode status = (ObjectNode) payload.path("deployment_status");
    status.put("created_at", ended);
    ObjectNode run =
        (ObjectNode) Hooks.payload("github/workflow_run.completed.json").path("workflow_run");
    run.put("status", "completed").put("created_at", began.toString()).put("updated_at", ended);
    runs = "{\"workflow_runs\":[" + run + "]}";
    installedOn(payload.path("repository"));
    answer("GET " + REPOSITORY + "/deployments?per_page=100", "[" + deployment + "]");
    String statuses =
        REPOSITORY + "/deployments/" + deployment.path("id").asText() + "/statuses?per_page=100";
    answer("GET " + statuses, "[" + status + "]");
    server = server();

    awaitEvents(3);
    assertThat(events().toString())
        .contains("deployment_status-" + status.path("id").asText() + "-success")
        .contains("workflow_run-" + run.path("id").asText());
    server.close();
    asked.clear();
    Files.writeString(
        data.resolve("github").resolve("acme.reconciled"),
        Long.toString(Instant.now().toEpochMilli()));
    server = server();
    await()
        .atMost(PATIENCE)
        .until(() -> asked.contains("GET " + REPOSITORY + "/deployments?per_page=100"));
    await()
        .atMost(PATIENCE)
        .until(() -> asked.contains("GET " + REPOSITORY + "/releases?per_page=100"));
    assertThat(asked).as("the end is known").doesNotContain("GET " + statuses);
    assertThat(events()).hasSize(3);
  }

  @Test
  void C3_aPushThatNobodyDeliveredIsFoundWithTheConfigurationThatItChanged() throws Exception {
    server.close();
    JsonNode repository = Hooks.payload("github/push.main.json").path("repository");
    installedOn(repository);
    String pushed = Instant.now().minus(Duration.ofMinutes(30)).toString();
    answer(
        "GET " + ACTIVITY,
        "[{\"id\":2,\"before\":\""
            + AFTER
            + "\",\"after\":\""
            + "0".repeat(40)
            + "\",\"ref\":\"refs/heads/main\",\"timestamp\":\""
            + pushed
            + "\",\"activity_type\":\"branch_deletion\",\"actor\":{\"login\":\"mia-chen\"}},"
            + "{\"id\":1,\"before\":\""
            + BEFORE
            + "\",\"after\":\""
            + AFTER
            + "\",\"ref\":\"refs/heads/main\",\"timestamp\":\""
            + pushed
            + "\",\"activity_type\":\"pr_merge\",\"actor\":{\"login\":\"mia-chen\"}}]");
    compared(
        "[{\"sha\":\"c0ffee0000000000000000000000000000000001\"},{\"sha\":\""
            + AFTER
            + "\",\"commit\":{\"message\":\"Retry payments\\n\\nmore\","
            + "\"author\":{\"name\":\"Ben Okafor\"}}}]",
        "[{\"filename\":\"checkout/values-prod.yaml\",\"status\":\"modified\"}]");
    server = server();

    awaitEvents(2);
    JsonNode push = events("kind", "code").get(0);
    assertThat(push.path("id").asText()).isEqualTo("push-main-" + BEFORE + "-" + AFTER);
    assertThat(push.toString())
        .contains("mia-chen", "Retry payments", "Ben Okafor", "\"412\"", "\"backfilled\":true")
        .contains("checkout/values-prod.yaml", "c0ffee0000000000000000000000000000000001");
    JsonNode config = events("kind", "config").get(0);
    assertThat(config.toString()).contains("3s", "30s", "\"backfilled\":true");
    assertThat(events("revision", "c0ffee0000000000000000000000000000000001")).hasSize(1);

    Answer late = moved(BEFORE, AFTER, Instant.parse(pushed).plusSeconds(2));
    assertThat(late.json().path("duplicate").asInt()).as(late.text()).isEqualTo(1);
    assertThat(events()).hasSize(2);
  }

  @Test
  void C3_aBranchThatIsMovedForthAgainAfterItWasSetBackIsToldThrice() throws Exception {
    Instant first = Instant.parse("2026-03-03T15:00:00Z");
    assertThat(moved(BEFORE, AFTER, first).json().path("accepted").asInt()).isEqualTo(1);
    assertThat(moved(AFTER, BEFORE, first.plusSeconds(120)).json().path("accepted").asInt())
        .isEqualTo(1);
    Answer again = moved(BEFORE, AFTER, first.plusSeconds(240));
    assertThat(again.json().path("accepted").asInt()).as(again.text()).isEqualTo(1);

    for (int seconds : List.of(0, 240)) {
      Answer redelivered = moved(BEFORE, AFTER, first.plusSeconds(seconds));
      assertThat(redelivered.json().path("duplicate").asInt()).as(redelivered.text()).isEqualTo(1);
    }
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> assertThat(events("kind", "config")).as("each changed a file").hasSize(2));
    assertThat(events("kind", "code")).hasSize(3);
  }

  @Test
  void C3_ofABranchThatWasMovedForthTwiceHistoryAddsWhatIsNotKnown() throws Exception {
    Instant first = Instant.parse("2026-03-03T15:00:00Z");
    installedOn(Hooks.payload("github/push.main.json").path("repository"));
    answer(
        "GET " + ACTIVITY,
        "["
            + String.join(
                ",",
                activity(BEFORE, AFTER, first.plusSeconds(482)),
                activity(AFTER, BEFORE, first.plusSeconds(361)),
                activity(BEFORE, AFTER, first.plusSeconds(241)),
                activity(AFTER, BEFORE, first.plusSeconds(121)),
                activity(BEFORE, AFTER, first.plusSeconds(1)))
            + "]");
    moved(BEFORE, AFTER, first);
    moved(BEFORE, AFTER, first.plusSeconds(240));

    String path = "/v1/github/backfill?since=2026-02-01T00:00:00Z";
    Answer read = server.post(path, "application/json", "");
    assertThat(read.json().path("stored").asInt()).as(read.text()).isEqualTo(3);
    assertThat(server.post(path, "application/json", "").json().path("stored").asInt()).isZero();
    assertThat(moved(BEFORE, AFTER, first.plusSeconds(480)).json().path("duplicate").asInt())
        .as("what history told is not told again")
        .isEqualTo(1);
    assertThat(events("kind", "code")).hasSize(5);
  }

  @Test
  void C3_ofARunThatWasRepeatedTheEarlierAttemptsAreReadFromHistoryOnce() throws Exception {
    JsonNode payload = Hooks.payload("github/workflow_run.completed.json");
    installedOn(payload.path("repository"));
    ObjectNode run = (ObjectNode) payload.path("workflow_run");
    run.put("status", "completed").put("run_attempt", 4);
    String attempts =
        "GET " + REPOSITORY + "/actions/runs/" + run.path("id").asText() + "/attempts/";
    runs = "{\"workflow_runs\":[" + run + "]}";
    run.put("conclusion", "failure").put("updated_at", "2026-03-02T10:00:00Z");
    answer(attempts + 2, run.put("run_attempt", 2).toString());
    Hooks.github(
        server,
        "workflow_run",
        ((ObjectNode) payload).set("workflow_run", run.deepCopy().put("run_attempt", 3)));

    String path = "/v1/github/backfill?since=2026-02-01T00:00:00Z";
    Answer read = server.post(path, "application/json", "");
    assertThat(read.json().path("stored").asInt()).as(read.text()).isEqualTo(2);
    assertThat(events("kind", "build").toString())
        .contains("workflow_run-" + run.path("id").asText() + "-2-completed")
        .contains("workflow_run-" + run.path("id").asText() + "-4-completed");
    assertThat(asked)
        .as("the third was delivered, and the first is gone")
        .doesNotContain(attempts + 3)
        .contains(attempts + 2, attempts + 1);
    asked.clear();
    assertThat(server.post(path, "application/json", "").json().path("stored").asInt()).isZero();
    assertThat(asked).doesNotContain(attempts + 2);
  }

  @Test
  void whatOneOwnerOrOneRightKeepsBackDoesNotHideTheRest() throws Exception {
    JsonNode ended = Hooks.payload("github/deployment_status.success.json");
    answer(
        "GET /app/installations?per_page=100",
        "[{\"id\":65,\"suspended_at\":\"2026-01-01T00:00:00Z\"},{\"id\":66},{\"id\":77}]");
    answers.put(
        "POST /app/installations/66/access_tokens", new MockResponse.Builder().code(403).build());
    answer(
        "GET /installation/repositories?per_page=100",
        "{\"repositories\":[" + ended.path("repository") + "]}");
    answer("GET " + REPOSITORY + "/deployments?per_page=100", "[" + ended.path("deployment") + "]");
    String statuses =
        "/deployments/" + ended.at("/deployment/id").asText() + "/statuses?per_page=100";
    answer("GET " + REPOSITORY + statuses, "[" + ended.path("deployment_status") + "]");
    answer("GET " + REPOSITORY + "/releases?per_page=100", "[]");
    answer("GET " + ACTIVITY, "[]");
    runs = "{\"workflow_runs\":[]}";
    String pulls = "/pulls?state=closed&sort=updated&direction=desc&per_page=100";
    answers.put("GET " + REPOSITORY + pulls, new MockResponse.Builder().code(403).build());

    Answer answer =
        server.post("/v1/github/backfill?since=2026-02-01T00:00:00Z", "application/json", "");

    assertThat(answer.json().path("stored").asInt()).as(answer.text()).isEqualTo(2);
    assertThat(answer.json().path("failed")).hasSize(1);
    assertThat(answer.json().at("/failed/0/detail").asText()).contains("/pulls", "403");
  }

  @Test
  void anAnswerThatCannotBeReadHoldsUpNothingThatComesAfterIt() throws Exception {
    answer(
        "GET " + REPOSITORY + VALUES + AFTER,
        "{\"size\":1,\"encoding\":\"base64\",\"content\":\"A\"}");
    answer(
        "GET " + REPOSITORY + "/pulls/412/files?per_page=100", "[{\"filename\":\"src/A.java\"}]");
    push();
    Hooks.github(server, "pull_request", Hooks.payload("github/pull_request.closed.merged.json"));

    await().atMost(PATIENCE).until(() -> events().toString().contains("src/A.java"));
    assertThat(server.get("/metrics").text())
        .contains("changetrail_github_asked_total{github=\"acme\",result=\"nothing\"} 1");
  }

  @Test
  void aPageThatIsNoJsonIsAskedForAgain() throws Exception {
    String compare = "GET " + REPOSITORY + "/compare/" + BEFORE + "..." + AFTER;
    once.put(
        compare, new MockResponse.Builder().body("<html>We are having problems</html>").build());
    push();
    awaitEvents(3);
  }

  @Test
  void whoeverAskedTooMuchLeavesGithubAloneInEverything() throws Exception {
    String compare = "GET " + REPOSITORY + "/compare/" + BEFORE + "..." + AFTER;
    answers.put(
        compare,
        new MockResponse.Builder()
            .code(403)
            .body("{\"message\":\"You have exceeded a secondary rate limit.\"}")
            .build());
    push();
    await()
        .atMost(PATIENCE)
        .until(() -> server.get("/metrics").text().contains("result=\"waiting\"} 1"));
    int questions = asked.size();

    Answer answer =
        server.post(
            "/v1/github/backfill?since=2026-02-01T00:00:00Z&repository=acme/checkout",
            "application/json",
            "");

    assertThat(answer.json().at("/failed/0/detail").asText()).contains("wants to be left alone");
    assertThat(asked).hasSize(questions);
  }

  @Test
  void aPushOfThousandsOfFilesIsReadBeyondWhatGithubCompares() throws Exception {
    compared("[]", files(0, 300));
    answer(
        "GET " + REPOSITORY + "/commits/" + AFTER + "?per_page=1",
        "{\"parents\":[{\"sha\":\"" + BEFORE + "\"}]}");
    String commit = REPOSITORY + "/commits/" + AFTER + "?per_page=100";
    String next = "http://127.0.0.1:" + github.getPort() + commit + "&page=2";
    answers.put(
        "GET " + commit,
        new MockResponse.Builder()
            .body("{\"files\":" + files(0, 100) + "}")
            .addHeader("Link", "<" + next + ">; rel=\"next\"")
            .build());
    answer(
        "GET " + commit + "&page=2",
        "{\"files\":[{\"filename\":\"checkout/values-prod.yaml\",\"status\":\"modified\"}]}");
    push();

    awaitEvents(2);
    assertThat(events("kind", "config").get(0).toString()).contains("3s", "30s");
    assertThat(events("kind", "code").get(0).toString()).doesNotContain("vcs.changed.compared");
  }

  @Test
  void whereGithubComparesNoMoreThePushSaysSoAndItsOwnListIsReadToo() throws Exception {
    compared("[]", files(0, 300));
    answer(
        "GET " + REPOSITORY + "/commits/" + AFTER + "?per_page=1",
        "{\"parents\":[{\"sha\":\"c0ffee0000000000000000000000000000000001\"}]}");
    ObjectNode payload = (ObjectNode) Hooks.payload("github/push.main.json");
    ((ArrayNode) payload.at("/commits/0/modified")).add("checkout/values-prod.yaml");
    ((ArrayNode) payload.at("/commits/0/modified")).add("gone/values-prod.yaml");
    Hooks.github(server, "push", payload);

    awaitEvents(2);
    assertThat(events("kind", "config").get(0).toString())
        .contains("checkout/values-prod.yaml", "3s", "30s");
    assertThat(events("kind", "code").get(0).toString()).contains("\"vcs.changed.compared\":300");
  }

  @Test
  void secretsThatWereExchangedAreReadFromTheAuditLogOnce() throws Exception {
    server.close();
    ObjectNode entry =
        ((ObjectNode) Hooks.payload("github/audit_log.environment_secret.json"))
            .put("@timestamp", Instant.now().minusSeconds(60).toEpochMilli());
    ObjectNode old = entry.deepCopy().put("@timestamp", 1_700_000_000_000L);
    answer("GET /orgs/acme/installation", "{\"id\":77}");
    answer(
        "GET /orgs/acme/audit-log?include=web&order=desc&per_page=100",
        "[" + entry + "," + old.put("_document_id", "old") + "]");
    server = server();

    awaitEvents(1);
    assertThat(events().get(0).toString())
        .contains("secret_rotation", "PAYMENT_API_KEY", "production", "audit_log");
    server.close();
    server = server();
    await()
        .atMost(PATIENCE)
        .until(() -> asked.stream().filter(what -> what.contains("/audit-log?")).count() >= 2);
    assertThat(events()).hasSize(1);
  }

  @Test
  void aRepositoryThatCannotBeReadIsNamedAndTheOthersAreRead() throws Exception {
    Answer answer =
        server.post(
            "/v1/github/backfill?since=2026-02-01T00:00:00Z&repository=acme/gone",
            "application/json",
            "");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().at("/failed/0/repository").asText()).isEqualTo("acme/gone");
    assertThat(answer.json().at("/failed/0/detail").asText()).contains("404");
    assertThat(server.post("/v1/github/backfill?since=soon", "application/json", "").status())
        .isEqualTo(400);
  }

  @Test
  void aKeyThatIsNoneIsRefusedWithoutBeingRepeated() throws Exception {
    Path none = Files.writeString(data.resolve("none.pem"), "this-is-no-key-at-all");
    assertThatThrownBy(
            () ->
                RunningServer.start(
                    data.resolve("other"),
                    "github.acme.appId",
                    "1",
                    "github.acme.privateKey",
                    "file:" + none))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("github.acme.privateKey")
        .hasMessageNotContaining("this-is-no-key");
  }
}
