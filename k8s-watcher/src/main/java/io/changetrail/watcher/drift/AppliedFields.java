// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.drift;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.diff.Difference;
import io.changetrail.watcher.attribution.FieldManagers;
import io.changetrail.watcher.capture.PackedJson;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The fields that were written by server-side apply, whose manager declares them so: another that
 * changes one takes it from its manager. Whoever owned a field before is known only while this
 * process runs, so a change behind its back is not told by this. Not thread-safe.
 *
 * @see <a href="https://kubernetes.io/docs/reference/using-api/server-side-apply/">Server-side
 *     apply</a>
 */
final class AppliedFields {
  private static final String BY = "server-side apply by ";

  /** Sets of fields by manager, by uid of the object. */
  private final Map<String, PackedJson> owned = new HashMap<>();

  /** The fields among what changed that were taken from the one who applied them. */
  List<DriftedField> taken(JsonNode object, List<Difference> differences) {
    PackedJson known = owned.get(object.at("/metadata/uid").asText());
    if (known == null) {
      return List.of();
    }
    JsonNode before = known.unpacked();
    JsonNode now = appliers(object);
    List<DriftedField> taken = new ArrayList<>();
    for (Difference difference : differences) {
      String manager = owner(before, difference.path());
      if (manager != null && !owns(now.get(manager), difference.path())) {
        taken.add(
            new DriftedField(
                difference.path(), difference.before(), difference.after(), BY + manager));
      }
    }
    return taken;
  }

  /** Whether it is known by its owner alone that a field drifted. */
  static boolean isTaken(DriftedField field) {
    return field.by().startsWith(BY);
  }

  /** Whether somebody applies the field now. */
  static boolean isApplied(JsonNode object, List<String> path) {
    return owner(appliers(object), path) != null;
  }

  void remember(JsonNode object) {
    ObjectNode appliers = appliers(object);
    String uid = object.at("/metadata/uid").asText();
    if (appliers.isEmpty()) {
      owned.remove(uid);
    } else {
      owned.put(uid, PackedJson.of(appliers));
    }
  }

  void forget(String uid) {
    owned.remove(uid);
  }

  /** Sets of fields by manager. */
  private static ObjectNode appliers(JsonNode object) {
    ObjectNode appliers = JsonNodeFactory.instance.objectNode();
    for (JsonNode entry : object.at("/metadata/managedFields")) {
      if (entry.path("operation").asText().equals("Apply")
          && !entry.has("subresource")
          && entry.path("fieldsV1") instanceof ObjectNode fields) {
        // One manager may apply by two versions of the API.
        appliers.withObject("/" + pointer(entry.path("manager").asText("unknown"))).setAll(fields);
      }
    }
    return appliers;
  }

  private static String pointer(String name) {
    return name.replace("~", "~0").replace("/", "~1");
  }

  private static @Nullable String owner(JsonNode appliers, List<String> path) {
    return appliers.properties().stream()
        .filter(applier -> owns(applier.getValue(), path))
        .map(Map.Entry::getKey)
        .sorted()
        .findFirst()
        .orElse(null);
  }

  private static boolean owns(@Nullable JsonNode fields, List<String> path) {
    return fields != null && FieldManagers.owns(fields, path);
  }
}
