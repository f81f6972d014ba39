// SPDX-License-Identifier: Apache-2.0
package io.changetrail.action.workflow;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The environment variables of a step. Empty ones count as absent, as GitHub sets them so.
 *
 * @see <a
 *     href="https://docs.github.com/actions/reference/workflows-and-actions/variables">Variables
 *     reference</a>
 */
public record StepVariables(Map<String, String> all) {
  public StepVariables {
    all = Map.copyOf(all);
  }

  /** A variable by its whole name. */
  public Optional<String> get(String name) {
    return Optional.ofNullable(all.get(name)).map(String::strip).filter(value -> !value.isEmpty());
  }

  /** What {@code with:} or the default of {@code action.yml} says. */
  public Optional<String> input(String name) {
    return get("INPUT_" + name.replace(' ', '_').toUpperCase(Locale.ROOT));
  }

  /** What the main part of the action left for its post part. */
  public Optional<String> state(String name) {
    return get("STATE_" + name);
  }

  /**
   * A variable that GitHub always sets.
   *
   * @throws IllegalStateException if it is absent
   */
  public String required(String name) {
    return get(name)
        .orElseThrow(
            () ->
                new IllegalStateException(
                    name + " is not set; this program runs as a step of a GitHub workflow"));
  }
}
