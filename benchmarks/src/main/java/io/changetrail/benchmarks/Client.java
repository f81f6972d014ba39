// SPDX-License-Identifier: Apache-2.0
package io.changetrail.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.changetrail.model.codec.CloudEventsCodec;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import okhttp3.ConnectionPool;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

/** Talks to a server over kept-alive connections, and takes nothing but success for an answer. */
final class Client {
  private static final MediaType BATCH = MediaType.get(CloudEventsCodec.BATCH_MEDIA_TYPE);
  private static final MediaType SINGLE = MediaType.get(CloudEventsCodec.MEDIA_TYPE);
  private static final MediaType JSON_TYPE = MediaType.get("application/json");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final OkHttpClient http =
      new OkHttpClient.Builder()
          .readTimeout(Duration.ofSeconds(60))
          .connectionPool(new ConnectionPool(64, 1, TimeUnit.MINUTES))
          .build();
  private final HttpUrl address;

  Client(URI address) {
    this.address = java.util.Objects.requireNonNull(HttpUrl.get(address), "an HTTP address");
  }

  /** Sends a batch and expects each of its events to be new. */
  void ingestBatch(byte[] body, int events) throws IOException {
    expectAccepted(post("/v1/events", BATCH, body), events);
  }

  /** Sends one event and expects it to be new. */
  void ingest(byte[] body) throws IOException {
    expectAccepted(post("/v1/events", SINGLE, body), 1);
  }

  private static void expectAccepted(byte[] answer, int events) throws IOException {
    JsonNode accepted = JSON.readTree(answer).path("accepted");
    if (accepted.asInt() != events) {
      throw new IOException(
          "not all of " + events + " accepted: " + new String(answer, StandardCharsets.UTF_8));
    }
  }

  /** Delivers as GitHub does, and expects its one event to be counted under that name. */
  void deliver(GithubDeliveries.Signed delivery, String counted) throws IOException {
    Request request =
        new Request.Builder()
            .url(address.newBuilder().encodedPath("/v1/webhooks/github").build())
            .header("X-GitHub-Event", delivery.event())
            .header("X-Hub-Signature-256", delivery.signature())
            .post(RequestBody.create(delivery.body(), JSON_TYPE))
            .build();
    byte[] answer = send(request);
    if (JSON.readTree(answer).path(counted).asInt() != 1) {
      throw new IOException("not " + counted + ": " + new String(answer, StandardCharsets.UTF_8));
    }
  }

  byte[] correlate(byte[] question) throws IOException {
    return post("/v1/correlate", JSON_TYPE, question);
  }

  /** The body of a good answer. */
  byte[] get(String path, String... parameters) throws IOException {
    HttpUrl.Builder url = address.newBuilder().encodedPath(path);
    for (int i = 0; i < parameters.length; i += 2) {
      url.addQueryParameter(parameters[i], parameters[i + 1]);
    }
    return send(new Request.Builder().url(url.build()).build());
  }

  private byte[] post(String path, MediaType type, byte[] body) throws IOException {
    return send(
        new Request.Builder()
            .url(address.newBuilder().encodedPath(path).build())
            .post(RequestBody.create(body, type))
            .build());
  }

  private byte[] send(Request request) throws IOException {
    try (Response response = http.newCall(request).execute()) {
      byte[] body = response.body().bytes();
      if (!response.isSuccessful()) {
        throw new IOException(
            request.method()
                + " "
                + request.url()
                + ": "
                + response.code()
                + " "
                + new String(body, StandardCharsets.UTF_8));
      }
      return body;
    }
  }
}
