// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Origin;
import io.changetrail.model.codec.CloudEventsCodec;
import java.io.BufferedReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server as its operator meets it. */
class OperationTest {
  @TempDir private Path data;
  @TempDir private Path logs;

  @Test
  void O1_oneCommandGivesAWorkingServerWhoseAcknowledgedEventsOutliveATermination()
      throws Exception {
    Path said = logs.resolve("stderr");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "io.changetrail.cli.Changetrail",
                "serve",
                "--data",
                data.toString(),
                "--port",
                "0")
            .redirectError(said.toFile())
            .start();
    try (BufferedReader out = process.inputReader()) {
      String address = out.readLine().replace("listening on ", "");
      HttpResponse<String> answer =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(URI.create(address + "/v1/events"))
                      .header("Content-Type", CloudEventsCodec.MEDIA_TYPE)
                      .POST(
                          HttpRequest.BodyPublishers.ofByteArray(
                              new CloudEventsCodec()
                                  .encode(
                                      Events.deployment("a", Instant.now(), "checkout", "prod")
                                          .build())))
                      .build(),
                  HttpResponse.BodyHandlers.ofString());
      assertThat(answer.body()).contains("\"accepted\":1");
      process.destroy();
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("it stops when told to").isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(said).content().as("no noise of a library").doesNotContain("org.eclipse.jetty");
    try (RunningServer server = RunningServer.start(data)) {
      assertThat(server.get("/v1/events").json().at("/events/0/id").asText()).isEqualTo("a");
    }
  }

  @Test
  void T7_aSendersClockIsComparedByItsDateAndBothTimesAreShown() throws Exception {
    Instant ahead = Instant.now().plus(Duration.ofMinutes(10));
    try (RunningServer server = RunningServer.start(data)) {
      server.send(
          server
              .request("/v1/events")
              .header("Content-Type", CloudEventsCodec.MEDIA_TYPE)
              .header(
                  "Date",
                  DateTimeFormatter.RFC_1123_DATE_TIME.format(ahead.atOffset(ZoneOffset.UTC)))
              .POST(
                  HttpRequest.BodyPublishers.ofByteArray(
                      new CloudEventsCodec()
                          .encode(Events.deployment("a", ahead, "checkout", "prod").build())))
              .build());

      JsonNode source = server.get("/v1/sources").json().at("/sources/0");
      assertThat(Duration.parse(source.path("clockOffset").asText()))
          .isBetween(Duration.ofMinutes(9), Duration.ofMinutes(11));
      JsonNode event = server.get("/v1/events").json().at("/events/0");
      assertThat(Instant.parse(event.path("time").asText())).isEqualTo(ahead);
      assertThat(Instant.parse(event.path("ingestedtime").asText())).isBefore(ahead);
      assertThat(event.has("clockoffset")).isTrue();
    }
  }

  @Test
  void O3_metricsTellOfEachSourceWhenItWasLastSeenItsLagAndWhatIsMissing() throws Exception {
    Instant happened = Instant.now().minusSeconds(90).truncatedTo(ChronoUnit.SECONDS);
    try (RunningServer server = RunningServer.start(data)) {
      server.store(numbered("a", 1, happened), numbered("b", 4, happened));

      Map<String, Double> metrics = exposition(server.get("/metrics").text());

      String source = "{source=\"" + Events.GITHUB + "\",tenant=\"default\"}";
      assertThat(metrics)
          .containsEntry("changetrail_source_events" + source, 2.0)
          .containsEntry("changetrail_source_missing_events" + source, 2.0)
          .containsEntry("changetrail_source_silent" + source, 0.0)
          .containsEntry(
              "changetrail_source_last_event_timestamp_seconds" + source,
              (double) happened.getEpochSecond())
          .containsEntry("changetrail_events_total{result=\"accepted\"}", 2.0)
          .containsEntry("changetrail_store_writable", 1.0);
      assertThat(metrics.get("changetrail_source_lag_seconds" + source)).isBetween(89.0, 300.0);
      assertThat(metrics.get("changetrail_source_last_ingested_timestamp_seconds" + source))
          .isGreaterThan((double) happened.getEpochSecond());
      assertThat(metrics.get("changetrail_store_size_bytes")).isPositive();
    }
  }

  private static AuditEvent numbered(String id, long number, Instant time) {
    return Events.deployment(id, time, "checkout", "prod")
        .origin(new Origin("runner", null, "epoch-1", number, null, null))
        .build();
  }

  /**
   * Every sample by name and labels. Each line must be one of the three forms of the text format,
   * and each sample must have been announced with its type.
   *
   * @see <a
   *     href="https://prometheus.io/docs/instrumenting/exposition_formats/#text-format-details">Text
   *     format</a>
   */
  private static Map<String, Double> exposition(String text) {
    Pattern comment = Pattern.compile("# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)");
    Pattern sample =
        Pattern.compile(
            "([a-zA-Z_:][a-zA-Z0-9_:]*)(\\{(?:[a-zA-Z_]\\w*=\"(?:[^\"\\\\\\n]|\\\\[\\\\\"n])*\",?)*})?"
                + " ([-+0-9.eE]+|NaN|[+-]Inf)( -?\\d+)?");
    Map<String, Double> samples = new TreeMap<>();
    Set<String> typed = new TreeSet<>();
    for (String line : text.lines().toList()) {
      Matcher announced = comment.matcher(line);
      if (announced.matches()) {
        if (announced.group(1).equals("TYPE")) {
          assertThat(typed.add(announced.group(2))).as("typed once: " + line).isTrue();
        }
        continue;
      }
      Matcher read = sample.matcher(line);
      assertThat(read.matches()).as("a line of the text format: " + line).isTrue();
      String name = read.group(1);
      assertThat(
              typed.contains(name) || typed.contains(name.replaceAll("_(bucket|count|sum)$", "")))
          .as("announced with its type: " + line)
          .isTrue();
      String labels = read.group(2) == null ? "" : read.group(2);
      double value = Double.parseDouble(read.group(3).replace("Inf", "Infinity"));
      assertThat(samples.put(name + labels, value)).as("told once: " + line).isNull();
    }
    return samples;
  }

  @Test
  void anUnknownParameterOfAWriteIsRefusedByItsName() throws Exception {
    try (RunningServer server = RunningServer.start(data)) {
      byte[] event =
          new CloudEventsCodec()
              .encode(Events.deployment("a", Instant.now(), "checkout", "prod").build());

      RunningServer.Answer answer =
          server.post("/v1/events?dryrun=true", CloudEventsCodec.MEDIA_TYPE, event);

      assertThat(answer.status()).as(answer.text()).isEqualTo(400);
      assertThat(answer.json().path("detail").asText()).contains("dryrun");
      assertThat(server.put("/v1/resources?x=1", "{}").json().path("detail").asText())
          .startsWith("x is not a parameter here");
      assertThat(server.get("/v1/events").json().path("events")).isEmpty();
    }
  }
}
