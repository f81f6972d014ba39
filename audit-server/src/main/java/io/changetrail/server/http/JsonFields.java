// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.changetrail.model.InvalidEventException;
import io.changetrail.model.codec.StrictJson;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The fields of a JSON object in a request. Complaints name the field by its path. */
public final class JsonFields {
  private final JsonNode node;
  private final String path;

  private JsonFields(JsonNode node, String path) {
    this.node = node;
    this.path = path;
  }

  /**
   * The object that a body is.
   *
   * @throws ProblemException if it is none
   * @throws InvalidEventException if it is not JSON within bounds
   */
  public static JsonFields ofBody(byte[] body) {
    JsonNode node = StrictJson.read(body);
    if (!node.isObject()) {
      throw Problem.field("body", "must be a JSON object").asException();
    }
    return new JsonFields(node, "");
  }

  /** The tree itself. */
  public JsonNode node() {
    return node;
  }

  /** Refuses fields that mean nothing here. */
  public void only(Collection<String> known) {
    node.fieldNames()
        .forEachRemaining(
            name -> {
              if (!known.contains(name)) {
                throw Problem.field(
                        at(name),
                        "is not a field here"
                            + Names.nearest(name, known)
                                .map(nearest -> "; did you mean '" + nearest + "'?")
                                .orElse(""))
                    .asException();
              }
            });
  }

  public boolean has(String name) {
    return node.hasNonNull(name);
  }

  public String text(String name) {
    String text = optionalText(name);
    if (text == null || text.isBlank()) {
      throw Problem.field(at(name), "is required: a text").asException();
    }
    return text;
  }

  public @Nullable String optionalText(String name) {
    if (!has(name)) {
      return null;
    }
    if (!node.get(name).isTextual()) {
      throw Problem.field(at(name), "must be a text").asException();
    }
    return node.get(name).textValue();
  }

  public Instant instant(String name) {
    return instant(at(name), text(name));
  }

  /** The length of time that a field gives in ISO 8601, or the default. */
  public Duration duration(String name, Duration otherwise) {
    String text = optionalText(name);
    if (text == null) {
      return otherwise;
    }
    try {
      Duration duration = Duration.parse(text);
      if (!duration.isNegative()) {
        return duration;
      }
    } catch (DateTimeException e) {
      // As wrong as a negative one, with the same remedy.
    }
    throw Problem.field(at(name), "must be an ISO 8601 duration such as PT5M").asException();
  }

  /** A whole number that is not negative, or the default. */
  public long wholeNumber(String name, long otherwise) {
    if (!has(name)) {
      return otherwise;
    }
    JsonNode value = node.get(name);
    if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
      throw Problem.field(at(name), "must be a whole number from 0 on").asException();
    }
    return value.longValue();
  }

  public JsonFields object(String name) {
    JsonNode value = node.path(name);
    if (!value.isObject()) {
      throw Problem.field(at(name), "is required: an object").asException();
    }
    return new JsonFields(value, at(name));
  }

  /** The objects of a list; none if it is absent. */
  public List<JsonFields> objects(String name) {
    List<JsonFields> all = new ArrayList<>();
    for (JsonNode item : list(name)) {
      String itemPath = at(name) + "[" + all.size() + "]";
      if (!item.isObject()) {
        throw Problem.field(itemPath, "must be an object").asException();
      }
      all.add(new JsonFields(item, itemPath));
    }
    return all;
  }

  /** A list; empty if it is absent. */
  public JsonNode list(String name) {
    JsonNode value = node.path(name);
    if (value.isMissingNode() || value.isNull()) {
      return JsonNodeFactory.instance.arrayNode();
    }
    if (!value.isArray()) {
      throw Problem.field(at(name), "must be a list").asException();
    }
    return value;
  }

  /** The path of a field, for complaints. */
  public String at(String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  /**
   * A moment in RFC 3339.
   *
   * @param field for the complaint
   */
  public static Instant instant(String field, String text) {
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException e) {
      throw Problem.field(field, "must be a time in RFC 3339, such as 2026-01-31T02:03:00Z")
          .asException();
    }
  }
}
