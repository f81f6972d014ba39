// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.codec.CloudEventsCodec;
import io.changetrail.server.ChangetrailServer;
import io.changetrail.server.config.Settings;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A real audit server on loopback, which can go away and come back on the same port. */
final class RunningAuditServer implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final CloudEventsCodec CODEC = new CloudEventsCodec();

  private final HttpClient http = HttpClient.newHttpClient();
  private final Path data;
  private final int port = ControlPlane.freePort();
  private ChangetrailServer server;

  private RunningAuditServer(Path data) throws IOException {
    this.data = data;
    server = open();
  }

  static RunningAuditServer start(Path data) throws IOException {
    return new RunningAuditServer(data);
  }

  private ChangetrailServer open() throws IOException {
    return ChangetrailServer.start(
        new Settings()
            .with("data", data.toString(), "test")
            .with("listen.port", Integer.toString(port), "test")
            .config(),
        InstantSource.system());
  }

  URI address() {
    return URI.create("http://127.0.0.1:" + port);
  }

  void stop() {
    server.close();
  }

  void startAgain() throws IOException {
    server = open();
  }

  JsonNode get(String path) throws IOException, InterruptedException {
    HttpResponse<byte[]> response =
        http.send(
            HttpRequest.newBuilder(URI.create(address() + path)).build(),
            HttpResponse.BodyHandlers.ofByteArray());
    if (response.statusCode() != 200) {
      throw new AssertionError(path + ": " + new String(response.body(), StandardCharsets.UTF_8));
    }
    return JSON.readTree(response.body());
  }

  /** Stores an event, as another source sends it. */
  void store(AuditEvent event) throws IOException, InterruptedException {
    HttpResponse<String> response =
        http.send(
            HttpRequest.newBuilder(URI.create(address() + "/v1/events"))
                .header("Content-Type", "application/cloudevents+json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(CODEC.encode(event)))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() != 202) {
      throw new AssertionError(response.body());
    }
  }

  /** All events of one namespace, oldest first; folded. */
  /** The events of a namespace, or of what lies in none. */
  List<AuditEvent> events(@Nullable String namespace) throws IOException, InterruptedException {
    List<AuditEvent> events = new ArrayList<>();
    String cursor = "";
    while (cursor != null) {
      JsonNode page =
          get(
              "/v1/events?order=oldest_first&limit=500"
                  + (cursor.isEmpty()
                      ? ""
                      : "&cursor=" + URLEncoder.encode(cursor, StandardCharsets.UTF_8)));
      for (JsonNode event : page.path("events")) {
        events.add(CODEC.decode(event.toString().getBytes(StandardCharsets.UTF_8)));
      }
      cursor = page.path("nextCursor").textValue();
    }
    return events.stream()
        .filter(
            event ->
                event.targets().stream()
                    .anyMatch(one -> Objects.equals(namespace, one.namespace())))
        .toList();
  }

  @Override
  public void close() {
    server.close();
  }
}
