// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.answer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.changetrail.model.AuditEvent;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which variants of a flag more people get since a change, read from the state that its provider
 * tells. A flag that only goes on or off has the variants {@code true}, {@code on} and {@code
 * enabled}, whatever it is called where it is measured.
 *
 * @see <a href="https://flagd.dev/reference/flag-definitions/">flagd, flag definitions</a>
 * @see <a href="https://docs.getunleash.io/concepts/feature-flag-variants">Unleash, variants</a>
 * @see <a href="https://docs.flagsmith.com/managing-flags/core-management">Flagsmith, flags</a>
 */
final class FlagVariants {
  /** Told by a sender whose states have no names of variants, such as LaunchDarkly. */
  private static final String TOLD = "feature_flag.result.variant";

  private static final Set<String> GOES_ON = Set.of("true", "on", "enabled");

  private FlagVariants() {}

  /** Empty where nobody gets it any more, or the state does not tell. */
  static Set<String> of(AuditEvent event) {
    JsonNode after = event.change().state().afterState().orElse(null);
    Set<String> told = texts(event.attributes().getOrDefault(TOLD, MissingNode.getInstance()));
    if (!told.isEmpty() || after == null || isOff(after)) {
      return isOn(told) ? GOES_ON : told;
    }
    Set<String> now = named(after);
    event.change().state().beforeState().map(FlagVariants::usual).ifPresent(now::removeAll);
    return now.isEmpty() || isOn(now) ? goesOn(after, now) : now;
  }

  private static Set<String> goesOn(JsonNode after, Set<String> named) {
    return isOn(named)
            || after.path("enabled").asBoolean()
            || after.path("on").asBoolean()
            || after.path("parameters").isObject() // a strategy of Unleash, for a flag that is on
        ? GOES_ON
        : Set.of();
  }

  private static boolean isOn(Set<String> names) {
    return names.size() == 1 && GOES_ON.containsAll(names);
  }

  private static boolean isOff(JsonNode state) {
    return isFalse(state.path("enabled"))
        || isFalse(state.path("on"))
        || state.path("disabled").asBoolean()
        || state.path("state").asText().equals("DISABLED");
  }

  private static boolean isFalse(JsonNode node) {
    return node.isBoolean() && !node.booleanValue();
  }

  /** What all that nothing singles out get. */
  private static Set<String> usual(JsonNode state) {
    Set<String> usual = texts(state.path("defaultVariant"));
    usual.addAll(texts(state.path("value")));
    return usual;
  }

  private static Set<String> named(JsonNode state) {
    Set<String> named = usual(state);
    state.at("/targeting/fractional").forEach(part -> named.addAll(texts(part.path(0))));
    state.path("variations").fieldNames().forEachRemaining(named::add);
    if (state.path("variants").isArray()) {
      state.path("variants").forEach(variant -> named.addAll(texts(variant.path("name"))));
    }
    return named;
  }

  private static Set<String> texts(JsonNode node) {
    Set<String> texts = new TreeSet<>();
    for (JsonNode one : node.isArray() ? node : List.of(node)) {
      if (one.isTextual() || one.isBoolean() || one.isNumber()) {
        texts.add(one.asText());
      }
    }
    return texts;
  }
}
