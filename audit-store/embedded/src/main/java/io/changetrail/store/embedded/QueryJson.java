// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store.embedded;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.store.Field;
import io.changetrail.store.Query;
import java.time.Instant;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Queries as kept for legal holds. */
final class QueryJson {
  private QueryJson() {}

  static String write(Query query) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("from", text(query.from())).put("to", text(query.to())).put("text", query.text());
    ObjectNode fields = json.putObject("fields");
    query.fields().forEach((field, values) -> put(fields.putArray(field.wireName()), values));
    put(json.putArray("paths"), query.paths());
    put(json.putArray("values"), query.values());
    return json.toString();
  }

  static Query read(String text) {
    JsonNode json = Bodies.read(text);
    Map<Field, Set<String>> fields = new EnumMap<>(Field.class);
    json.path("fields")
        .properties()
        .forEach(
            entry ->
                Field.named(entry.getKey())
                    .ifPresent(field -> fields.put(field, texts(entry.getValue()))));
    return new Query(
        instant(json.path("from").textValue()),
        instant(json.path("to").textValue()),
        fields,
        json.path("text").textValue(),
        texts(json.path("paths")),
        texts(json.path("values")));
  }

  private static @Nullable String text(@Nullable Instant time) {
    return time == null ? null : time.toString();
  }

  private static @Nullable Instant instant(@Nullable String text) {
    return text == null ? null : Instant.parse(text);
  }

  private static void put(ArrayNode array, Set<String> values) {
    values.forEach(array::add);
  }

  private static Set<String> texts(JsonNode array) {
    Set<String> texts = new LinkedHashSet<>();
    array.forEach(value -> texts.add(value.asText()));
    return texts;
  }
}
