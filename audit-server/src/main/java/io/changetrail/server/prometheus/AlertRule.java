// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.prometheus;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The rule that an alert came from, as far as the alert tells.
 *
 * @param server the Prometheus server that has it, by its name in the settings
 * @param name of the alert
 * @param expression in PromQL; {@code null} where the alert does not tell
 * @param labels of the alert, those of the rule among them
 */
public record AlertRule(
    String server, String name, @Nullable String expression, Map<String, String> labels) {
  public AlertRule {
    labels = Map.copyOf(labels);
  }
}
