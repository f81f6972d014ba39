// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real Prometheus and a real Alertmanager. They are looked for where {@code CHANGETRAIL_TOOLS}
 * says and in {@code /usr/bin}; if they are absent, the tests say so, and fail where {@code
 * REQUIRE_REAL_PARTS} is set.
 */
class RealPrometheusTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String TOKEN = "the-token-of-the-alertmanager";

  @TempDir private Path directory;
  private final List<Process> processes = new ArrayList<>();
  private final Instant now = Instant.now().truncatedTo(ChronoUnit.MINUTES);

  /** When the bad version went live. */
  private final Instant live = now.minus(Duration.ofMinutes(40));

  private Path prometheus = Path.of("/");
  private Path promtool = Path.of("/");
  private Path alertmanager = Path.of("/");

  @BeforeEach
  void find() {
    prometheus = tool("prometheus");
    promtool = tool("promtool");
    alertmanager = tool("prometheus-alertmanager");
  }

  @AfterEach
  void stop() throws InterruptedException {
    for (Process process : processes) {
      process.destroy();
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    }
  }

  private static Path tool(String name) {
    String tools = System.getenv("CHANGETRAIL_TOOLS");
    for (String place : tools == null ? List.of("/usr/bin") : List.of(tools, "/usr/bin")) {
      Path found = Path.of(place, name);
      if (Files.isExecutable(found)) {
        return found;
      }
    }
    String absent =
        "ABSENT: "
            + name
            + ", so nothing was tested against a real Prometheus; .ci/run installs it (Debian:"
            + " prometheus, prometheus-alertmanager)";
    assertThat(System.getenv("REQUIRE_REAL_PARTS")).as(absent).isNull();
    System.err.println(absent);
    Assumptions.abort(absent);
    throw new AssertionError(absent);
  }

  private void run(List<String> command) throws Exception {
    Process process = begin(command);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(log(command)).isZero();
  }

  private Process begin(List<String> command) throws IOException {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(logFile(command).toFile())
        .directory(directory.toFile())
        .start();
  }

  private Path logFile(List<String> command) {
    return directory.resolve(Path.of(command.get(0)).getFileName() + ".log");
  }

  private String log(List<String> command) throws IOException {
    return Files.readString(logFile(command));
  }

  private void serve(int port, List<String> command) throws IOException {
    processes.add(begin(command));
    await()
        .atMost(PATIENCE)
        .ignoreExceptions()
        .untilAsserted(() -> assertThat(ready(port)).as(log(command)).isEqualTo(200));
  }

  private static int ready(int port) throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection)
            URI.create("http://127.0.0.1:" + port + "/-/ready").toURL().openConnection();
    connection.setConnectTimeout(1_000);
    connection.setReadTimeout(1_000);
    return connection.getResponseCode();
  }

  /** A Prometheus with three hours of errors of checkout, which rise when the version is live. */
  private int prometheus(String config) throws Exception {
    StringBuilder history = new StringBuilder("# TYPE errors_ratio gauge\n");
    for (Instant at = now.minus(Duration.ofHours(3)); at.isBefore(now); at = at.plusSeconds(60)) {
      double value = at.isAfter(live) ? 0.2 : 0.01 * (1 + 0.1 * (at.getEpochSecond() / 60 % 3));
      history.append(
          "errors_ratio{app=\"checkout\",environment=\"prod\",pod=\"checkout-1\"} "
              + value
              + " "
              + at.getEpochSecond()
              + "\n");
    }
    Path openMetrics = Files.writeString(directory.resolve("history"), history + "# EOF\n");
    Path blocks = directory.resolve("blocks");
    run(
        List.of(
            promtool.toString(),
            "tsdb",
            "create-blocks-from",
            "openmetrics",
            openMetrics.toString(),
            blocks.toString()));
    int port = Ports.free();
    Path file = Files.writeString(directory.resolve("prometheus.yml"), config);
    serve(
        port,
        List.of(
            prometheus.toString(),
            "--config.file=" + file,
            "--storage.tsdb.path=" + blocks,
            // Its first try comes before it knows the Alertmanager; the next one a minute later.
            "--rules.alert.resend-delay=1s",
            "--web.listen-address=127.0.0.1:" + port));
    return port;
  }

  private void deployed(RunningServer server) throws Exception {
    server.store(
        Events.deployment("before", live.minus(Duration.ofMinutes(25)), "checkout", "prod").build(),
        Events.deployment("culprit", live, "checkout", "prod").build());
  }

  @Test
  void R3_aRealPrometheusGivesTheSeriesThatNameTheCulprit() throws Exception {
    int port = prometheus("global: {scrape_interval: 15s}\n");
    try (RunningServer server =
        RunningServer.start(
            directory.resolve("data"),
            "prometheus.main.url",
            "http://127.0.0.1:" + port,
            "prometheus.main.timeout",
            "PT60S")) {
      deployed(server);

      JsonNode answer =
          server
              .post(
                  "/v1/correlate",
                  "application/json",
                  "{\"service\":\"checkout\",\"environment\":\"prod\",\"alertedAt\":\""
                      + live.plus(Duration.ofMinutes(8))
                      + "\",\"queries\":[{\"expression\":\"errors_ratio\",\"signal\":\"error_rate\"},"
                      + "{\"expression\":\"sum(\"}]}")
              .json();

      assertThat(answer.at("/searched/series").asInt()).isEqualTo(1);
      assertThat(answer.at("/suspects/0/change/start").asText()).isEqualTo(live.toString());
      assertThat(answer.at("/suspects/0/factors").toString())
          .contains("error_rate of checkout-1")
          .contains("→ 0.2");
      assertThat(answer.path("notes")).singleElement().asString().contains("HTTP 400", "parse");
    }
  }

  @Test
  void I1_aRealAlertOfARealAlertmanagerBecomesAnIncidentWithItsAnswer() throws Exception {
    int alerts = Ports.free();
    Path token = Files.writeString(directory.resolve("token"), TOKEN);
    Path rules =
        Files.writeString(
            directory.resolve("rules.yml"),
            """
            groups:
            - name: errors
              interval: 1s
              rules:
              - alert: HighErrorRate
                expr: max by (app, environment) (errors_ratio) > 0.05
                for: 3s
                labels: {severity: page}
                annotations: {summary: 'many errors in {{ $labels.app }}'}
            """);
    int port =
        prometheus(
            "global: {scrape_interval: 15s, evaluation_interval: 1s}\nrule_files: ['"
                + rules
                + "']\nalerting: {alertmanagers: [{static_configs: [{targets: ['127.0.0.1:"
                + alerts
                + "']}]}]}\n");
    try (RunningServer server =
        RunningServer.start(
            directory.resolve("data"),
            "prometheus.main.url",
            "http://127.0.0.1:" + port,
            "prometheus.main.timeout",
            "PT60S",
            "webhooks.pager.provider",
            "alertmanager",
            "webhooks.pager.secret",
            "file:" + token)) {
      deployed(server);
      Path config =
          Files.writeString(
              directory.resolve("alertmanager.yml"),
              "route: {receiver: changetrail, group_by: [alertname], group_wait: 1s,"
                  + " group_interval: 2s, repeat_interval: 3s}\nreceivers:\n- name: changetrail\n"
                  + "  webhook_configs:\n  - url: "
                  + server.address()
                  + "/v1/webhooks/alertmanager\n    http_config:\n"
                  + "      authorization: {credentials_file: '"
                  + token
                  + "'}\n");
      serve(
          alerts,
          List.of(
              alertmanager.toString(),
              "--config.file=" + config,
              "--storage.path=" + directory.resolve("alerts"),
              "--cluster.listen-address=",
              "--web.listen-address=127.0.0.1:" + alerts));

      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(server.get("/v1/events", "action", "correlate").json().path("events"))
                      .isNotEmpty());
      JsonNode incident = server.get("/v1/correlations").json().at("/correlations/0");
      JsonNode correlation = server.get("/v1/correlations/" + incident.path("id").asText()).json();
      assertThat(correlation.path("summary").asText()).isEqualTo("many errors in checkout");
      assertThat(correlation.path("services").toString()).isEqualTo("[\"checkout\"]");
      assertThat(correlation.at("/answer/searched/series").asInt()).isEqualTo(1);
      assertThat(correlation.at("/answer/notes")).isEmpty();
      assertThat(correlation.at("/answer/onset/basis").asText())
          .as("which Prometheus tells of its rule")
          .contains("after its condition had held for 3 s");
      assertThat(correlation.at("/answer/suspects/0/change/start").asText())
          .isEqualTo(live.toString());
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(
                          server
                              .get("/metrics")
                              .text()
                              .lines()
                              .filter(line -> line.contains("provider=\"alertmanager\"")))
                      .anyMatch(line -> line.contains("repeated")));
      assertThat(server.get("/v1/correlations").json().path("correlations")).hasSize(1);
      assertThat(server.get("/v1/events", "kind", "incident").json().path("events")).hasSize(1);
    }
  }
}
