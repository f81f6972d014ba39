// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.capture;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which labels something must have, in the form that Kubernetes has for it; all of what is given
 * must hold.
 *
 * @see <a
 *     href="https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors">Label
 *     selectors</a>
 */
public record LabelSelector(Map<String, String> matchLabels, List<Requirement> matchExpressions) {
  private static final Set<String> WITH_VALUES = Set.of("In", "NotIn");
  private static final Set<String> WITHOUT_VALUES = Set.of("Exists", "DoesNotExist");

  // Jackson hands over null for what the file leaves out.
  @SuppressWarnings({"ConstantConditions", "NullAway"})
  public LabelSelector {
    matchLabels = matchLabels == null ? Map.of() : Map.copyOf(matchLabels);
    matchExpressions = matchExpressions == null ? List.of() : List.copyOf(matchExpressions);
    if (matchLabels.isEmpty() && matchExpressions.isEmpty()) {
      throw new IllegalArgumentException(
          "a selector without matchLabels and matchExpressions selects everything; leave it out");
    }
  }

  /**
   * What must hold of one label.
   *
   * @param operator {@code In}, {@code NotIn}, {@code Exists} or {@code DoesNotExist}
   * @param values of the first two
   */
  public record Requirement(String key, String operator, List<String> values) {
    // Jackson hands over null for what the file leaves out.
    @SuppressWarnings({"ConstantConditions", "NullAway"})
    public Requirement {
      values = values == null ? List.of() : List.copyOf(values);
      if (key == null
          || operator == null
          || !(values.isEmpty() ? WITHOUT_VALUES : WITH_VALUES).contains(operator)) {
        throw new IllegalArgumentException(
            "matchExpressions: give each its key and operator, which is In or NotIn with values, or"
                + " Exists or DoesNotExist without");
      }
    }

    private boolean holds(JsonNode labels) {
      boolean exists = labels.has(key);
      boolean among = exists && values.contains(labels.path(key).asText());
      return switch (operator) {
        case "In" -> among;
        case "NotIn" -> !among;
        case "Exists" -> exists;
        default -> !exists;
      };
    }
  }

  /**
   * Whether labels are so.
   *
   * @param labels an object of texts, or nothing
   */
  boolean matches(JsonNode labels) {
    return matchLabels.entrySet().stream()
            .allMatch(one -> one.getValue().equals(labels.path(one.getKey()).textValue()))
        && matchExpressions.stream().allMatch(one -> one.holds(labels));
  }
}
