// SPDX-License-Identifier: Apache-2.0
package io.changetrail.source.repository;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.StringReader;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Files of a form that has structure: JSON, YAML, TOML and Java properties, by their ending. */
final class StructuredText {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final ObjectMapper YAML = new YAMLMapper();
  private static final ObjectMapper TOML = new TomlMapper();

  private StructuredText() {}

  /** What stands in a file; empty if it is of another form, or a template of one of these. */
  static Optional<JsonNode> parse(String path, String text) {
    try {
      return Optional.ofNullable(read(ending(path), text)).filter(JsonNode::isContainerNode);
    } catch (IOException | IllegalArgumentException e) {
      return Optional.empty(); // the change is told without its difference
    }
  }

  private static String ending(String path) {
    return path.substring(path.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
  }

  private static @Nullable JsonNode read(String ending, String text) throws IOException {
    return switch (ending) {
      case "json" -> JSON.readTree(text);
      case "yaml", "yml" -> documents(text);
      case "toml" -> TOML.readTree(text);
      case "properties" -> properties(text);
      default -> null;
    };
  }

  /** A stream of several documents is a list. */
  private static @Nullable JsonNode documents(String text) throws IOException {
    ArrayNode all = JsonNodeFactory.instance.arrayNode();
    try (MappingIterator<JsonNode> documents =
        YAML.readerFor(JsonNode.class).readValues(new StringReader(text))) {
      while (documents.hasNextValue()) {
        all.add(documents.nextValue());
      }
    }
    return all.size() == 1 ? all.get(0) : all.isEmpty() ? null : all;
  }

  private static JsonNode properties(String text) throws IOException {
    Properties properties = new Properties();
    properties.load(new StringReader(text));
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    new TreeSet<>(properties.stringPropertyNames())
        .forEach(name -> tree.put(name, properties.getProperty(name)));
    return tree;
  }
}
