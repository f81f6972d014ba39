// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.drift;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.watcher.capture.CanonicalState;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A field that is not as it was declared.
 *
 * @param path from the object's root; items of lists by their name or key
 * @param declared {@code null} where the field was not to be there
 * @param live {@code null} where it is not there
 * @param by where it is declared
 */
record DriftedField(
    List<String> path, @Nullable JsonNode declared, @Nullable JsonNode live, String by) {
  private static final int MOST_BYTES = 1024;

  DriftedField {
    path = List.copyOf(path);
  }

  /** Whether it is the same drift; where it is declared may be told in other words. */
  boolean isSame(DriftedField other) {
    return path.equals(other.path)
        && Objects.equals(declared, other.declared)
        && Objects.equals(live, other.live);
  }

  /** So that an event can tell all fields, of whatever size. */
  DriftedField bounded() {
    return new DriftedField(path, bounded(declared), bounded(live), by);
  }

  static @Nullable JsonNode bounded(@Nullable JsonNode value) {
    return value == null ? null : CanonicalState.bounded(value, MOST_BYTES);
  }

  ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    path.forEach(json.putArray("path")::add);
    if (declared != null) {
      json.set("declared", declared);
    }
    if (live != null) {
      json.set("live", live);
    }
    return json.put("declaredBy", by);
  }

  static DriftedField of(JsonNode json) {
    List<String> path = new ArrayList<>();
    json.path("path").forEach(segment -> path.add(segment.asText()));
    return new DriftedField(
        path, json.get("declared"), json.get("live"), json.path("declaredBy").asText());
  }

  /** For example {@code spec.replicas 3, live 5}. */
  String line() {
    return String.join(".", path) + " declared " + text(declared) + ", live " + text(live);
  }

  private static String text(@Nullable JsonNode value) {
    if (value == null) {
      return "absent";
    }
    String text = value.isValueNode() ? value.asText() : value.toString();
    return text.length() <= 80 ? text : text.substring(0, 79) + "…";
  }
}
