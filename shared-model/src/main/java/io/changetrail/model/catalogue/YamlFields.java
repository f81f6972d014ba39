// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.catalogue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.apache.commons.text.similarity.LevenshteinDistance;
import org.jspecify.annotations.Nullable;

/** Reading YAML with complaints that say where. */
record YamlFields(JsonNode node, String path) {
  private static final ObjectReader YAML = new YAMLMapper().readerFor(JsonNode.class);

  static List<YamlFields> documents(String yaml) {
    List<YamlFields> documents = new ArrayList<>();
    try (MappingIterator<JsonNode> values = YAML.readValues(yaml)) {
      while (values.hasNext()) {
        JsonNode document = values.next();
        if (document.isObject()) {
          documents.add(new YamlFields(document, ""));
        } else if (!document.isNull() && !document.isMissingNode()) {
          throw new InvalidCatalogueException("the catalogue must be a YAML mapping");
        }
      }
      return documents;
    } catch (JsonProcessingException e) {
      throw new InvalidCatalogueException("not valid YAML: " + e.getOriginalMessage());
    } catch (IOException | RuntimeException e) {
      if (e instanceof InvalidCatalogueException invalid) {
        throw invalid;
      }
      throw new InvalidCatalogueException("not valid YAML: " + e.getMessage());
    }
  }

  void only(Set<String> known) {
    node.fieldNames()
        .forEachRemaining(
            name -> {
              if (!known.contains(name)) {
                throw wrong(name, "is unknown; did you mean '" + nearest(name, known) + "'?");
              }
            });
  }

  private static String nearest(String name, Set<String> known) {
    return known.stream()
        .min(
            Comparator.<String>comparingInt(
                    other -> LevenshteinDistance.getDefaultInstance().apply(name, other))
                .thenComparing(Comparator.naturalOrder()))
        .orElse(name);
  }

  @Nullable String text(String field) {
    JsonNode value = node.get(field);
    if (value == null || value.isNull()) {
      return null;
    }
    if (!value.isValueNode() || value.asText().isBlank()) {
      throw wrong(field, "must be a text");
    }
    return value.asText();
  }

  List<String> texts(String field) {
    JsonNode value = node.get(field);
    if (value == null || value.isNull()) {
      return List.of();
    }
    if (!value.isArray()) {
      throw wrong(field, "must be a list");
    }
    List<String> texts = new ArrayList<>();
    for (JsonNode item : value) {
      if (!item.isValueNode() || item.asText().isBlank()) {
        throw wrong(field, "must be a list of texts");
      }
      texts.add(item.asText());
    }
    return texts;
  }

  YamlFields mapping(String field) {
    JsonNode value = node.path(field);
    if (value.isMissingNode() || value.isNull()) {
      return new YamlFields(JsonNodeFactory.instance.objectNode(), name(field));
    }
    if (!value.isObject()) {
      throw wrong(field, "must be a mapping from names");
    }
    return new YamlFields(value, name(field));
  }

  List<String> names() {
    List<String> names = new ArrayList<>();
    node.fieldNames().forEachRemaining(names::add);
    return names;
  }

  private String name(String field) {
    return path.isEmpty() ? field : path + "." + field;
  }

  InvalidCatalogueException wrong(String field, String detail) {
    return new InvalidCatalogueException(name(field) + " " + detail);
  }
}
