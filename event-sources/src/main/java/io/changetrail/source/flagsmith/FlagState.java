// SPDX-License-Identifier: Apache-2.0
package io.changetrail.source.flagsmith;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.Change;
import io.changetrail.source.Flag;
import io.changetrail.source.Payload;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a flag was or is set to.
 *
 * @param value of all to whom no variation is allocated
 * @param shares percentage of those who get another value, by that value; by the variation's number
 *     where the values are secret
 * @param secret whether the values are for nobody's eyes
 */
record FlagState(
    boolean enabled, @Nullable String value, Map<String, Double> shares, boolean secret) {
  private static final int LONGEST_SHOWN = 40;

  /** {@code null} where the payload has none. */
  static @Nullable FlagState of(Payload state, Flag flag) {
    if (!state.node().isObject()) {
      return null;
    }
    Map<String, Double> shares = new TreeMap<>();
    int number = 0;
    for (JsonNode allocated : state.at("/multivariate_feature_state_values").node()) {
      double share = allocated.path("percentage_allocation").asDouble();
      number++;
      if (share > 0 && share <= 100) {
        shares.merge(
            flag.holdsCredential()
                ? "variation " + number
                : allocated.at("/multivariate_feature_option/value").asText(),
            share,
            Double::sum);
      }
    }
    return new FlagState(
        state.at("/enabled").node().asBoolean(),
        state.text("/feature_state_value"),
        shares,
        flag.holdsCredential());
  }

  /** Whom a variation is allocated to; all, where none is. */
  double percentage() {
    if (!enabled) {
      return 0;
    }
    double allocated = shares.values().stream().mapToDouble(Double::doubleValue).sum();
    return shares.isEmpty() ? 100 : Math.min(100, allocated);
  }

  ObjectNode tree() {
    ObjectNode tree = JsonNodeFactory.instance.objectNode().put("enabled", enabled);
    tree.put("value", value);
    if (!shares.isEmpty()) {
      ObjectNode variations = tree.putObject("variations");
      shares.forEach(
          (variation, share) -> {
            if (share == Math.rint(share)) {
              variations.put(variation, share.intValue());
            } else {
              variations.put(variation, share);
            }
          });
    }
    return tree;
  }

  /** For people: {@code on, value "v1" ("v2" 50 %)}. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(enabled ? "on" : "off");
    if (value != null && !secret) {
      text.append(", value ").append(shown(value));
    }
    if (enabled && !shares.isEmpty()) {
      text.append(" (");
      String separator = "";
      for (Map.Entry<String, Double> share : shares.entrySet()) {
        text.append(separator)
            .append(shown(share.getKey()))
            .append(' ')
            .append(Change.percent(share.getValue()));
        separator = ", ";
      }
      text.append(')');
    }
    return text.length() > 500 ? text.substring(0, 499) + "…" : text.toString();
  }

  private static String shown(String value) {
    String line = value.strip().lines().findFirst().orElse("");
    return '"'
        + (line.length() <= LONGEST_SHOWN && line.equals(value)
            ? line
            : line.substring(0, Math.min(LONGEST_SHOWN, line.length())) + "…")
        + '"';
  }
}
