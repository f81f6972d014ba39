// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.shipping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** An audit server as a process of its own, on a port that it keeps over restarts. */
public final class ServerProcess implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();

  private final Path data;
  private final int port;
  private final HttpClient client = HttpClient.newHttpClient();
  private @Nullable Process process;

  public ServerProcess(Path data) {
    this.data = data;
    this.port = freePort();
  }

  /** Below the ports that outgoing connections are given, one of which could keep it. */
  private static int freePort() {
    for (int i = 0; i < 100; i++) {
      int candidate = ThreadLocalRandom.current().nextInt(20_000, 32_000);
      try (ServerSocket socket = new ServerSocket(candidate, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (IOException taken) {
        // another one, then
      }
    }
    throw new AssertionError("no free port");
  }

  public URI address() {
    return URI.create("http://127.0.0.1:" + port);
  }

  /** Starts it, and waits until it answers. */
  public ServerProcess start() throws IOException {
    process =
        java(
                "io.changetrail.cli.Changetrail",
                "serve",
                "--data",
                data.toString(),
                "--port",
                Integer.toString(port))
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    await("the server answers")
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(100))
        .ignoreExceptions()
        .until(() -> get("/healthz").statusCode() == 200);
    return this;
  }

  /** A Java process with this class path. */
  static ProcessBuilder java(String main, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp"));
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.add(main);
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
  }

  /** Ends it as {@code kill -9} does. */
  public void kill() {
    if (process != null) {
      process.destroyForcibly().onExit().join();
    }
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(URI.create(address() + path))
            .timeout(Duration.ofSeconds(10))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  public JsonNode json(String path) throws IOException, InterruptedException {
    HttpResponse<String> answer = get(path);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body());
  }

  /** The ids of all events that it has. */
  public List<String> ids() throws IOException, InterruptedException {
    List<String> ids = new ArrayList<>();
    String cursor = "";
    do {
      JsonNode page = json("/v1/events?limit=1000" + cursor);
      page.path("events").forEach(event -> ids.add(event.path("id").asText()));
      String next = page.path("nextCursor").asText("");
      cursor = next.isEmpty() ? "" : "&cursor=" + next;
    } while (!cursor.isEmpty());
    return ids;
  }

  @Override
  public void close() {
    kill();
  }
}
