// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.drift;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kubernetes.client.custom.Quantity;
import io.kubernetes.client.custom.QuantityFormatException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Compares the fields that are declared, and only those: what the API server or a webhook adds, a
 * default or a sidecar, is no drift. Items of lists are matched by the key that Kubernetes merges
 * them by.
 *
 * @see <a
 *     href="https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy">Merge
 *     strategy</a>
 */
final class DeclaredFields {
  /** Keys of lists in the API, the most telling first. */
  private static final List<String> KEYS =
      List.of(
          "name", "containerPort", "port", "mountPath", "devicePath", "topologyKey", "ip", "key");

  /** Members that say what the object is, not what it is like. */
  private static final Set<String> IDENTITY = Set.of("apiVersion", "kind");

  private static final Set<String> LITERAL = Set.of("ConfigMap", "Secret");

  private final boolean literal;
  private final String by;
  private final List<DriftedField> drifted = new ArrayList<>();

  private DeclaredFields(boolean literal, String by) {
    this.literal = literal;
    this.by = by;
  }

  /** The declared fields that are not so. Both states are redacted with the same key. */
  static List<DriftedField> compare(ObjectNode declared, ObjectNode live, String by) {
    DeclaredFields fields = new DeclaredFields(LITERAL.contains(live.path("kind").asText()), by);
    declared
        .properties()
        .forEach(
            member -> {
              if (!IDENTITY.contains(member.getKey())) {
                fields.compare(
                    List.of(member.getKey()), member.getValue(), live.get(member.getKey()));
              }
            });
    return fields.drifted;
  }

  private void compare(List<String> path, JsonNode declared, @Nullable JsonNode live) {
    if (declared.equals(live) || (live == null && saysNothing(declared))) {
      return;
    }
    if (declared instanceof ObjectNode && live instanceof ObjectNode) {
      declared
          .properties()
          .forEach(
              member ->
                  compare(
                      deeper(path, member.getKey()), member.getValue(), live.get(member.getKey())));
    } else if (declared.isArray() && live != null && live.isArray()) {
      items(path, declared, live);
    } else if (live == null || !isSame(declared, live)) {
      drifted.add(new DriftedField(path, declared, live, by));
    }
  }

  /** What the API does not serve when it is so. */
  private static boolean saysNothing(JsonNode declared) {
    return declared.isNull()
        || (declared.isContainerNode() && declared.isEmpty())
        || (declared.isTextual() && declared.textValue().isEmpty())
        || (declared.isBoolean() && !declared.booleanValue())
        || (declared.isNumber() && declared.decimalValue().signum() == 0);
  }

  private void items(List<String> path, JsonNode declared, JsonNode live) {
    String key = key(declared, live);
    if (key != null) {
      for (JsonNode item : declared) {
        String name = item.path(key).asText();
        compare(deeper(path, name), item, find(live, key, name));
      }
    } else if (declared.size() == live.size() && areObjects(declared) && areObjects(live)) {
      for (int i = 0; i < declared.size(); i++) {
        compare(deeper(path, Integer.toString(i)), declared.get(i), live.get(i));
      }
    } else {
      drifted.add(new DriftedField(path, declared, live, by));
    }
  }

  private static @Nullable String key(JsonNode declared, JsonNode live) {
    return KEYS.stream()
        .filter(key -> isKey(declared, key) && isKey(live, key))
        .findFirst()
        .orElse(null);
  }

  private static boolean isKey(JsonNode items, String key) {
    Set<String> seen = new HashSet<>();
    for (JsonNode item : items) {
      if (!item.path(key).isValueNode() || !seen.add(item.path(key).asText())) {
        return false;
      }
    }
    return true;
  }

  private static @Nullable JsonNode find(JsonNode items, String key, String name) {
    for (JsonNode item : items) {
      if (item.path(key).asText().equals(name)) {
        return item;
      }
    }
    return null;
  }

  private static boolean areObjects(JsonNode items) {
    for (JsonNode item : items) {
      if (!item.isObject()) {
        return false;
      }
    }
    return true;
  }

  /** One amount may be written in two ways; in the data of a ConfigMap those are two texts. */
  private boolean isSame(JsonNode declared, JsonNode live) {
    if (declared.isNumber() && live.isNumber()) {
      return declared.decimalValue().compareTo(live.decimalValue()) == 0;
    }
    if (literal || !declared.isValueNode() || !live.isValueNode()) {
      return false;
    }
    if (declared.asText().equals(live.asText())) {
      return true;
    }
    try {
      return Quantity.fromString(declared.asText())
              .getNumber()
              .compareTo(Quantity.fromString(live.asText()).getNumber())
          == 0;
    } catch (QuantityFormatException | NumberFormatException e) {
      return false; // no amounts
    }
  }

  private static List<String> deeper(List<String> path, String segment) {
    List<String> deeper = new ArrayList<>(path);
    deeper.add(segment);
    return deeper;
  }

  /** The value at a path as {@link #compare} makes them; missing if there is none. */
  static JsonNode at(JsonNode state, List<String> path) {
    JsonNode here = state;
    for (String segment : path) {
      here = here.isArray() ? item(here, segment) : here.path(segment);
    }
    return here;
  }

  private static JsonNode item(JsonNode items, String segment) {
    for (String key : KEYS) {
      if (isKey(items, key)) {
        JsonNode found = find(items, key, segment);
        if (found != null) {
          return found;
        }
      }
    }
    return segment.chars().allMatch(Character::isDigit) && segment.length() < 10
        ? items.path(Integer.parseInt(segment))
        : MissingNode.getInstance();
  }
}
