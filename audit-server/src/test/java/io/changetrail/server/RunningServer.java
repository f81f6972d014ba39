// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.codec.CloudEventsCodec;
import io.changetrail.server.config.Settings;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A real server on a free port, and requests to it. */
public final class RunningServer implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final CloudEventsCodec CODEC = new CloudEventsCodec();

  private final HttpClient client = HttpClient.newBuilder().connectTimeout(PATIENCE).build();
  private final ChangetrailServer server;
  private @Nullable String token;

  private RunningServer(ChangetrailServer server) {
    this.server = server;
  }

  /** A server on this directory, with {@code key, value, …} as settings. */
  public static RunningServer start(Path data, String... settings) throws IOException {
    return start(data, InstantSource.system(), settings);
  }

  static RunningServer start(Path data, InstantSource clock, String... settings)
      throws IOException {
    Settings all =
        new Settings().with("data", data.toString(), "test").with("listen.port", "0", "test");
    for (int i = 0; i < settings.length; i += 2) {
      all.with(settings[i], settings[i + 1], "test");
    }
    return new RunningServer(ChangetrailServer.start(all.config(), clock));
  }

  /** The same server for somebody with this token. */
  RunningServer as(@Nullable String secret) {
    RunningServer same = new RunningServer(server);
    same.token = secret;
    return same;
  }

  ChangetrailServer server() {
    return server;
  }

  public URI address() {
    return server.address();
  }

  /** An answer. */
  record Answer(int status, HttpResponse<byte[]> response) {
    JsonNode json() {
      try {
        return JSON.readTree(response.body());
      } catch (IOException e) {
        throw new AssertionError("not JSON: " + text(), e);
      }
    }

    String text() {
      return new String(response.body(), StandardCharsets.UTF_8);
    }

    String header(String name) {
      return response.headers().firstValue(name).orElse("");
    }
  }

  HttpRequest.Builder request(String path) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(address() + path)).timeout(PATIENCE);
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    return request;
  }

  Answer send(HttpRequest request) throws IOException, InterruptedException {
    HttpResponse<byte[]> response = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
    return new Answer(response.statusCode(), response);
  }

  /** A GET with {@code name, value, …} as parameters. */
  Answer get(String path, String... parameters) throws IOException, InterruptedException {
    StringBuilder url = new StringBuilder(path);
    for (int i = 0; i < parameters.length; i += 2) {
      url.append(i == 0 ? '?' : '&')
          .append(parameters[i])
          .append('=')
          .append(URLEncoder.encode(parameters[i + 1], StandardCharsets.UTF_8));
    }
    return send(request(url.toString()).GET().build());
  }

  Answer post(String path, String contentType, byte[] body)
      throws IOException, InterruptedException {
    return send(
        request(path)
            .header("Content-Type", contentType)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build());
  }

  Answer post(String path, String contentType, String body)
      throws IOException, InterruptedException {
    return post(path, contentType, body.getBytes(StandardCharsets.UTF_8));
  }

  Answer put(String path, String body) throws IOException, InterruptedException {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .PUT(HttpRequest.BodyPublishers.ofString(body))
            .build());
  }

  /** Sends events as one batch and expects each to be new. */
  void store(AuditEvent... events) throws IOException, InterruptedException {
    Answer answer = emit(events);
    if (answer.status() != 202 || answer.json().path("accepted").asInt() != events.length) {
      throw new AssertionError(answer.status() + " " + answer.text());
    }
  }

  /** The id of each event that is stored, as often as it is. */
  List<String> storedIds() throws IOException, InterruptedException {
    List<String> ids = new ArrayList<>();
    String cursor = "";
    do {
      JsonNode page =
          cursor.isEmpty()
              ? get("/v1/events", "limit", "1000").json()
              : get("/v1/events", "limit", "1000", "cursor", cursor).json();
      page.path("events").forEach(event -> ids.add(event.path("id").asText()));
      cursor = page.path("nextCursor").asText("");
    } while (!cursor.isEmpty());
    return ids;
  }

  /** Sends events as one batch. */
  Answer emit(AuditEvent... events) throws IOException, InterruptedException {
    return post(
        "/v1/events", CloudEventsCodec.BATCH_MEDIA_TYPE, CODEC.encodeBatch(List.of(events)));
  }

  /** The stream of new messages from now on, read by the test. */
  HttpResponse<java.io.InputStream> stream(String path, @Nullable String lastEventId)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = request(path).timeout(PATIENCE).GET();
    if (lastEventId != null) {
      request.header("Last-Event-ID", lastEventId);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
  }

  static Instant now() {
    return Instant.now();
  }

  @Override
  public void close() {
    server.close();
  }
}
