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

/**
 * Asks one Prometheus server. Follows no redirect: whoever can make a server redirect must not
 * choose whom we ask, nor get our credential.
 */
final class PrometheusClient {
  private static final int MAX_BODY = 8 << 20;
  private static final int MAX_REASON = 300;

  private final ServerConfig.Prometheus server;
  private final HttpClient http;

  PrometheusClient(ServerConfig.Prometheus server) {
    this.server = server;
    http =
        HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(server.timeout())
            .build();
  }

  ServerConfig.Prometheus server() {
    return server;
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
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(server.url() + "/api/v1/query_range"))
            .timeout(server.timeout())
            .header("Content-Type", "application/x-www-form-urlencoded")
            .header("Accept", "application/json")
            .header("User-Agent", "changetrail")
            .POST(HttpRequest.BodyPublishers.ofString(form));
    authorize(request);
    HttpResponse<byte[]> response =
        http.send(request.build(), any -> new BoundedBody(MAX_BODY, PrometheusClient::tooLong));
    return answer(response, points);
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

  private static Matrix answer(HttpResponse<byte[]> response, int points) throws IOException {
    int status = response.statusCode();
    if (status >= 300 && status < 400) {
      throw new PrometheusException("it answers with a redirect, which is not followed");
    }
    if (status == 401 || status == 403) {
      throw new PrometheusException("it refuses our credential (HTTP " + status + ")");
    }
    Matrix matrix;
    try {
      matrix = Matrix.read(response.body(), points);
    } catch (IOException e) {
      throw status == 200 ? e : new PrometheusException("it answers with HTTP " + status, e);
    }
    String error = matrix.error();
    if (error != null || status != 200) {
      String reason = error == null ? "" : ": " + error;
      throw new PrometheusException(
          "it answers with HTTP "
              + status
              + (reason.length() > MAX_REASON ? reason.substring(0, MAX_REASON) : reason));
    }
    return matrix;
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
