// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.codec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.InvalidEventException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Typed reading of one JSON object, whose complaints name the field by its whole path. */
record Fields(ObjectNode node, String path) {

  String name(String field) {
    return path.isEmpty() ? field : path + "." + field;
  }

  @Nullable JsonNode raw(String field) {
    JsonNode value = node.get(field);
    return value == null || value.isNull() ? null : value;
  }

  @Nullable String text(String field) {
    JsonNode value = raw(field);
    if (value == null) {
      return null;
    }
    if (!value.isTextual()) {
      throw wrong(field, "must be a string");
    }
    return value.textValue();
  }

  String requiredText(String field) {
    String value = text(field);
    if (value == null || value.isBlank()) {
      throw wrong(field, "is required and must not be blank");
    }
    return value;
  }

  @Nullable Instant time(String field) {
    String value = text(field);
    if (value == null) {
      return null;
    }
    try {
      return Rfc3339.parse(value);
    } catch (DateTimeException e) {
      InvalidEventException invalid =
          wrong(
              field,
              "must be an RFC 3339 date and time with an offset, such as 2026-01-31T02:03:00Z");
      invalid.addSuppressed(e);
      throw invalid;
    }
  }

  boolean flag(String field) {
    JsonNode value = raw(field);
    if (value == null) {
      return false;
    }
    if (!value.isBoolean()) {
      throw wrong(field, "must be true or false");
    }
    return value.booleanValue();
  }

  @Nullable Double number(String field) {
    JsonNode value = raw(field);
    if (value == null) {
      return null;
    }
    if (!value.isNumber()) {
      throw wrong(field, "must be a number");
    }
    return value.doubleValue();
  }

  @Nullable Long count(String field) {
    JsonNode value = raw(field);
    if (value == null) {
      return null;
    }
    if (!value.canConvertToLong() || !value.isIntegralNumber()) {
      throw wrong(field, "must be a whole number below 2^63");
    }
    return value.longValue();
  }

  @Nullable Fields object(String field) {
    JsonNode value = raw(field);
    if (value == null) {
      return null;
    }
    if (value instanceof ObjectNode object) {
      return new Fields(object, name(field));
    }
    throw wrong(field, "must be a JSON object");
  }

  Fields requiredObject(String field) {
    Fields value = object(field);
    if (value == null) {
      throw wrong(field, "is required");
    }
    return value;
  }

  List<Fields> objects(String field) {
    List<Fields> all = new ArrayList<>();
    int index = 0;
    for (JsonNode element : array(field)) {
      if (!(element instanceof ObjectNode object)) {
        throw wrong(field + "[" + index + "]", "must be a JSON object");
      }
      all.add(new Fields(object, name(field) + "[" + index + "]"));
      index++;
    }
    return all;
  }

  List<String> texts(String field) {
    List<String> all = new ArrayList<>();
    for (JsonNode element : array(field)) {
      if (!element.isTextual()) {
        throw wrong(field, "must be an array of strings");
      }
      all.add(element.textValue());
    }
    return all;
  }

  private Iterable<JsonNode> array(String field) {
    JsonNode value = raw(field);
    if (value == null) {
      return List.of();
    }
    if (!value.isArray()) {
      throw wrong(field, "must be a JSON array");
    }
    return value;
  }

  <E extends Enum<E>> @Nullable E oneOf(Class<E> type, String field) {
    String value = text(field);
    if (value == null) {
      return null;
    }
    E[] constants = type.getEnumConstants();
    for (E constant : constants) {
      if (isLowerCase(constant.name(), value)) {
        return constant;
      }
    }
    List<String> names = new ArrayList<>();
    for (E constant : constants) {
      names.add(constant.name().toLowerCase(Locale.ROOT));
    }
    throw wrong(field, "must be one of " + String.join(", ", names));
  }

  private static boolean isLowerCase(String name, String value) {
    return name.length() == value.length() && name.toLowerCase(Locale.ROOT).equals(value);
  }

  <E extends Enum<E>> E requiredOneOf(Class<E> type, String field) {
    E value = oneOf(type, field);
    if (value == null) {
      throw wrong(field, "is required");
    }
    return value;
  }

  InvalidEventException wrong(String field, String detail) {
    return new InvalidEventException(name(field), detail);
  }
}
