// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.changetrail.model.codec.CloudEventsCodec;
import io.changetrail.server.RunningServer.Answer;
import io.changetrail.server.http.Route;
import io.changetrail.server.web.WebPages;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The description of the API and the running server agree. */
class OpenApiContractTest {
  @TempDir private static Path data;
  private static RunningServer server;
  private static JsonNode document;

  @BeforeAll
  static void start() throws Exception {
    server = RunningServer.start(data);
    server.store(
        Events.deployment("a", Instant.now(), "checkout", "prod").build(),
        Events.config("b", Instant.now(), "checkout", "{\"a\":1}", "{\"a\":2}").build());
    Answer described = server.get("/v1/openapi.json");
    assertThat(described.status()).as(described.text()).isEqualTo(200);
    document = described.json();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static JsonNode resolved(JsonNode node) {
    return node.has("$ref") ? document.at(node.path("$ref").asText().substring(1)) : node;
  }

  /** The names of the query parameters that the document gives an operation. */
  private static Set<String> parameters(JsonNode operation) {
    Set<String> names = new TreeSet<>();
    for (JsonNode entry : operation.path("parameters")) {
      JsonNode parameter = resolved(entry);
      if (parameter.path("in").asText().equals("query")) {
        names.add(parameter.path("name").asText());
      }
    }
    return names;
  }

  private static JsonNode operation(String path, String method) {
    return document.path("paths").path(path).path(method);
  }

  /** Validates an answer against what the document says of it. */
  private static void answersAsDescribed(String path, String method, int expected, Answer answer) {
    assertThat(answer.status()).as("%s %s: %s", method, path, answer.text()).isEqualTo(expected);
    JsonNode responses = operation(path, method).path("responses");
    String status = Integer.toString(answer.status());
    JsonNode response = resolved(responses.path(responses.has(status) ? status : "default"));
    String mediaType = answer.header("Content-Type").split(";", 2)[0];
    assertThat(response.path("content").has(mediaType))
        .as("%s %s answers %s", method, path, mediaType)
        .isTrue();
    ObjectNode schema = response.path("content").path(mediaType).path("schema").deepCopy();
    schema.set("components", document.path("components"));
    assertThat(
            SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(schema)
                .validate(answer.json()))
        .as("%s %s: %s", method, path, answer.text())
        .isEmpty();
  }

  @Test
  void theDocumentNamesEveryOperationOfTheServerAndNoOther() {
    List<String> described = new ArrayList<>();
    document
        .path("paths")
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .fieldNames()
                    .forEachRemaining(
                        method ->
                            described.add(
                                method.toUpperCase(java.util.Locale.ROOT) + " " + path.getKey())));

    assertThat(server.server().router().routes())
        .extracting(Route::toString)
        .filteredOn(
            route -> WebPages.routes().stream().map(Route::toString).noneMatch(route::equals))
        .containsExactlyInAnyOrderElementsOf(described);
  }

  @Test
  void everyReadKnowsExactlyTheParametersOfTheDocument() throws Exception {
    Set<String> all = new TreeSet<>();
    document
        .path("paths")
        .forEach(path -> path.forEach(operation -> all.addAll(parameters(operation))));
    for (String path :
        List.of(
            "/v1/events",
            "/v1/changes",
            "/v1/histogram",
            "/v1/facets",
            "/v1/unmapped",
            "/v1/aliases",
            "/v1/lineage",
            "/v1/state",
            "/v1/resources",
            "/v1/sources",
            "/v1/correlations",
            "/v1/topology",
            "/v1/whoami",
            "/v1/session")) {
      Set<String> documented = parameters(operation(path, "get"));
      for (String name : all) {
        boolean refused = server.get(path, name, "5").text().contains("is not a parameter here");
        assertThat(!refused).as("%s takes %s", path, name).isEqualTo(documented.contains(name));
      }
    }
  }

  @Test
  void answersAndRefusalsHaveTheShapesOfTheDocument() throws Exception {
    for (String path :
        List.of(
            "/v1/events",
            "/v1/changes",
            "/v1/histogram",
            "/v1/facets",
            "/v1/unmapped",
            "/v1/sources",
            "/v1/whoami",
            "/v1/session",
            "/healthz",
            "/readyz")) {
      answersAsDescribed(path, "get", 200, server.get(path));
    }
    String alias = "{\"kind\":\"service\",\"name\":\"checkout\",\"of\":\"checkout\"}";
    for (int status : new int[] {201, 200}) {
      answersAsDescribed(
          "/v1/aliases", "post", status, server.post("/v1/aliases", "application/json", alias));
    }
    answersAsDescribed(
        "/v1/aliases",
        "post",
        409,
        server.post(
            "/v1/aliases", "application/json", alias.replace("of\":\"checkout", "of\":\"prod")));
    answersAsDescribed("/v1/aliases", "get", 200, server.get("/v1/aliases"));
    answersAsDescribed("/v1/lineage", "get", 200, server.get("/v1/lineage", "service", "checkout"));
    answersAsDescribed(
        "/v1/state", "get", 200, server.get("/v1/state", "service", "checkout", "from", "0"));
    String id = server.get("/v1/events").json().at("/events/0/eventid").asText();
    answersAsDescribed("/v1/events/{eventId}", "get", 200, server.get("/v1/events/" + id));
    answersAsDescribed("/v1/events/{eventId}", "get", 404, server.get("/v1/events/none"));
    answersAsDescribed(
        "/v1/events",
        "post",
        202,
        server.emit(
            Events.delivery("c", Instant.now(), io.changetrail.model.ChangeKind.BUILD, "build")
                .build()));
    answersAsDescribed(
        "/v1/events", "post", 400, server.post("/v1/events", CloudEventsCodec.MEDIA_TYPE, "{}"));
    answersAsDescribed(
        "/v1/correlate",
        "post",
        200,
        server.post(
            "/v1/correlate",
            "application/json",
            "{\"service\":\"checkout\",\"environment\":\"prod\"}"));
    answersAsDescribed(
        "/v1/correlate", "post", 400, server.post("/v1/correlate", "application/json", "{}"));
    String question = "{\"service\":\"checkout\",\"environment\":\"prod\"}";
    answersAsDescribed(
        "/v1/postmortem", "post", 200, server.post("/v1/postmortem", "application/json", question));
    Answer incident = server.post("/v1/correlations", "application/json", question);
    answersAsDescribed("/v1/correlations", "post", 201, incident);
    String known = "/v1/correlations/" + incident.json().path("id").asText();
    answersAsDescribed("/v1/correlations/{id}", "get", 200, server.get(known));
    answersAsDescribed(
        "/v1/correlations/{id}/feedback",
        "post",
        200,
        server.post(
            known + "/feedback",
            "application/json",
            "{\"change\":\""
                + server.get("/v1/changes").json().at("/changes/0/id").asText()
                + "\",\"cause\":false}"));
    answersAsDescribed(
        "/v1/correlations/{id}/postmortem", "get", 200, server.get(known + "/postmortem"));
    answersAsDescribed("/v1/resources", "put", 400, server.put("/v1/resources", "{}"));
    answersAsDescribed("/v1/resources", "get", 400, server.get("/v1/resources"));
    answersAsDescribed("/v1/state", "get", 400, server.get("/v1/state"));
  }
}
