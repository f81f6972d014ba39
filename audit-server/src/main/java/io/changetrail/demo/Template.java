// SPDX-License-Identifier: Apache-2.0
package io.changetrail.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A payload of this package's resources in which texts hold {@code ${name}}. A text that is nothing
 * but one of them takes the value with its JSON type; within a longer text it takes its letters.
 */
final class Template {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{(\\w+)}");

  private final String name;
  private final JsonNode tree;

  Template(String name) {
    this.name = name;
    try {
      tree = JSON.readTree(text(name + ".json"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The text of a resource of this package. */
  static String text(String resource) {
    try (InputStream in = Template.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("resource " + resource + " is missing from this build");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The payload; an empty text as a value leaves JSON null in its place. */
  ObjectNode fill(Map<String, ?> values) {
    return (ObjectNode) fill(tree, values);
  }

  private JsonNode fill(JsonNode node, Map<String, ?> values) {
    if (node.isObject()) {
      ObjectNode filled = JSON.createObjectNode();
      node.properties()
          .forEach(
              field -> filled.set(letters(field.getKey(), values), fill(field.getValue(), values)));
      return filled;
    }
    if (node.isArray()) {
      ArrayNode filled = JSON.createArrayNode();
      node.forEach(item -> filled.add(fill(item, values)));
      return filled;
    }
    if (!node.isTextual()) {
      return node;
    }
    Matcher whole = PLACEHOLDER.matcher(node.textValue());
    if (whole.matches()) {
      Object value = value(whole.group(1), values);
      if (value instanceof JsonNode tree) {
        return tree;
      }
      boolean plain = value instanceof Number || value instanceof Boolean;
      return value.equals("")
          ? JSON.nullNode()
          : JSON.valueToTree(plain ? value : value.toString());
    }
    return JSON.getNodeFactory().textNode(letters(node.textValue(), values));
  }

  private String letters(String text, Map<String, ?> values) {
    return PLACEHOLDER
        .matcher(text)
        .replaceAll(found -> Matcher.quoteReplacement(value(found.group(1), values).toString()));
  }

  private Object value(String placeholder, Map<String, ?> values) {
    Object value = values.get(placeholder);
    if (value == null) {
      throw new IllegalStateException("template " + name + " wants a value for " + placeholder);
    }
    return value;
  }
}
