// SPDX-License-Identifier: Apache-2.0
package io.changetrail.action;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.codec.CloudEventsCodec;
import io.changetrail.server.ChangetrailServer;
import io.changetrail.server.config.Settings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A real audit server on loopback. */
final class RunningAuditServer implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final CloudEventsCodec CODEC = new CloudEventsCodec();
  private static final int ANY_PORT = 0;

  private final HttpClient http = HttpClient.newHttpClient();
  private final ChangetrailServer server;

  private RunningAuditServer(Path data, int port, Map<String, String> more) throws IOException {
    Settings settings =
        new Settings()
            .with("data", data.toString(), "test")
            .with("listen.port", Integer.toString(port), "test");
    for (Map.Entry<String, String> each : more.entrySet()) {
      settings = settings.with(each.getKey(), each.getValue(), "test");
    }
    server = ChangetrailServer.start(settings.config(), InstantSource.system());
  }

  static RunningAuditServer start(Path data) throws IOException {
    return start(data, ANY_PORT);
  }

  static RunningAuditServer start(Path data, int port) throws IOException {
    return new RunningAuditServer(data, port, Map.of());
  }

  static RunningAuditServer start(Path data, Map<String, String> settings) throws IOException {
    return new RunningAuditServer(data, ANY_PORT, settings);
  }

  /** With a port at which nothing listens, and which nobody else is given until it is closed. */
  static Socket heldPort() throws IOException {
    Socket bound = new Socket();
    bound.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), ANY_PORT));
    return bound;
  }

  URI address() {
    return server.address();
  }

  JsonNode get(String path) throws IOException, InterruptedException {
    return answer(HttpRequest.newBuilder(URI.create(address() + path)).build());
  }

  JsonNode post(String path, String type, String body) throws IOException, InterruptedException {
    return answer(
        HttpRequest.newBuilder(URI.create(address() + path))
            .header("Content-Type", type)
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build());
  }

  private JsonNode answer(HttpRequest request) throws IOException, InterruptedException {
    HttpResponse<byte[]> response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
    if (response.statusCode() / 100 != 2) {
      throw new AssertionError(
          request.uri() + ": " + new String(response.body(), StandardCharsets.UTF_8));
    }
    return JSON.readTree(response.body());
  }

  /** All events, oldest first; folded. */
  List<AuditEvent> events() throws IOException, InterruptedException {
    List<AuditEvent> events = new ArrayList<>();
    for (JsonNode event : get("/v1/events?order=oldest_first&limit=500").path("events")) {
      events.add(CODEC.decode(event.toString().getBytes(StandardCharsets.UTF_8)));
    }
    return events;
  }

  @Override
  public void close() {
    server.close();
  }
}
