// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.diff;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.InvalidEventException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Making and applying RFC 6902 operations. Written by hand because it must be exact for any member
 * name and take linear time for any array.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6902">RFC 6902, JSON Patch</a>
 */
final class JsonPatch {
  private JsonPatch() {}

  /** The operations that turn {@code from} into {@code to}: add, remove and replace. */
  static ArrayNode between(JsonNode from, JsonNode to) {
    ArrayNode patch = JsonNodeFactory.instance.arrayNode();
    collect("", from, to, patch);
    return patch;
  }

  private static void collect(String path, JsonNode from, JsonNode to, ArrayNode patch) {
    if (from.equals(to)) {
      return;
    }
    if (from instanceof ObjectNode before && to instanceof ObjectNode after) {
      members(path, before, after, patch);
    } else if (from instanceof ArrayNode before && to instanceof ArrayNode after) {
      items(path, before, after, patch);
    } else {
      operation(patch, "replace", path).set("value", to);
    }
  }

  private static void members(String path, ObjectNode before, ObjectNode after, ArrayNode patch) {
    for (Map.Entry<String, JsonNode> field : before.properties()) {
      String place = path + "/" + escaped(field.getKey());
      JsonNode now = after.get(field.getKey());
      if (now == null) {
        operation(patch, "remove", place);
      } else {
        collect(place, field.getValue(), now, patch);
      }
    }
    for (Map.Entry<String, JsonNode> field : after.properties()) {
      if (!before.has(field.getKey())) {
        operation(patch, "add", path + "/" + escaped(field.getKey()))
            .set("value", field.getValue());
      }
    }
  }

  /**
   * Items with names, as Kubernetes has containers, variables and ports, are compared with those of
   * the same name, as long as the common ones keep their order; all others by their place.
   */
  private static void items(String path, ArrayNode before, ArrayNode after, ArrayNode patch) {
    List<String> old = StructuralDiff.itemNames(before);
    List<String> now = StructuralDiff.itemNames(after);
    Set<String> both = new HashSet<>(old);
    both.retainAll(now);
    boolean matched =
        !both.isEmpty()
            && old.stream()
                .filter(both::contains)
                .toList()
                .equals(now.stream().filter(both::contains).toList());
    if (matched) {
      namedItems(path, before, old, after, now, patch);
    } else {
      itemsByPlace(path, before, after, patch);
    }
  }

  private static void namedItems(
      String path,
      ArrayNode before,
      List<String> old,
      ArrayNode after,
      List<String> now,
      ArrayNode patch) {
    Set<String> kept = new HashSet<>(now);
    for (int i = old.size() - 1; i >= 0; i--) {
      if (!kept.contains(old.get(i))) {
        operation(patch, "remove", path + "/" + i);
      }
    }
    Map<String, JsonNode> byName = new HashMap<>();
    for (int i = 0; i < old.size(); i++) {
      byName.put(old.get(i), before.get(i));
    }
    for (int i = 0; i < now.size(); i++) {
      JsonNode was = byName.get(now.get(i));
      if (was == null) {
        operation(patch, "add", path + "/" + i).set("value", after.get(i));
      } else {
        collect(path + "/" + i, was, after.get(i), patch);
      }
    }
  }

  /**
   * What both begin and end with stays. Between, items are compared by place, and what one has more
   * than the other is removed from the end, or added there.
   */
  private static void itemsByPlace(
      String path, ArrayNode before, ArrayNode after, ArrayNode patch) {
    int shorter = Math.min(before.size(), after.size());
    int start = 0;
    while (start < shorter && before.get(start).equals(after.get(start))) {
      start++;
    }
    int tail = 0;
    while (tail < shorter - start
        && before.get(before.size() - 1 - tail).equals(after.get(after.size() - 1 - tail))) {
      tail++;
    }
    int common = shorter - tail;
    for (int i = start; i < common; i++) {
      collect(path + "/" + i, before.get(i), after.get(i), patch);
    }
    for (int i = before.size() - tail - 1; i >= common; i--) {
      operation(patch, "remove", path + "/" + i);
    }
    for (int i = common; i < after.size() - tail; i++) {
      operation(patch, "add", path + "/" + i).set("value", after.get(i));
    }
  }

  private static ObjectNode operation(ArrayNode patch, String name, String path) {
    return patch.addObject().put("op", name).put("path", path);
  }

  private static String escaped(String name) {
    return name.replace("~", "~0").replace("/", "~1");
  }

  /** The segments of a JSON Pointer. */
  static List<String> segments(String pointer) {
    if (pointer.isEmpty()) {
      return List.of();
    }
    if (pointer.charAt(0) != '/') {
      throw refused("has a path that does not begin with /");
    }
    List<String> segments = new ArrayList<>();
    for (String segment : pointer.substring(1).split("/", -1)) {
      segments.add(segment.replace("~1", "/").replace("~0", "~"));
    }
    return segments;
  }

  /**
   * The state after all operations; neither argument is altered.
   *
   * @throws InvalidEventException with the field {@code change.patch} if one does not apply
   */
  static JsonNode apply(JsonNode state, ArrayNode patch) {
    JsonNode result = state.deepCopy();
    for (JsonNode operation : patch) {
      List<String> path = segments(text(operation, "path"));
      result =
          switch (text(operation, "op")) {
            case "add" -> add(result, path, value(operation));
            case "remove" -> remove(result, path);
            case "replace" -> add(remove(result, path), path, value(operation));
            case "copy" ->
                add(result, path, existing(result, segments(text(operation, "from"))).deepCopy());
            case "move" -> {
              List<String> from = segments(text(operation, "from"));
              JsonNode moved = existing(result, from);
              yield add(remove(result, from), path, moved);
            }
            case "test" -> {
              if (!existing(result, path).equals(value(operation))) {
                throw refused("has a test that fails");
              }
              yield result;
            }
            default -> throw refused("has an unknown operation");
          };
    }
    return result;
  }

  private static JsonNode add(JsonNode root, List<String> path, JsonNode value) {
    if (path.isEmpty()) {
      return value;
    }
    JsonNode parent = existing(root, path.subList(0, path.size() - 1));
    String last = path.get(path.size() - 1);
    if (parent instanceof ObjectNode object) {
      object.set(last, value);
    } else if (parent instanceof ArrayNode array) {
      array.insert(last.equals("-") ? array.size() : index(last, array.size()), value);
    } else {
      throw refused("has a path through a value that has no members");
    }
    return root;
  }

  private static JsonNode remove(JsonNode root, List<String> path) {
    existing(root, path);
    if (path.isEmpty()) {
      return JsonNodeFactory.instance.nullNode();
    }
    JsonNode parent = existing(root, path.subList(0, path.size() - 1));
    String last = path.get(path.size() - 1);
    if (parent instanceof ObjectNode object) {
      object.remove(last);
    } else if (parent instanceof ArrayNode array) {
      array.remove(index(last, array.size() - 1));
    }
    return root;
  }

  private static JsonNode existing(JsonNode root, List<String> path) {
    JsonNode node = root;
    for (String segment : path) {
      JsonNode child =
          node instanceof ArrayNode array
              ? array.get(index(segment, array.size() - 1))
              : node.get(segment);
      if (child == null) {
        throw refused("has a path that is not there");
      }
      node = child;
    }
    return node;
  }

  private static int index(String segment, int highest) {
    boolean number = segment.matches("0|[1-9][0-9]{0,8}");
    int index = number ? Integer.parseInt(segment) : -1;
    if (index < 0 || index > highest) {
      throw refused("has an index that is not there");
    }
    return index;
  }

  private static JsonNode value(JsonNode operation) {
    @Nullable JsonNode value = operation.get("value");
    if (value == null) {
      throw refused("has an operation without its value");
    }
    return value.deepCopy();
  }

  private static String text(JsonNode operation, String field) {
    if (!operation.path(field).isTextual()) {
      throw refused("has an operation without its " + field);
    }
    return operation.get(field).textValue();
  }

  private static InvalidEventException refused(String what) {
    return new InvalidEventException(
        "change.patch", what + "; send RFC 6902 operations that lead from before to after");
  }
}
