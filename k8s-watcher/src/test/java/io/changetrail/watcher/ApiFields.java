// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Fields as the API tells them apart: a list's items by their keys where the type says that the
 * list is a map, and whole lists otherwise. A path has the segments that {@code fieldsV1} has.
 *
 * @see <a href="https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy">
 *     Merge strategy</a>
 */
final class ApiFields {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Keys of the items of lists that are maps, by the name of the list. */
  private static final Map<String, List<String>> KEYS =
      Map.ofEntries(
          Map.entry("containers", List.of("name")),
          Map.entry("initContainers", List.of("name")),
          Map.entry("env", List.of("name")),
          Map.entry("volumes", List.of("name")),
          Map.entry("imagePullSecrets", List.of("name")),
          Map.entry("volumeMounts", List.of("mountPath")),
          Map.entry("conditions", List.of("type")),
          Map.entry("ownerReferences", List.of("uid")));

  /** Objects that are written as a whole. */
  private static final Set<String> ATOMIC =
      Set.of(
          "selector",
          "podSelector",
          "nodeSelector",
          "scaleTargetRef",
          "configMapKeyRef",
          "secretKeyRef",
          "fieldRef");

  /** Parts that are always there, so nobody adds them; of built-in types. */
  private static final Set<String> ALWAYS =
      Set.of("spec", "template", "strategy", "updateStrategy", "containers", "resources", "status");

  /** What nobody owns: the server writes it, or it says which object it is. */
  private static final Set<List<String>> OF_NOBODY =
      Stream.concat(
              Stream.of(List.of("f:apiVersion"), List.of("f:kind")),
              Stream.of(
                      "name",
                      "namespace",
                      "uid",
                      "resourceVersion",
                      "generation",
                      "creationTimestamp",
                      "managedFields")
                  .map(name -> List.of("f:metadata", "f:" + name)))
          .collect(java.util.stream.Collectors.toUnmodifiableSet());

  private ApiFields() {}

  /**
   * The values of an object's fields; of objects, lists and items with parts, that they are there.
   */
  static Map<List<String>, JsonNode> of(JsonNode object, boolean isCustom) {
    Map<List<String>, JsonNode> fields = new LinkedHashMap<>();
    add(fields, List.of(), "", object, isCustom);
    fields.keySet().removeIf(path -> OF_NOBODY.stream().anyMatch(none -> begins(path, none)));
    return fields;
  }

  private static void add(
      Map<List<String>, JsonNode> fields,
      List<String> path,
      String name,
      JsonNode value,
      boolean isCustom) {
    boolean isObject = value.isObject() && (isCustom || !ATOMIC.contains(name));
    boolean isAdded = !path.isEmpty() && !name.equals("metadata");
    if ((isObject || isMap(name, value, isCustom))
        && (value.isEmpty() || (isAdded && (isCustom || !ALWAYS.contains(name))))) {
      fields.put(path, MissingNode.getInstance());
    }
    if (isObject) {
      for (Map.Entry<String, JsonNode> member : value.properties()) {
        List<String> below = with(path, "f:" + member.getKey());
        add(fields, below, member.getKey(), member.getValue(), isCustom);
      }
    } else if (isMap(name, value, isCustom)) {
      for (JsonNode item : value) {
        add(fields, with(path, "k:" + key(name, item)), "", item, isCustom);
      }
    } else {
      fields.put(path, value);
    }
  }

  private static boolean isMap(String list, JsonNode value, boolean isCustom) {
    if (isCustom || !value.isArray() || value.isEmpty()) {
      return false;
    }
    for (JsonNode item : value) {
      if (key(list, item) == null) {
        return false;
      }
    }
    return true;
  }

  /** What tells an item from the others of its list; {@code null} if it is no map. */
  private static @Nullable ObjectNode key(String list, JsonNode item) {
    List<String> names = KEYS.get(list);
    if (list.equals("ports")) {
      names = List.of(item.has("containerPort") ? "containerPort" : "port", "protocol");
    }
    if (names == null) {
      return null;
    }
    ObjectNode key = JsonNodeFactory.instance.objectNode();
    for (String name : names) {
      if (item.has(name)) {
        key.set(name, item.get(name));
      } else if (name.equals("protocol")) {
        key.put(name, "TCP");
      } else {
        return null;
      }
    }
    return key;
  }

  static List<String> with(List<String> path, String segment) {
    return Stream.concat(path.stream(), Stream.of(segment)).toList();
  }

  static boolean begins(List<String> path, List<String> beginning) {
    return path.size() >= beginning.size() && path.subList(0, beginning.size()).equals(beginning);
  }

  /**
   * A value with what a patch says of it.
   *
   * @param list the name of the field
   * @param byKey whether lists are merged item by item
   * @see <a href="https://www.rfc-editor.org/rfc/rfc7396">RFC 7396</a>, for the rest
   */
  static JsonNode merged(JsonNode value, JsonNode patch, String list, boolean byKey) {
    if (patch.isObject()) {
      ObjectNode merged =
          value.isObject() ? value.deepCopy() : JsonNodeFactory.instance.objectNode();
      for (Map.Entry<String, JsonNode> member : patch.properties()) {
        String name = member.getKey();
        if (member.getValue().isNull()) {
          merged.remove(name);
        } else {
          merged.set(name, merged(merged.path(name), member.getValue(), name, byKey));
        }
      }
      return merged;
    }
    if (byKey && isMap(list, patch, false) && value.isArray()) {
      ArrayNode merged = value.deepCopy();
      for (JsonNode item : patch) {
        int index = index(merged, list, key(list, item));
        if (index < 0) {
          merged.add(item);
        } else {
          merged.set(index, merged(merged.get(index), item, "", true));
        }
      }
      return merged;
    }
    return patch;
  }

  private static int index(JsonNode items, String list, @Nullable JsonNode key) {
    for (int i = 0; i < items.size(); i++) {
      if (key != null && key.equals(key(list, items.get(i)))) {
        return i;
      }
    }
    return -1;
  }

  /** Takes a field out of an object. */
  static void remove(ObjectNode object, List<String> path) {
    JsonNode here = object;
    String list = "";
    for (int i = 0; i < path.size(); i++) {
      boolean isLast = i == path.size() - 1;
      String segment = path.get(i).substring(2);
      if (path.get(i).startsWith("f:")) {
        if (isLast && here instanceof ObjectNode parent) {
          parent.remove(segment);
        }
        here = here.path(segment);
        list = segment;
      } else {
        int index = index(here, list, tree(segment));
        if (isLast && index >= 0) {
          ((ArrayNode) here).remove(index);
        }
        here = here.path(index);
      }
    }
  }

  /** As {@code fieldsV1} has them. */
  static ObjectNode tree(Collection<List<String>> paths) {
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    for (List<String> path : paths) {
      ObjectNode here = tree;
      for (String segment : path) {
        here = here.get(segment) instanceof ObjectNode there ? there : here.putObject(segment);
      }
    }
    for (List<String> path : paths) {
      JsonNode node = tree;
      for (String segment : path) {
        node = node.path(segment);
      }
      if (!node.isEmpty()) {
        ((ObjectNode) node).putObject(".");
      }
    }
    return tree;
  }

  static Set<List<String>> paths(JsonNode tree) {
    Set<List<String>> paths = new HashSet<>();
    add(paths, List.of(), tree);
    return paths;
  }

  private static void add(Set<List<String>> paths, List<String> path, JsonNode tree) {
    if (tree.isEmpty() || tree.has(".")) {
      paths.add(path);
    }
    for (Map.Entry<String, JsonNode> below : tree.properties()) {
      if (!below.getKey().equals(".")) {
        add(paths, with(path, below.getKey()), below.getValue());
      }
    }
  }

  private static JsonNode tree(String json) {
    try {
      return JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(json, e);
    }
  }
}
