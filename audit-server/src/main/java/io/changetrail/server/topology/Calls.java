// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.topology;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.changetrail.correlation.Topology.Edge;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * Which service calls which how often, read from any of the forms in which that is known:
 *
 * <ul>
 *   <li>declared: YAML or JSON with {@code edges}, each with {@code from}, {@code to} and perhaps
 *       {@code weight}
 *   <li>Jaeger's {@code /api/dependencies}: {@code {"data":[{"parent","child","callCount"}]}}
 *   <li>Zipkin's {@code /api/v2/dependencies}: the list alone
 *   <li>objects of Kubernetes, a list or one a document: see {@link KubernetesReferences}
 *   <li>OTLP traces in JSON: {@code resourceSpans}; also one document a line, as the collector's
 *       file exporter writes them
 * </ul>
 *
 * @see <a href="https://www.jaegertracing.io/docs/latest/architecture/apis/">Jaeger, APIs</a>
 * @see <a href="https://zipkin.io/zipkin-api/">Zipkin API</a>
 * @see <a href="https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding">OTLP, JSON
 *     encoding</a>
 */
final class Calls {
  /** How many pairs of services one document may name. */
  static final int MAX_EDGES = 20_000;

  private static final int MAX_NAME = 256;

  /** A call that is rare among those of its caller still joins the two. */
  private static final double LEAST = 0.1;

  /** Who holds the address of another calls it; how often, nobody knows. */
  private static final double REFERENCED = 0.5;

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final YAMLMapper YAML = new YAMLMapper();

  private final Map<String, Map<String, Double>> declared = new TreeMap<>();
  private final Map<String, Map<String, Double>> counted = new TreeMap<>();
  private int edges;

  private Calls() {}

  /**
   * Reads a document.
   *
   * @throws IllegalArgumentException if it has none of the forms; the message says what is wrong
   */
  static Calls read(String document) {
    Calls calls = new Calls();
    String text = document.strip();
    try {
      if (text.startsWith("{") && text.contains("\n{")) {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : text.lines().filter(one -> !one.isBlank()).toList()) {
          lines.add(JSON.readTree(line));
        }
        calls.spans(lines);
      } else {
        calls.documents(
            text.startsWith("{") || text.startsWith("[")
                ? List.of(JSON.readTree(text))
                : yaml(text));
      }
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "is neither JSON nor YAML"
              + (e.getLocation() == null ? "" : ", at line " + e.getLocation().getLineNr()),
          e);
    }
    return calls;
  }

  static Calls none() {
    return new Calls();
  }

  /** The calls that the objects of clusters point to. */
  static Calls of(List<KubernetesReferences> clusters) {
    Calls calls = new Calls();
    clusters.forEach(calls::referenced);
    return calls;
  }

  private static List<JsonNode> yaml(String text) throws JsonProcessingException {
    try (MappingIterator<JsonNode> documents = YAML.readerFor(JsonNode.class).readValues(text)) {
      return documents.readAll().stream().filter(document -> !document.isNull()).toList();
    } catch (JsonProcessingException e) {
      throw e;
    } catch (IOException e) {
      throw new UncheckedIOException("a text was read", e);
    }
  }

  private void documents(List<JsonNode> documents) {
    if (!documents.isEmpty() && documents.stream().allMatch(KubernetesReferences::isObject)) {
      KubernetesReferences cluster = new KubernetesReferences();
      documents.forEach(object -> cluster.add(object, null));
      referenced(cluster);
    } else if (documents.size() == 1) {
      document(documents.get(0));
    } else {
      throw new IllegalArgumentException(
          "has " + documents.size() + " documents; only objects of Kubernetes may be several");
    }
  }

  /** Objects are what a cluster holds: one without a name that serves gives no edge. */
  private void referenced(KubernetesReferences cluster) {
    for (KubernetesReferences.Reference call : cluster.references(MAX_EDGES)) {
      if (isName(call.caller()) && isName(call.callee())) {
        add(declared, call.caller(), call.callee(), REFERENCED);
      }
    }
  }

  /** Whether the name of a service can be kept, and read again at the next start. */
  private static boolean isName(String name) {
    return !name.isBlank() && name.length() <= MAX_NAME && isUnicode(name);
  }

  private static boolean isUnicode(String name) {
    return StandardCharsets.UTF_8.newEncoder().canEncode(name);
  }

  private void document(JsonNode document) {
    if (document.path("resourceSpans").isArray()) {
      spans(List.of(document));
    } else if (document.path("edges").isArray()) {
      for (JsonNode edge : document.path("edges")) {
        double weight = edge.path("weight").asDouble(1);
        if (!(weight > 0 && weight <= 1)) {
          throw new IllegalArgumentException(
              "has a weight of " + edge.path("weight") + "; it must be above 0 and at most 1");
        }
        add(declared, edge.path("from"), edge.path("to"), weight);
      }
    } else if (document.isArray() || document.path("data").isArray()) {
      for (JsonNode link : document.isArray() ? document : document.path("data")) {
        add(
            counted,
            link.path("parent"),
            link.path("child"),
            Math.max(1, link.path("callCount").asDouble(1)));
      }
    } else {
      throw new IllegalArgumentException(
          "has none of edges (declared), data (Jaeger), a list (Zipkin), resourceSpans (OTLP) or"
              + " apiVersion and kind (Kubernetes)");
    }
  }

  private void add(
      Map<String, Map<String, Double>> to, JsonNode from, JsonNode callee, double number) {
    if (!from.isTextual()
        || from.asText().isBlank()
        || !callee.isTextual()
        || callee.asText().isBlank()) {
      throw new IllegalArgumentException("has an edge that does not name both of its ends");
    }
    add(to, from.asText(), callee.asText(), number);
  }

  private void add(
      Map<String, Map<String, Double>> to, String caller, String callee, double number) {
    if (caller.length() > MAX_NAME || callee.length() > MAX_NAME) {
      throw new IllegalArgumentException(
          "has the name of a service with more than " + MAX_NAME + " characters");
    }
    if (!isUnicode(caller) || !isUnicode(callee)) {
      throw new IllegalArgumentException(
          "has the name of a service with half a surrogate pair in it; send whole characters");
    }
    if (caller.equals(callee) || edges >= MAX_EDGES) {
      return;
    }
    Map<String, Double> callees = to.computeIfAbsent(caller, any -> new TreeMap<>());
    // Of an edge that is declared twice the heavier counts; calls add up.
    if (callees.put(
            callee,
            to == declared
                ? Math.max(number, callees.getOrDefault(callee, 0.0))
                : number + callees.getOrDefault(callee, 0.0))
        == null) {
      edges++;
    }
  }

  private record Span(String service, String parent) {}

  /** A call is a span whose parent is of another service, or that names its uninstrumented peer. */
  private void spans(List<JsonNode> documents) {
    Map<String, Span> spans = new HashMap<>();
    Map<String, String> peers = new HashMap<>();
    for (JsonNode document : documents) {
      for (JsonNode resource : document.path("resourceSpans")) {
        String service = attribute(resource.at("/resource/attributes"), "service.name");
        for (JsonNode scope : resource.path("scopeSpans")) {
          for (JsonNode span : scope.path("spans")) {
            String trace = span.path("traceId").asText();
            String id = trace + "/" + span.path("spanId").asText();
            String peer = attribute(span.path("attributes"), "peer.service");
            if (!service.isBlank()) {
              spans.put(id, new Span(service, trace + "/" + span.path("parentSpanId").asText()));
              if (!peer.isBlank()) {
                peers.put(id, peer);
              }
            }
          }
        }
      }
    }
    for (Map.Entry<String, Span> entry : spans.entrySet()) {
      Span span = entry.getValue();
      Span parent = spans.get(span.parent());
      if (parent != null) {
        add(counted, parent.service(), span.service(), 1);
        if (!parent.service().equals(span.service())) {
          peers.remove(span.parent());
        }
      }
    }
    peers.forEach(
        (id, peer) -> add(counted, Objects.requireNonNull(spans.get(id)).service(), peer, 1));
  }

  private static String attribute(JsonNode attributes, String key) {
    for (JsonNode attribute : attributes) {
      if (attribute.path("key").asText().equals(key)) {
        return attribute.at("/value/stringValue").asText();
      }
    }
    return "";
  }

  /** As they are kept: in the declared form, with weights. */
  ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ArrayNode list = json.putArray("edges");
    edges(UnaryOperator.identity())
        .forEach(
            edge ->
                list.addObject()
                    .put("from", edge.caller())
                    .put("to", edge.callee())
                    .put("weight", edge.weight()));
    return json;
  }

  /**
   * The edges between services.
   *
   * @param canonical the canonical name of each name
   */
  List<Edge> edges(UnaryOperator<String> canonical) {
    List<Edge> all = new ArrayList<>();
    declared.forEach(
        (caller, callees) ->
            callees.forEach(
                (callee, weight) ->
                    all.add(
                        new Edge(
                            canonical.apply(caller),
                            canonical.apply(callee),
                            Math.min(1, weight)))));
    counted.forEach(
        (caller, callees) -> {
          double most = callees.values().stream().mapToDouble(Double::doubleValue).max().orElse(1);
          callees.forEach(
              (callee, count) ->
                  all.add(
                      new Edge(
                          canonical.apply(caller),
                          canonical.apply(callee),
                          Math.max(LEAST, Math.round(count / most * 1000) / 1000.0))));
        });
    return all;
  }
}
