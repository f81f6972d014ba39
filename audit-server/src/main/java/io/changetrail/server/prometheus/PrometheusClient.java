// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.prometheus;

import io.changetrail.server.config.ServerConfig;
import io.changetrail.server.http.BoundedBody;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Asks one Prometheus server. Follows no redirect: whoever can make a server redirect must not
 * choose whom we ask, nor get our credential.
 */
final class PrometheusClient implements AutoCloseable {
  /** So many requests at once, as it has others to answer too, most of all in an incident. */
  static final int MAX_CONCURRENT = 8;

  private static final int MAX_BODY = 8 << 20;
  private static final int MAX_REASON = 300;

  private final ServerConfig.Prometheus server;
  private final HttpClient http;
  private final ExecutorService executor;

  /** An answer of the HTTP API. */
  interface Told {
    /** What it says went wrong; {@code null} if nothing did. */
    @Nullable String error();
  }

  private interface Reader<T extends Told> {
    T read(byte[] body) throws IOException;
  }

  PrometheusClient(ServerConfig.Prometheus server) {
    this.server = server;
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            MAX_CONCURRENT,
            MAX_CONCURRENT,
            30,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(task, "prometheus " + server.name());
              thread.setDaemon(true);
              return thread;
            });
    pool.allowCoreThreadTimeOut(true);
    executor = pool;
    http =
        HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(server.timeout())
            .build();
  }

  ServerConfig.Prometheus server() {
    return server;
  }

  /** Asks it when its turn comes: others that are slow hold nothing up. */
  <T> Future<T> submit(Callable<T> question) {
    return executor.submit(question);
  }

  /**
   * The values of an expression over a span of time.
   *
   * @param points that may be read at most
   * @throws PrometheusException if it cannot be had; the message says why, in words for the answer
   * @throws IOException if the connection fails
   */
  Matrix range(String expression, Instant from, Instant to, Duration step, int points)
      throws IOException, InterruptedException {
    String form =
        "query="
            + encoded(expression)
            + "&start="
            + from
            + "&end="
            + to
            + "&step="
            + step.toSeconds()
            + "&timeout="
            + Math.max(1, server.timeout().toSeconds())
            + "s";
    return ask(
        request("/api/v1/query_range")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(form)),
        body -> Matrix.read(body, from, to, points));
  }

  /**
   * Its alerting rules, of that name only where it knows how to select.
   *
   * @throws PrometheusException if they cannot be had; the message says why, in words for the
   *     answer
   * @throws IOException if the connection fails
   */
  AlertRules rules(String name) throws IOException, InterruptedException {
    return ask(
        request("/api/v1/rules?type=alert&rule_name%5B%5D=" + encoded(name)).GET(),
        AlertRules::read);
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(server.url() + path))
        .timeout(server.timeout())
        .header("Accept", "application/json")
        .header("User-Agent", "changetrail");
  }

  private <T extends Told> T ask(HttpRequest.Builder request, Reader<T> reader)
      throws IOException, InterruptedException {
    authorize(request);
    return answer(
        http.send(request.build(), any -> new BoundedBody(MAX_BODY, PrometheusClient::tooLong)),
        reader);
  }

  private static PrometheusException tooLong() {
    return new PrometheusException("its answer is longer than " + (MAX_BODY >> 20) + " MiB");
  }

  private void authorize(HttpRequest.Builder request) throws PrometheusException {
    try {
      authorization().ifPresent(value -> request.header("Authorization", value));
    } catch (IOException e) {
      throw new PrometheusException("our credential for it cannot be read; see the log", e);
    }
  }

  private Optional<String> authorization() throws IOException {
    if (server.bearerToken() != null) {
      return Optional.of("Bearer " + server.bearerToken().read());
    }
    if (server.password() != null) {
      return Optional.of(
          "Basic "
              + Base64.getEncoder()
                  .encodeToString(
                      (server.username() + ":" + server.password().read())
                          .getBytes(StandardCharsets.UTF_8)));
    }
    return Optional.empty();
  }

  private static <T extends Told> T answer(HttpResponse<byte[]> response, Reader<T> reader)
      throws IOException {
    int status = response.statusCode();
    if (status >= 300 && status < 400) {
      throw new PrometheusException("it answers with a redirect, which is not followed");
    }
    if (status == 401 || status == 403) {
      throw new PrometheusException("it refuses our credential (HTTP " + status + ")");
    }
    T told;
    try {
      told = reader.read(response.body());
    } catch (IOException e) {
      throw status == 200 ? e : new PrometheusException("it answers with HTTP " + status, e);
    }
    String error = told.error();
    if (error != null || status != 200) {
      String reason = error == null ? "" : ": " + error;
      throw new PrometheusException(
          "it answers with HTTP "
              + status
              + (reason.length() > MAX_REASON ? reason.substring(0, MAX_REASON) : reason));
    }
    return told;
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
