// SPDX-License-Identifier: Apache-2.0
package io.changetrail.shipper;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.changetrail.model.codec.CloudEventsCodec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import okhttp3.Call;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.BufferedSource;
import org.jspecify.annotations.Nullable;

/**
 * The two requests of a shipper, and what their answers mean. Only an answer that an audit server
 * gives ends anything: whatever else comes, from a proxy or out of a broken connection, says
 * nothing of the events.
 */
final class ServerClient {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();
  private static final MediaType BATCH = MediaType.get(CloudEventsCodec.BATCH_MEDIA_TYPE);
  private static final MediaType PLAIN = MediaType.get("application/json");
  private static final long MOST_OF_AN_ANSWER = 4 << 20;
  private static final Set<Integer> REFUSALS = Set.of(400, 415, 422);

  private final OkHttpClient http;
  private final Destination destination;
  private final InstantSource clock;
  private final HttpUrl events;
  private final HttpUrl declarations;
  private volatile @Nullable Call inFlight;

  ServerClient(OkHttpClient http, Destination destination, InstantSource clock) {
    this.http = http;
    this.destination = destination;
    this.clock = clock;
    HttpUrl base = HttpUrl.get(destination.server().toString());
    events = base.newBuilder().addPathSegments("v1/events").build();
    declarations = base.newBuilder().addPathSegments("v1/declarations").build();
  }

  /** Sends CloudEvents in JSON as one batch. */
  Answer sendEvents(List<byte[]> batch) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(body)) {
      gzip.write('[');
      for (int i = 0; i < batch.size(); i++) {
        if (i > 0) {
          gzip.write(',');
        }
        gzip.write(batch.get(i));
      }
      gzip.write(']');
    }
    return send(
        events,
        RequestBody.create(body.toByteArray(), BATCH),
        true,
        answer -> stored(answer, batch.size()));
  }

  /** Declares what a source says of its sequences. */
  Answer declare(JsonNode body) throws IOException {
    return send(
        declarations,
        RequestBody.create(JSON.writeValueAsBytes(body), PLAIN),
        false,
        answer -> answer.path("declared").isInt() ? new Answer.Stored(List.of()) : null);
  }

  /** Ends the request that is under way, which then fails. */
  void cancel() {
    Call call = inFlight;
    if (call != null) {
      call.cancel();
    }
  }

  /** What a 2xx answer in JSON means; {@code null} if it is none of an audit server. */
  private interface Meaning {
    @Nullable Answer of(JsonNode answer);
  }

  private Answer send(HttpUrl url, RequestBody body, boolean compressed, Meaning meaning) {
    try {
      Headers.Builder headers =
          new Headers.Builder()
              .add("Accept", "application/json, application/problem+json")
              .add("Accept-Encoding", "identity")
              .add("User-Agent", "changetrail-shipper")
              .add("Date", clock.instant());
      if (compressed) {
        headers.add("Content-Encoding", "gzip");
      }
      String token = destination.credentials().bearerToken();
      if (token != null) {
        headers.add("Authorization", "Bearer " + token);
      }
      Call call =
          http.newCall(new Request.Builder().url(url).headers(headers.build()).post(body).build());
      inFlight = call;
      try (Response response = call.execute()) {
        return meaningOf(response, meaning);
      }
    } catch (IOException e) {
      return new Answer.Later(null, String.valueOf(e.getMessage() == null ? e : e.getMessage()));
    } catch (IllegalArgumentException e) {
      // OkHttp's complaint about a header field; it might repeat a piece of the token.
      return new Answer.Later(null, "the credential is not one that a header field can hold");
    } finally {
      inFlight = null;
    }
  }

  private Answer meaningOf(Response response, Meaning meaning) throws IOException {
    int status = response.code();
    JsonNode content = content(response);
    if (response.isSuccessful()) {
      Answer answer = content == null ? null : meaning.of(content);
      return answer != null
          ? answer
          : new Answer.Later(
              null, "status " + status + " without the answer of an audit server; check its URL");
    }
    JsonNode problem =
        content != null && content.isObject() && isProblem(response)
            ? content
            : MissingNode.getInstance();
    String detail = problem.path("detail").asText(problem.path("title").asText());
    String words = "status " + status + (detail.isBlank() ? "" : ": " + detail);
    if (status == 413) {
      return new Answer.TooLarge(words);
    }
    // What was cut off on its way says nothing of the event.
    if (problem.isObject()
        && REFUSALS.contains(status)
        && !problem.path("type").asText().endsWith(":cut-off")) {
      return new Answer.Refused(words);
    }
    return new Answer.Later(
        RetryAfter.of(response.header("Retry-After"), response.header("Date"), clock.instant()),
        words);
  }

  private static boolean isProblem(Response response) {
    MediaType type = response.body().contentType();
    return type != null && type.subtype().equals("problem+json");
  }

  private static @Nullable JsonNode content(Response response) throws IOException {
    MediaType type = response.body().contentType();
    if (type == null || !type.subtype().endsWith("json")) {
      return null;
    }
    BufferedSource source = response.body().source();
    if (source.request(MOST_OF_AN_ANSWER)) {
      return null;
    }
    try {
      return JSON.readTree(source.readByteArray());
    } catch (JsonProcessingException e) {
      // Garbage, or half of an answer: none at all.
      return null;
    }
  }

  private static @Nullable Answer stored(JsonNode answer, int sent) {
    int counted = 0;
    for (String name : List.of("accepted", "duplicate", "conflicting", "rejected")) {
      if (!answer.path(name).isInt()) {
        return null;
      }
      counted += answer.path(name).intValue();
    }
    if (counted != sent) {
      return null;
    }
    List<Answer.Refusal> refusals = new ArrayList<>();
    for (JsonNode error : answer.path("errors")) {
      int index = error.path("index").asInt(-1);
      if (index < 0 || index >= sent) {
        return null;
      }
      // One that conflicts is stored, and flagged.
      if (!error.path("status").asText().equals("conflicting")) {
        refusals.add(
            new Answer.Refusal(
                index,
                error.path("detail").asText("no reason given"),
                error.path("status").asText().equals("superseded")));
      }
    }
    return refusals.size() == answer.path("rejected").intValue()
        ? new Answer.Stored(refusals)
        : null;
  }
}
