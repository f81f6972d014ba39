// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.codec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The facts of the CDEvents 0.5.1 specification (see the README beside the resource), expanded to
 * JSON Schema documents and to sample events.
 */
final class CdEventsFacts {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final JsonNode TYPES = read("/cdevents/cdevents-0.5.1.json");

  private CdEventsFacts() {}

  static List<String> types() {
    List<String> types = new ArrayList<>();
    TYPES.fieldNames().forEachRemaining(types::add);
    return types;
  }

  /** The sample of a type as a CloudEvent in structured mode. */
  static ObjectNode sample(String type, String specVersion) {
    JsonNode facts = TYPES.get(type).get("sample");
    String id = "271069a8-fc18-44f1-b38f-9d70a1695819";
    ObjectNode event = JSON.createObjectNode();
    event.put("specversion", "1.0").put("id", id).put("source", "/event/source/123");
    event.put("type", type).put("subject", facts.get("subject").asText());
    event.put("time", "2023-03-20T14:27:05.315384Z").put("datacontenttype", "application/json");
    ObjectNode data = event.putObject("data");
    ObjectNode context = data.putObject("context");
    context.put("specversion", specVersion).put("id", id).put("source", "/event/source/123");
    context.put("type", type).put("timestamp", "2023-03-20T14:27:05.315384Z");
    context.put("schemaUri", "https://myorg.com/schema/custom").put("chainId", "chain-1");
    ObjectNode link = context.putArray("links").addObject();
    link.put("linkType", "RELATION").put("linkKind", "TRIGGER");
    link.putObject("target").put("contextId", "5328c37f-bb7e-4bb7-84ea-9f5f85e4a7ce");
    link.putObject("tags").put("foo1", "bar");
    ObjectNode subject = data.putObject("subject");
    subject.put("id", facts.get("subject").asText()).put("source", "/event/source/123");
    subject.set("content", facts.get("content").deepCopy());
    return event;
  }

  /** The JSON Schema of the CDEvents part of an event of this type. */
  static ObjectNode schema(String type) {
    JsonNode facts = TYPES.get(type);
    ObjectNode content;
    if (facts == null) {
      content = JSON.createObjectNode().put("type", "object");
    } else {
      content = closedObject(facts.get("content"), facts.path("required"));
    }
    ObjectNode schema = JSON.createObjectNode();
    schema.put("$schema", "https://json-schema.org/draft/2020-12/schema").put("type", "object");
    schema.put("additionalProperties", false);
    schema.putArray("required").add("context").add("subject");
    ObjectNode properties = schema.putObject("properties");
    ObjectNode context = properties.putObject("context").put("type", "object");
    context.put("additionalProperties", false);
    ArrayNode required = context.putArray("required");
    List.of("specversion", "id", "source", "type", "timestamp").forEach(required::add);
    ObjectNode fields = context.putObject("properties");
    fields.set("specversion", text());
    fields.set("id", text());
    fields.set("source", text().put("format", "uri-reference"));
    if (facts == null) {
      fields.putObject("type").put("type", "string").put("pattern", CUSTOM_TYPE);
    } else {
      fields.putObject("type").put("const", type);
    }
    fields.putObject("timestamp").put("type", "string").put("format", "date-time");
    fields.set("schemaUri", text().put("format", "uri"));
    fields.set("chainId", text());
    fields.putObject("links").put("type", "array");
    ObjectNode subject = properties.putObject("subject").put("type", "object");
    subject.put("additionalProperties", false).putArray("required").add("id").add("content");
    ObjectNode parts = subject.putObject("properties");
    parts.set("id", text());
    parts.set("source", text().put("format", "uri-reference"));
    parts.set("content", content);
    properties.putObject("customData").put("type", "object");
    properties.putObject("customDataContentType").put("type", "string");
    return schema;
  }

  private static final String CUSTOM_TYPE =
      "^dev\\.cdeventsx\\.[a-zA-Z0-9]+-[a-zA-Z]+\\.[a-zA-Z]+\\.[0-9]\\.[0-9]\\.[0-9]$";

  private static ObjectNode closedObject(JsonNode fields, JsonNode required) {
    ObjectNode object = JSON.createObjectNode().put("type", "object");
    object.put("additionalProperties", false);
    if (required.isArray()) {
      object.set("required", required);
    }
    ObjectNode properties = object.putObject("properties");
    for (Map.Entry<String, JsonNode> field : fields.properties()) {
      properties.set(field.getKey(), expand(field.getValue()));
    }
    return object;
  }

  private static ObjectNode expand(JsonNode fact) {
    if (fact.isTextual()) {
      return switch (fact.asText()) {
        case "text" -> text();
        case "string" -> JSON.createObjectNode().put("type", "string");
        case "reference" ->
            closedObject(
                JSON.createObjectNode().put("id", "text").put("source", "text"),
                JSON.createArrayNode().add("id"));
        default -> throw new IllegalArgumentException("no short form: " + fact);
      };
    }
    if (fact.has("fields")) {
      return closedObject(fact.get("fields"), fact.path("required"));
    }
    ObjectNode schema = JSON.createObjectNode();
    for (Map.Entry<String, JsonNode> keyword : fact.properties()) {
      switch (keyword.getKey()) {
        case "items" -> schema.set("items", expand(keyword.getValue()));
        case "anyOf", "oneOf" -> {
          ArrayNode options = schema.putArray(keyword.getKey());
          keyword.getValue().forEach(option -> options.add(expand(option)));
        }
        default -> schema.set(keyword.getKey(), keyword.getValue());
      }
    }
    return schema;
  }

  private static ObjectNode text() {
    return JSON.createObjectNode().put("type", "string").put("minLength", 1);
  }

  private static JsonNode read(String resource) {
    try (InputStream in =
        Objects.requireNonNull(CdEventsFacts.class.getResourceAsStream(resource), resource)) {
      return JSON.readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
