// SPDX-License-Identifier: Apache-2.0
package io.changetrail.source.openfeature;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.Change;
import io.changetrail.source.Payload;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A flag as flagd defines it: who gets which variant.
 *
 * @param state the definition itself
 * @param shares percentage of those who get a variant, by its name; empty where conditions decide
 * @see <a href="https://flagd.dev/reference/flag-definitions/">Flag definitions</a>
 */
public record FlagDefinition(
    boolean enabled,
    ObjectNode state,
    @Nullable String defaultVariant,
    Map<String, Double> shares) {

  /** What a variant that gives nothing is called. */
  static final String OFF = "off";

  /** {@code null} where the payload has none. */
  static @Nullable FlagDefinition of(Payload definition) {
    if (!(definition.node() instanceof ObjectNode state)) {
      return null;
    }
    String defaultVariant = definition.cut("/defaultVariant", 100);
    return new FlagDefinition(
        !"DISABLED".equalsIgnoreCase(definition.text("/state")),
        state.deepCopy(),
        defaultVariant,
        shares(definition.at("/targeting").node(), defaultVariant));
  }

  private static Map<String, Double> shares(JsonNode targeting, @Nullable String defaultVariant) {
    Map<String, Double> shares = new LinkedHashMap<>();
    if (targeting.isMissingNode() || targeting.isNull() || targeting.isEmpty()) {
      if (defaultVariant != null) {
        shares.put(defaultVariant, 100.0);
      }
      return shares;
    }
    JsonNode parts = targeting.path("fractional");
    double total = 0;
    Map<String, Double> weights = new LinkedHashMap<>();
    for (JsonNode part : parts) {
      if (part.isArray() && part.path(0).isTextual()) {
        double weight = part.size() > 1 ? part.path(1).asDouble() : 1; // flagd's default weight
        if (weight > 0) {
          weights.merge(shortened(part.path(0).asText()), weight, Double::sum);
          total += weight;
        }
      }
    }
    for (Map.Entry<String, Double> weight : weights.entrySet()) {
      shares.put(weight.getKey(), weight.getValue() * 100 / total);
    }
    return shares;
  }

  private static String shortened(String variant) {
    return variant.length() <= 40 ? variant : variant.substring(0, 39) + "…";
  }

  /**
   * The share that gets another variant than the one of before: that whose value is {@code false},
   * or that is named {@code off}, or else the default of the definition that this one replaced.
   *
   * @return {@code null} where conditions decide who gets what
   */
  @Nullable Double percentage(@Nullable FlagDefinition replaced) {
    if (!enabled) {
      return 0.0;
    }
    if (shares.isEmpty()) {
      return null;
    }
    String base = variantOfFalse();
    if (base == null && shares.containsKey(OFF)) {
      base = OFF;
    }
    if (base == null) {
      base = replaced == null ? null : replaced.defaultVariant();
    }
    String usual = base;
    double others =
        shares.entrySet().stream()
            .filter(share -> !share.getKey().equals(usual))
            .mapToDouble(Map.Entry::getValue)
            .sum();
    return Math.max(0, Math.min(100, others));
  }

  private @Nullable String variantOfFalse() {
    for (String field : List.of("variants", "variations")) {
      for (Map.Entry<String, JsonNode> variant : state.path(field).properties()) {
        if (variant.getValue().isBoolean() && !variant.getValue().asBoolean()) {
          return variant.getKey();
        }
      }
    }
    return null;
  }

  /** For people: {@code on (new 5 %, old 95 %)}. */
  @Override
  public String toString() {
    if (!enabled) {
      return "off";
    }
    return shares.isEmpty()
        ? "by conditions"
        : shares.entrySet().stream()
            .limit(10)
            .map(share -> share.getKey() + " " + Change.percent(share.getValue()))
            .collect(Collectors.joining(", "));
  }
}
