// SPDX-License-Identifier: Apache-2.0
package io.changetrail.source.unleash;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.Change;
import io.changetrail.source.Payload;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One activation strategy of a flag: whom it turns the flag on for.
 *
 * @param state what people set, without ids and order
 * @param share percentage of those whom the constraints and segments let through; {@code null}
 *     where the strategy is not about shares
 * @see <a href="https://docs.getunleash.io/concepts/activation-strategies">Activation
 *     strategies</a>
 */
record Strategy(String name, ObjectNode state, @Nullable Double share) {
  private static final List<String> SET_BY_PEOPLE =
      List.of("name", "title", "disabled", "parameters", "constraints", "segments", "variants");

  /** {@code null} where there is none. */
  static @Nullable Strategy of(Payload strategy) {
    if (!strategy.node().isObject()) {
      return null;
    }
    ObjectNode state = JsonNodeFactory.instance.objectNode();
    for (String field : SET_BY_PEOPLE) {
      JsonNode value = strategy.node().path(field);
      if (!value.isMissingNode() && !value.isNull()) {
        state.set(field, value.deepCopy());
      }
    }
    String name = strategy.cut("/name", 100);
    return new Strategy(name == null ? "strategy" : name, state, share(strategy, name));
  }

  private static @Nullable Double share(Payload strategy, @Nullable String name) {
    if (strategy.at("/disabled").node().asBoolean()) {
      return 0.0;
    }
    String rollout = strategy.text("/parameters/rollout");
    String percentage = rollout != null ? rollout : strategy.text("/parameters/percentage");
    if (percentage == null) {
      return "default".equals(name) ? 100.0 : null;
    }
    try {
      double share = Double.parseDouble(percentage);
      return share >= 0 && share <= 100 ? share : null;
    } catch (NumberFormatException e) {
      return null; // a custom strategy may call anything a percentage
    }
  }

  private int conditions() {
    return state.path("constraints").size() + state.path("segments").size();
  }

  /** For people: {@code flexibleRollout 50 %, 2 conditions}. */
  @Override
  public String toString() {
    int conditions = conditions();
    return name
        + (share == null ? "" : " " + Change.percent(share))
        + (conditions == 0
            ? ""
            : ", " + conditions + (conditions == 1 ? " condition" : " conditions"));
  }
}
