// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Who owns which fields of an object of {@link ApiDouble}: {@code metadata.managedFields}.
 *
 * @see <a
 *     href="https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management">
 *     Field management</a>
 */
final class ApiManagers {
  /** A manager in one of its ways to write; {@code subresource} is empty for the object itself. */
  record Writer(String manager, boolean isApply, String apiVersion, String subresource) {
    boolean owns(List<String> path, boolean hasStatus) {
      return path.get(0).equals("f:status") ? !hasStatus || isOfStatus() : !isOfStatus();
    }

    boolean isOfStatus() {
      return subresource.equals("status");
    }
  }

  private record Owned(Set<List<String>> fields, String time) {}

  private final Map<Writer, Owned> owners = new LinkedHashMap<>();

  private ApiManagers() {}

  static ApiManagers of(JsonNode object) {
    ApiManagers managers = new ApiManagers();
    for (JsonNode entry : object.at("/metadata/managedFields")) {
      managers.owners.put(
          new Writer(
              entry.path("manager").asText(),
              entry.path("operation").asText().equals("Apply"),
              entry.path("apiVersion").asText(),
              entry.path("subresource").asText("")),
          new Owned(ApiFields.paths(entry.path("fieldsV1")), entry.path("time").asText()));
    }
    return managers;
  }

  /** A write that is no apply: who changes a field has it for himself. */
  void update(
      Writer writer,
      JsonNode before,
      JsonNode after,
      boolean isCustom,
      boolean hasStatus,
      String now) {
    Map<List<String>, JsonNode> old = ApiFields.of(before, isCustom);
    Map<List<String>, JsonNode> present = ApiFields.of(after, isCustom);
    Set<List<String>> changed = new HashSet<>();
    present.forEach(
        (path, value) -> {
          if (!value.equals(old.get(path)) && writer.owns(path, hasStatus)) {
            changed.add(path);
          }
        });
    owners.forEach((one, owned) -> owned.fields().removeAll(changed));
    if (!changed.isEmpty()) {
      Owned own = owners.get(writer);
      if (own != null) {
        changed.addAll(own.fields());
      }
      owners.put(writer, new Owned(changed, now));
    }
    keep(present.keySet());
  }

  /**
   * What somebody applies has him for an owner; what he no longer applies is gone, if nobody else
   * owns it.
   *
   * @return the object as it is after that
   * @throws ApiRefusal if another owns a field with another value, and it is not forced
   */
  ObjectNode apply(
      Writer writer, JsonNode before, ObjectNode applied, ApiType type, boolean force, String now) {
    Map<List<String>, JsonNode> live = ApiFields.of(before, type.isCustom());
    Map<List<String>, JsonNode> wanted = ApiFields.of(applied, type.isCustom());
    List<List<String>> all = List.copyOf(wanted.keySet());
    // He owns what he says; of the objects and lists around it only the items.
    wanted.keySet().removeIf(path -> !writer.owns(path, type.hasStatus()) || isAround(path, all));
    Owned own = owners.getOrDefault(writer, new Owned(Set.of(), now));
    owners.put(writer, new Owned(new HashSet<>(), own.time()));
    Set<List<String>> taken = new HashSet<>();
    owners.forEach(
        (other, owned) -> {
          for (List<String> path : owned.fields()) {
            JsonNode value = wanted.get(path);
            if (value != null && !value.equals(live.get(path))) {
              if (!force) {
                throw new ApiRefusal(
                    409,
                    "Conflict",
                    "Apply failed with 1 conflict: conflict with \"%s\": %s"
                        .formatted(other.manager(), String.join("", path)));
              }
              taken.add(path);
            }
          }
        });
    owners.forEach((other, owned) -> owned.fields().removeAll(taken));
    ObjectNode merged = (ObjectNode) ApiFields.merged(before, applied, "", !type.isCustom());
    own.fields().stream()
        .filter(path -> !wanted.containsKey(path) && !isOwned(path))
        .forEach(path -> ApiFields.remove(merged, path));
    Set<List<String>> fields = new HashSet<>(wanted.keySet());
    boolean isSame = own.fields().equals(fields) && merged.equals(before);
    owners.put(writer, new Owned(fields, isSame ? own.time() : now));
    keep(ApiFields.of(merged, type.isCustom()).keySet());
    return merged;
  }

  private static boolean isAround(List<String> path, List<List<String>> all) {
    return path.get(path.size() - 1).startsWith("f:")
        && all.stream().anyMatch(one -> one.size() > path.size() && ApiFields.begins(one, path));
  }

  /** Whether somebody has a field, or a part of it. */
  private boolean isOwned(List<String> path) {
    return owners.values().stream()
        .flatMap(owned -> owned.fields().stream())
        .anyMatch(other -> ApiFields.begins(other, path));
  }

  /** What is not there is nobody's. */
  private void keep(Set<List<String>> present) {
    Set<List<String>> all = new HashSet<>();
    present.forEach(
        path -> IntStream.rangeClosed(1, path.size()).forEach(i -> all.add(path.subList(0, i))));
    owners.values().forEach(owned -> owned.fields().retainAll(all));
    owners.values().removeIf(owned -> owned.fields().isEmpty());
  }

  ArrayNode toJson() {
    ArrayNode all = JsonNodeFactory.instance.arrayNode();
    owners.forEach(
        (writer, owned) -> {
          ObjectNode entry = all.addObject();
          entry.put("manager", writer.manager());
          entry.put("operation", writer.isApply() ? "Apply" : "Update");
          entry.put("apiVersion", writer.apiVersion()).put("time", owned.time());
          entry.put("fieldsType", "FieldsV1").set("fieldsV1", ApiFields.tree(owned.fields()));
          if (!writer.subresource().isEmpty()) {
            entry.put("subresource", writer.subresource());
          }
        });
    return all;
  }
}
