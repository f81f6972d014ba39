// SPDX-License-Identifier: Apache-2.0
package io.changetrail.source.launchdarkly;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.Change;
import io.changetrail.source.Flag;
import io.changetrail.source.Payload;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Who gets which value of a flag in one environment.
 *
 * @param state what people set, without salts, counters and dates
 * @param shares percentage of those whom no rule or target singles out, by the variation's value
 * @param offValue the value that all get while the flag is off; {@code null} if none is set
 * @param version how often it was changed; {@code null} where the entry does not say
 */
record Targeting(
    boolean on,
    ObjectNode state,
    Map<String, Double> shares,
    @Nullable String offValue,
    @Nullable String version) {
  private static final List<String> SET_BY_PEOPLE =
      List.of(
          "on",
          "archived",
          "fallthrough",
          "offVariation",
          "targets",
          "contextTargets",
          "rules",
          "prerequisites");

  /** Weights are in thousandths of a percent. */
  private static final double PER_PERCENT = 1000;

  /**
   * The targeting in one environment.
   *
   * @param version a version of the whole flag
   * @return {@code null} where that version or that environment is not in the payload
   */
  static @Nullable Targeting of(Payload version, Flag flag) {
    Payload there = version.at("/environments").field(Objects.requireNonNull(flag.environment()));
    if (!there.node().isObject()) {
      return null;
    }
    ObjectNode state = JsonNodeFactory.instance.objectNode();
    for (String field : SET_BY_PEOPLE) {
      JsonNode value = there.node().path(field);
      if (!value.isMissingNode()) {
        state.set(field, value.deepCopy());
      }
    }
    Variations variations =
        new Variations(version.at("/variations").node(), flag.holdsCredential());
    JsonNode off = there.node().path("offVariation");
    return new Targeting(
        there.node().path("on").asBoolean(),
        state,
        shares(there.node().path("fallthrough"), variations),
        off.isNumber() ? variations.shown(off.asInt()) : null,
        there.text("/version"));
  }

  private static Map<String, Double> shares(JsonNode fallthrough, Variations variations) {
    Map<String, Double> shares = new LinkedHashMap<>();
    JsonNode only = fallthrough.path("variation");
    if (only.isNumber()) {
      shares.put(variations.shown(only.asInt()), 100.0);
    }
    for (JsonNode part : fallthrough.at("/rollout/variations")) {
      double percent = part.path("weight").asDouble() / PER_PERCENT;
      if (percent > 0) {
        shares.merge(variations.shown(part.path("variation").asInt()), percent, Double::sum);
      }
    }
    return shares;
  }

  private record Variations(JsonNode all, boolean secret) {
    /** A variation by its value, or by its name, or else by its place among all. */
    String shown(int index) {
      JsonNode value = all.path(index).path("value");
      String text = value.isBoolean() || (value.isValueNode() && !secret) ? value.asText() : "";
      if (text.isBlank() || text.length() > 40) {
        text = all.path(index).path("name").asText();
      }
      return text.isBlank() || text.length() > 40 ? "variation " + index : text;
    }
  }

  /** The share that gets another value than while the flag is off. */
  double percentage() {
    if (!on) {
      return 0;
    }
    double others =
        shares.entrySet().stream()
            .filter(share -> !share.getKey().equals(offValue))
            .mapToDouble(Map.Entry::getValue)
            .sum();
    return Math.min(100, others);
  }

  /** The values that some get, other than while the flag is off. */
  Set<String> otherValues() {
    Set<String> others = new LinkedHashSet<>(on ? shares.keySet() : Set.of());
    others.remove(offValue);
    return others;
  }

  /** For people: {@code off}, {@code on (true 50 %, false 50 %)}. */
  @Override
  public String toString() {
    if (!on) {
      return "off";
    }
    return "on ("
        + shares.entrySet().stream()
            .map(share -> share.getKey() + " " + Change.percent(share.getValue()))
            .collect(Collectors.joining(", "))
        + ")";
  }
}
