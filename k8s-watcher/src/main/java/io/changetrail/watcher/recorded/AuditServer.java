// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.recorded;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Resource;
import io.changetrail.model.Target;
import io.changetrail.model.codec.CloudEventsCodec;
import io.changetrail.shipper.Credentials;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Consumer;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * The audit server as the keeper of states: what this source recorded there, and first sights.
 * Events go through the shipper.
 */
public final class AuditServer implements RecordedStates {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final CloudEventsCodec CODEC = new CloudEventsCodec();
  private static final MediaType MEDIA_TYPE = MediaType.get("application/json");

  private final OkHttpClient http =
      new OkHttpClient.Builder()
          .callTimeout(Duration.ofMinutes(1))
          .readTimeout(Duration.ofSeconds(30))
          .followRedirects(false)
          .build();
  private final HttpUrl resources;
  private final Credentials credentials;
  private final String source;
  private final InstantSource clock;

  /**
   * @param source that the credential may send for
   * @param clock by which states are dated; the server is told how far it is from its own
   */
  public AuditServer(URI server, Credentials credentials, String source, InstantSource clock) {
    this.resources =
        HttpUrl.get(server.toString()).newBuilder().addPathSegments("v1/resources").build();
    this.credentials = credentials;
    this.source = source;
    this.clock = clock;
  }

  @Override
  public void forEach(Consumer<RecordedState> taker) throws IOException {
    @Nullable String cursor = "";
    while (cursor != null) {
      JsonNode page = get(cursor.isEmpty() ? resources : with("cursor", cursor));
      for (JsonNode resource : page.path("resources")) {
        taker.accept(recorded(resource));
      }
      cursor = page.path("nextCursor").textValue();
    }
  }

  @Override
  public Optional<RecordedState> of(String kind, String uid) throws IOException {
    JsonNode one = one(kind, uid);
    return one.isObject() ? Optional.of(recorded(one)) : Optional.empty();
  }

  @Override
  public Optional<AuditEvent> lastEvent(String kind, String uid) throws IOException {
    JsonNode event = one(kind, uid).path("event");
    return event.isObject()
        ? Optional.of(CODEC.decode(JSON.writeValueAsBytes(event)))
        : Optional.empty();
  }

  private JsonNode one(String kind, String uid) throws IOException {
    JsonNode page =
        get(
            resources
                .newBuilder()
                .addQueryParameter("kind", kind)
                .addQueryParameter("uid", uid)
                .build());
    return page.path("resources").path(0);
  }

  @Override
  public void baseline(Target target, Instant since, ObjectNode state) throws IOException {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.put("source", source);
    body.put("time", since.toString());
    body.set("target", json(target));
    body.set("state", state);
    try (Response response =
        execute(
            new Request.Builder()
                .url(resources)
                .headers(new Headers.Builder().add("Date", clock.instant()).build())
                .put(RequestBody.create(JSON.writeValueAsBytes(body), MEDIA_TYPE)))) {
      if (!JSON.readTree(response.body().byteStream()).path("created").isBoolean()) {
        throw new IOException("the answer is not one of an audit server; check its URL");
      }
    }
  }

  private HttpUrl with(String name, String value) {
    return resources.newBuilder().addQueryParameter(name, value).build();
  }

  private JsonNode get(HttpUrl url) throws IOException {
    HttpUrl ofSource = url.newBuilder().addQueryParameter("source", source).build();
    try (Response response = execute(new Request.Builder().url(ofSource).get())) {
      JsonNode answer = JSON.readTree(response.body().byteStream());
      if (!answer.path("resources").isArray()) {
        throw new IOException("the answer is not one of an audit server; check its URL");
      }
      return answer;
    }
  }

  private Response execute(Request.Builder request) throws IOException {
    String token = credentials.bearerToken();
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    Response response = http.newCall(request.build()).execute();
    if (!response.isSuccessful()) {
      try (response) {
        throw new IOException(
            "the audit server answers "
                + response.code()
                + ": "
                + detail(response.body().string()));
      }
    }
    return response;
  }

  private static String detail(String body) {
    try {
      JsonNode problem = JSON.readTree(body);
      return problem.path("detail").asText(problem.path("title").asText(""));
    } catch (IOException e) {
      return "no reason given";
    }
  }

  private static RecordedState recorded(JsonNode json) throws IOException {
    JsonNode target = json.path("target");
    JsonNode resource = target.path("resource");
    if (!(json.path("state") instanceof ObjectNode state)) {
      throw new IOException("the answer is not one of an audit server; check its URL");
    }
    return new RecordedState(
        new Target(
            target.path("service").textValue(),
            target.path("environment").textValue(),
            target.path("region").textValue(),
            target.path("cluster").textValue(),
            target.path("namespace").textValue(),
            new Resource(
                resource.path("kind").asText(),
                resource.path("name").asText(),
                resource.path("uid").textValue())),
        state,
        json.path("hash").asText(),
        Instant.parse(json.path("since").asText()));
  }

  private static ObjectNode json(Target target) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    put(json, "service", target.service());
    put(json, "environment", target.environment());
    put(json, "cluster", target.cluster());
    put(json, "namespace", target.namespace());
    Resource resource = target.resource();
    if (resource != null) {
      ObjectNode part = json.putObject("resource");
      part.put("kind", resource.kind()).put("name", resource.name());
      put(part, "uid", resource.uid());
    }
    return json;
  }

  private static void put(ObjectNode json, String name, @Nullable String value) {
    if (value != null) {
      json.put(name, value);
    }
  }
}
