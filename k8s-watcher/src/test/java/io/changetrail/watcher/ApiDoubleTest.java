// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The double says what the real API server says, in all that the tests of both rely on. */
class ApiDoubleTest {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);

  private static final String STRATEGIC = "application/strategic-merge-patch+json";
  private static final String MERGE = "application/merge-patch+json";
  private static final String APPLY = "application/apply-patch+yaml";
  private static final String PLAIN = "application/json";

  @TempDir private Path directory;

  /** Each request, and what was answered, without what differs each time. */
  private static final class Conversation {
    final Map<String, String> answers = new LinkedHashMap<>();
    private final ControlPlane plane;
    private final String namespace;

    Conversation(ControlPlane plane, String namespace) {
      this.plane = plane;
      this.namespace = namespace;
    }

    JsonNode ask(String method, String path, String contentType, String yaml) throws Exception {
      String there = path.replace("NS", namespace);
      HttpResponse<byte[]> response =
          plane.send(
              ControlPlane.ADMIN,
              method,
              there,
              contentType,
              yaml.isEmpty() ? null : ControlPlane.yaml(yaml));
      JsonNode body = JSON.readTree(response.body());
      String request = answers.size() + " " + method + " " + path + " " + contentType + " " + yaml;
      answers.put(request, response.statusCode() + " " + told(body).replace(namespace, "NS"));
      return body;
    }

    /** What a watch tells of what was before it. */
    void watch(String path, String version) throws Exception {
      String query = "?watch=true&timeoutSeconds=1&resourceVersion=" + version;
      byte[] lines =
          plane.send(ControlPlane.ADMIN, "GET", path.replace("NS", namespace) + query, null).body();
      StringBuilder all = new StringBuilder();
      try (MappingIterator<JsonNode> events = JSON.readerFor(JsonNode.class).readValues(lines)) {
        while (events.hasNext()) {
          JsonNode event = events.next();
          all.append(event.path("type").asText() + " " + told(event.path("object")) + "\n");
        }
      }
      answers.put(answers.size() + " WATCH " + path, all.toString().replace(namespace, "NS"));
    }

    private static String told(JsonNode body) throws IOException {
      if (body.path("kind").asText().equals("Status")) {
        return body.path("status").asText() + " " + body.path("reason").asText();
      }
      JsonNode copy = body.deepCopy();
      clean(copy);
      copy.path("items").forEach(Conversation::clean);
      // Sorted, and numbers of one form.
      return JSON.writeValueAsString(JSON.treeToValue(copy, Object.class));
    }

    /** Takes out what no two servers have in common, and what the double leaves out. */
    private static void clean(JsonNode object) {
      if (object.path("metadata") instanceof ObjectNode metadata) {
        metadata.remove(
            List.of("uid", "resourceVersion", "creationTimestamp", "continue", "selfLink"));
        if (metadata.get("managedFields") instanceof ArrayNode entries) {
          List<JsonNode> sorted = new ArrayList<>();
          for (JsonNode entry : entries) {
            ((ObjectNode) entry).remove("time");
            sorted.add(entry);
          }
          sorted.sort(Comparator.comparing(JsonNode::toString));
          entries.removeAll().addAll(sorted);
        }
      }
    }
  }

  private static Map<String, String> talk(ControlPlane plane, String name) throws Exception {
    Conversation to = new Conversation(plane, plane.namespace(name));
    plane.define("double.example.com", "v1", "Widget", "widgets");
    String maps = "/api/v1/namespaces/NS/configmaps";
    String map = "{apiVersion: v1, kind: ConfigMap, metadata: {name: m}, data: {%s}}";
    to.ask("POST", maps, PLAIN, map.formatted("a: '1', b: '1'"));
    to.ask("POST", maps, PLAIN, map.formatted("a: '1'"));
    to.ask("POST", "/api/v1/namespaces/nowhere/configmaps", PLAIN, map.formatted(""));
    JsonNode old =
        to.ask("PATCH", maps + "/m?fieldManager=kubectl-patch", STRATEGIC, "{data: {a: '2'}}");
    to.ask("PATCH", maps + "/m?fieldManager=another", STRATEGIC, "{data: {a: '2'}}");
    to.ask("PATCH", maps + "/m?fieldManager=argo", APPLY, map.formatted("a: '2', c: '1'"));
    to.ask("PATCH", maps + "/m?fieldManager=argo", APPLY, map.formatted("a: '3', c: '1'"));
    to.ask("PATCH", maps + "/m?fieldManager=argo&force=true", APPLY, map.formatted("a: '3'"));
    to.ask("PATCH", maps + "/m", MERGE, "{data: {b: null}, metadata: {labels: {x: y}}}");
    to.ask("PUT", maps + "/m", PLAIN, map.replace("m}", "m, resourceVersion: '1'}").formatted(""));
    to.ask(
        "PUT",
        maps + "/m?dryRun=All",
        PLAIN,
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: m}, data: {d: '1'}}");
    to.ask("GET", maps + "/m", PLAIN, "");
    to.ask("GET", maps + "/none", PLAIN, "");
    to.ask("GET", "/api/v1/namespaces/NS/nones", PLAIN, "");
    to.ask(
        "PATCH", maps + "/n?fieldManager=argo", APPLY, map.replace("m}", "n}").formatted("a: '1'"));
    to.watch(maps, old.at("/metadata/resourceVersion").asText());
    to.watch(maps, "1");
    JsonNode page = to.ask("GET", maps + "?limit=1", PLAIN, "");
    String next = page.at("/metadata/continue").asText();
    assertThat(next).isNotEmpty();
    to.answers.put(
        "the rest",
        plane.get(maps.replace("NS", name) + "?limit=1&continue=" + next).path("items").size()
            + "");

    String secrets = "/api/v1/namespaces/NS/secrets";
    to.ask(
        "POST",
        secrets,
        PLAIN,
        "{apiVersion: v1, kind: Secret, metadata: {name: s}, stringData: {k: v}}");
    to.ask("PATCH", secrets + "/s", STRATEGIC, "{stringData: {k: w}}");
    to.ask("GET", secrets + "?fieldSelector=type!=Opaque", PLAIN, "");

    String sets = "/apis/apps/v1/namespaces/NS/deployments";
    to.ask(
        "POST",
        sets,
        PLAIN,
        CaptureTest.deployment("web", "ghcr.io/acme/web:1.0")
            .replace("replicas: 1", "replicas: 0"));
    to.ask(
        "PATCH",
        sets + "/web?fieldManager=kubectl-patch",
        STRATEGIC,
        "{spec: {template: {spec: {containers: [{name: app, env: [{name: B, value: '2'}], ports: [{containerPort: 80}]}, {name: mesh, image: mesh}]}}}}");
    to.ask(
        "PATCH",
        sets + "/web?fieldManager=argo",
        APPLY,
        "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {template: {spec: {containers: [{name: app, image: 'ghcr.io/acme/web:1.0', resources: {limits: {cpu: 1000m}}}]}}}}");
    to.ask("PATCH", sets + "/web", MERGE, "{spec: {paused: true}, status: {replicas: 7}}");

    String widgets = "/apis/double.example.com/v1/namespaces/NS/widgets";
    to.ask(
        "POST",
        widgets,
        PLAIN,
        "{apiVersion: double.example.com/v1, kind: Widget, metadata: {name: w}, spec: {size: 1, list: [{name: a}]}, status: {x: 1}}");
    to.ask("PATCH", widgets + "/w/status", MERGE, "{status: {phase: Ready}, spec: {size: 7}}");
    to.ask("PATCH", widgets + "/w", MERGE, "{spec: {list: [{name: b}]}, status: {phase: Gone}}");
    to.ask("PATCH", widgets + "/w", STRATEGIC, "{spec: {size: 2}}");
    to.ask("GET", widgets, PLAIN, "");
    to.ask("DELETE", widgets + "/w", PLAIN, "");
    to.ask("DELETE", widgets + "/w", PLAIN, "");
    plane.delete(
        "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.double.example.com");
    return to.answers;
  }

  @Test
  void C5_theDoubleAnswersAsTheRealApiServerDoes() throws Exception {
    try (RealControlPlane real =
            ControlPlane.createReal(
                Files.createDirectories(directory.resolve("real")),
                "the double was compared with nothing");
        ApiDouble twin = new ApiDouble(directory)) {
      // Without controllers, as the other.
      real.startApiServer();
      twin.startApiServer();
      Map<String, String> said = talk(twin, "compared");
      SoftAssertions all = new SoftAssertions();
      talk(real, "compared")
          .forEach(
              (request, answer) -> all.assertThat(said.get(request)).as(request).isEqualTo(answer));
      all.assertAll();
    }
  }
}
