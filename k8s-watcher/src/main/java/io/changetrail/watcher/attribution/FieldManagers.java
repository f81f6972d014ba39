// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.attribution;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.changetrail.model.Actor;
import io.changetrail.model.diff.Difference;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The tools that own an object's fields, as the API server keeps them in {@code managedFields}: the
 * best that an object itself tells of who changed it. They name a program, not a person.
 *
 * @see <a
 *     href="https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management">
 *     Field management</a>
 */
public final class FieldManagers {
  private static final ObjectMapper JSON = new ObjectMapper();

  private FieldManagers() {}

  /**
   * A write that somebody made with a tool.
   *
   * @param time of the API server, in whole seconds
   */
  public record Write(String manager, Instant time) {
    /** The tool as an actor. */
    public Actor actor() {
      return new Actor(manager, null, Actor.Kind.SERVICE, manager, Actor.Evidence.FIELD_MANAGER);
    }
  }

  /**
   * The write that brought differences about: the latest that owns one of the changed fields. Who
   * owns the field itself comes before who owns what it lies in, which may be no more than that the
   * map is there: the form of the two is one. What was removed has no owner any more; then a tool
   * is named only if it alone wrote since.
   *
   * @param since when the state before began
   */
  public static Optional<Write> of(JsonNode object, List<Difference> differences, Instant since) {
    List<Write> owners = new ArrayList<>();
    List<Write> around = new ArrayList<>();
    List<Write> others = new ArrayList<>();
    // What the state tells of a node's software stands in its status.
    boolean isStatus =
        !differences.isEmpty()
            && differences.stream().allMatch(one -> one.path().get(0).equals("nodeInfo"));
    for (JsonNode entry : object.at("/metadata/managedFields")) {
      if (entry.path("subresource").asText().equals("status") != isStatus || !entry.has("time")) {
        continue;
      }
      Write write =
          new Write(
              entry.path("manager").asText("unknown"), Instant.parse(entry.get("time").asText()));
      Ownership ownership =
          differences.stream()
              .map(
                  one ->
                      ownership(
                          isStatus ? entry.at("/fieldsV1/f:status") : entry.path("fieldsV1"),
                          one.path()))
              .min(Comparator.naturalOrder())
              .orElse(Ownership.NONE);
      if (ownership == Ownership.FIELD) {
        owners.add(write);
      } else if (ownership == Ownership.AROUND) {
        around.add(write);
      } else if (!write.time().isBefore(since.minusSeconds(1))) {
        others.add(write);
      }
    }
    if (owners.isEmpty() && around.isEmpty()) {
      return others.stream().map(Write::manager).distinct().count() == 1
          ? others.stream().max(Comparator.comparing(Write::time))
          : Optional.empty();
    }
    return (owners.isEmpty() ? around : owners).stream().max(Comparator.comparing(Write::time));
  }

  /** When the object was last written, its status aside; its creation if nothing tells. */
  public static Optional<Instant> lastWrite(JsonNode object) {
    List<Instant> times = new ArrayList<>();
    String created = object.at("/metadata/creationTimestamp").asText("");
    if (!created.isEmpty()) {
      times.add(Instant.parse(created));
    }
    for (JsonNode entry : object.at("/metadata/managedFields")) {
      if (!entry.path("subresource").asText().equals("status") && entry.has("time")) {
        times.add(Instant.parse(entry.get("time").asText()));
      }
    }
    return times.stream().max(Comparator.naturalOrder());
  }

  /** Whether a set of fields has the one at a path, whose list items are addressed by name. */
  public static boolean owns(JsonNode fields, List<String> path) {
    return ownership(fields, path) != Ownership.NONE;
  }

  /** The closest first. */
  private enum Ownership {
    FIELD,
    /** Of a map or list that the field lies in, with all that is in it or without. */
    AROUND,
    NONE
  }

  private static Ownership ownership(JsonNode fields, List<String> path) {
    JsonNode here = fields;
    int left = path.size();
    for (String segment : path) {
      JsonNode next = here.path("f:" + segment);
      if (next.isMissingNode()) {
        next = item(here, segment);
      }
      if (next.isMissingNode()) {
        return Ownership.NONE;
      }
      left--;
      if (next.isEmpty()) {
        return left == 0 ? Ownership.FIELD : Ownership.AROUND;
      }
      here = next;
    }
    return Ownership.FIELD;
  }

  private static JsonNode item(JsonNode fields, String name) {
    for (Map.Entry<String, JsonNode> field : fields.properties()) {
      String key = field.getKey();
      if (key.startsWith("k:") && hasValue(key.substring(2), name)) {
        return field.getValue();
      }
    }
    return MissingNode.getInstance();
  }

  private static boolean hasValue(String key, String name) {
    try {
      for (JsonNode value : JSON.readTree(key)) {
        if (value.asText().equals(name)) {
          return true;
        }
      }
      return false;
    } catch (IOException e) {
      return false; // not the form that the API server writes
    }
  }
}
