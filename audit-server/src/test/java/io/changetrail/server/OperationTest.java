// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
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
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server as its operator meets it. */
class OperationTest {
  @TempDir private Path data;

  @Test
  void O1_oneCommandGivesAWorkingServerWhoseAcknowledgedEventsOutliveATermination()
      throws Exception {
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
            .redirectError(ProcessBuilder.Redirect.DISCARD)
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
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).as("it stops when told to").isTrue();
    } finally {
      process.destroyForcibly();
    }
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
}
