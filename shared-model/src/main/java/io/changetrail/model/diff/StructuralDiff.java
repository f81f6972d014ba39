// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.diff;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.InvalidEventException;
import io.changetrail.model.StateChange;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The difference of two states.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6902">RFC 6902, JSON Patch</a>
 */
public final class StructuralDiff {
  private static final JsonNode NULL = JsonNodeFactory.instance.nullNode();

  private static final JsonNode UNKNOWN = MissingNode.getInstance();

  private StructuralDiff() {}

  /**
   * The change from one state to another.
   *
   * @param before {@code null} where there was nothing
   * @param after {@code null} where nothing is left
   */
  public static StateChange between(@Nullable JsonNode before, @Nullable JsonNode after) {
    if (before == null && after == null) {
      return StateChange.none();
    }
    return new StateChange(before, after, patch(before, after), List.of(), false);
  }

  /** The operations that turn one state into the other; nothing is treated as JSON null. */
  public static ArrayNode patch(@Nullable JsonNode before, @Nullable JsonNode after) {
    JsonNode from = before == null ? NULL : before;
    JsonNode to = after == null ? NULL : after;
    return JsonPatch.between(from, to);
  }

  /**
   * Applies operations to a state.
   *
   * @return the new state; JSON null where nothing is left
   * @throws InvalidEventException with the field {@code change.patch} if they do not apply
   */
  public static JsonNode apply(@Nullable JsonNode before, ArrayNode patch) {
    return JsonPatch.apply(before == null ? NULL : before, patch);
  }

  /** Every leaf that differs, in order of the document. */
  public static List<Difference> differences(StateChange state) {
    JsonNode before = state.before();
    JsonNode after = state.after();
    if (before == null && after == null && state.patch() != null) {
      return ofPatch(state.patch());
    }
    List<Difference> all = new ArrayList<>();
    collect(new ArrayList<>(), before, after, all);
    return all;
  }

  /** What can be told from a patch alone: its paths and new values. */
  private static List<Difference> ofPatch(ArrayNode patch) {
    List<Difference> all = new ArrayList<>();
    for (JsonNode operation : patch) {
      List<String> path = JsonPatch.segments(operation.path("path").asText(""));
      JsonNode value = operation.get("value");
      switch (operation.path("op").asText()) {
        case "add" -> collect(path, null, value, all);
        case "replace" -> collect(path, UNKNOWN, value, all);
        case "remove" -> all.add(new Difference(path, UNKNOWN, null));
        default -> all.add(new Difference(path, UNKNOWN, UNKNOWN));
      }
    }
    return all;
  }

  private static void collect(
      List<String> path,
      @Nullable JsonNode before,
      @Nullable JsonNode after,
      List<Difference> all) {
    if (before == null ? after == null : before.equals(after)) {
      return;
    }
    boolean descend =
        (before == null || before.isMissingNode() || before.isContainerNode())
            && (after == null || after.isContainerNode())
            && (before == null
                || before.isMissingNode()
                || after == null
                || before.getNodeType() == after.getNodeType())
            && size(before) + size(after) > 0;
    if (!descend) {
      all.add(new Difference(path, before, after));
      return;
    }
    Map<String, JsonNode> left = children(before);
    Map<String, JsonNode> right = children(after);
    Set<String> names = new LinkedHashSet<>(left.keySet());
    names.addAll(right.keySet());
    for (String name : names) {
      List<String> deeper = new ArrayList<>(path);
      deeper.add(name);
      JsonNode old = before != null && before.isMissingNode() ? UNKNOWN : left.get(name);
      collect(deeper, old, right.get(name), all);
    }
  }

  private static int size(@Nullable JsonNode node) {
    return node == null ? 0 : node.size();
  }

  private static Map<String, JsonNode> children(@Nullable JsonNode node) {
    Map<String, JsonNode> children = new LinkedHashMap<>();
    if (node instanceof ObjectNode) {
      node.properties().forEach(field -> children.put(field.getKey(), field.getValue()));
    } else if (node instanceof ArrayNode array) {
      List<String> names = itemNames(array);
      for (int i = 0; i < array.size(); i++) {
        children.put(names.isEmpty() ? Integer.toString(i) : names.get(i), array.get(i));
      }
    }
    return children;
  }

  /**
   * The names of all items, where each has one of its own: Kubernetes lists such as containers, env
   * and ports, whose order means nothing. Otherwise empty.
   */
  static List<String> itemNames(ArrayNode array) {
    Set<String> names = new LinkedHashSet<>();
    for (JsonNode item : array) {
      if (!item.path("name").isTextual() || !names.add(item.get("name").textValue())) {
        return List.of();
      }
    }
    return List.copyOf(names);
  }

  /** One line for people, for example {@code replicas 3 → 5, image tag 1.4.1 → 1.4.2}. */
  public static String summary(StateChange state) {
    return DiffSummary.of(state, differences(state));
  }
}
