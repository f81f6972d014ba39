// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.changetrail.model.AuditEvent;
import io.changetrail.model.codec.CloudEventsCodec;
import io.changetrail.server.RunningServer.Answer;
import java.io.BufferedReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of requests when the server is told to stop, and when its disk is full. */
class StopAndFullDiskTest {
  @TempDir private Path data;
  @TempDir private Path logs;

  @Test
  void aRequestInFlightAtATerminationIsAnsweredAndItsEventIsKept() throws Exception {
    byte[] event =
        new CloudEventsCodec()
            .encode(Events.deployment("late", Instant.now(), "checkout", "prod").build());
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
            .redirectError(logs.resolve("stderr").toFile())
            .start();
    try (BufferedReader out = process.inputReader()) {
      URI address = URI.create(out.readLine().replace("listening on ", ""));
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), address.getPort())) {
        socket.setSoTimeout(60_000);
        OutputStream request = socket.getOutputStream();
        request.write(
            ("POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                    + CloudEventsCodec.MEDIA_TYPE
                    + "\r\nContent-Length: "
                    + event.length
                    + "\r\nExpect: 100-continue\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        request.flush();
        // That it asks for the body shows that the request is in flight.
        byte[] goOn = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        assertThat(socket.getInputStream().readNBytes(goOn.length)).isEqualTo(goOn);
        request.write(event, 0, event.length / 2);
        request.flush();

        process.destroy();
        Awaitility.await()
            .atMost(Duration.ofSeconds(60))
            .until(() -> refusesConnections(address.getPort()));
        request.write(event, event.length / 2, event.length - event.length / 2);
        request.flush();

        assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
            .startsWith("HTTP/1.1 202")
            .contains("\"accepted\":1");
      }
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    try (RunningServer server = RunningServer.start(data)) {
      assertThat(server.get("/v1/events").json().at("/events/0/id").asText()).isEqualTo("late");
    }
  }

  private static boolean refusesConnections(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return !socket.isConnected();
    } catch (java.io.IOException e) {
      return true;
    }
  }

  @Test
  void aFullDiskIsToldReadingGoesOnAndEventsAreTakenAgainOnceThereIsRoom() throws Exception {
    Instant now = Instant.now();
    AtomicReference<Instant> clock = new AtomicReference<>(now);
    try (RunningServer server =
        RunningServer.start(
            data,
            clock::get,
            "store",
            "embedded:" + data.resolve("store") + "?maxBytes=2097152",
            "retention.keep",
            "P30D",
            "retention.every",
            "PT1S")) {
      Answer full = null;
      for (int batch = 0; batch < 200 && full == null; batch++) {
        AuditEvent[] events = new AuditEvent[100];
        for (int i = 0; i < events.length; i++) {
          events[i] = Events.deployment("e-" + batch + "-" + i, now, "checkout", "prod").build();
        }
        Answer answer = server.emit(events);
        full = answer.status() == 202 ? null : answer;
      }

      assertThat(full).as("2 MiB are full at some time").isNotNull();
      assertThat(full.status()).as(full.text()).isEqualTo(507);
      assertThat(full.header("retry-after")).isEqualTo("30");
      assertThat(full.json().path("detail").asText())
          .contains("send it again once space was freed");
      assertThat(server.get("/v1/events").json().path("events")).isNotEmpty();
      assertThat(server.get("/readyz").status()).isEqualTo(503);

      clock.set(now.plus(Duration.ofDays(60)));
      AuditEvent later = Events.deployment("later", clock.get(), "checkout", "prod").build();
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> server.emit(later).status() == 202);
      assertThat(server.get("/v1/events").text()).contains("\"later\"");
    }
  }
}
