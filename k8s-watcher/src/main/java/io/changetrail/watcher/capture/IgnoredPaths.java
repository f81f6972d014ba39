// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.capture;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Fields whose changes nobody wants to hear of, beside those that the cluster itself writes.
 *
 * @param byKind JSON Pointers by kind, {@code *} for any kind; a segment {@code *} stands for any
 *     member or item
 */
public record IgnoredPaths(Map<String, List<String>> byKind) {
  public IgnoredPaths {
    for (List<String> paths : byKind.values()) {
      for (String path : paths) {
        if (!path.startsWith("/")) {
          throw new IllegalArgumentException(
              "an ignored path is a JSON Pointer such as /metadata/annotations/example.com~1seen,"
                  + " not '"
                  + path
                  + "'");
        }
      }
    }
    byKind = Map.copyOf(byKind);
  }

  void removeFrom(ObjectNode state) {
    for (String kind : List.of("*", state.path("kind").asText())) {
      for (String path : byKind.getOrDefault(kind, List.of())) {
        remove(state, Arrays.asList(path.substring(1).split("/", -1)));
      }
    }
  }

  private static void remove(JsonNode node, List<String> path) {
    String segment = path.get(0).replace("~1", "/").replace("~0", "~");
    if (path.size() == 1) {
      if (node instanceof ObjectNode object) {
        if (segment.equals("*")) {
          object.removeAll();
        } else {
          object.remove(segment);
        }
      }
      return;
    }
    List<String> rest = path.subList(1, path.size());
    if (segment.equals("*")) {
      node.forEach(child -> remove(child, rest));
    } else if (node.isArray() && segment.chars().allMatch(Character::isDigit)) {
      remove(node.path(Integer.parseInt(segment)), rest);
    } else {
      remove(node.path(segment), rest);
    }
  }
}
