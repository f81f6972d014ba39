// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.prometheus;

import org.jspecify.annotations.Nullable;

/**
 * Something to ask of a Prometheus server.
 *
 * @param server its name in the settings
 * @param expression in PromQL
 * @param signal what the answer measures; {@code null} for the name of the metric
 * @param service whose series the answer holds where its labels do not say; {@code null} if then
 *     nobody's
 */
public record RangeQuery(
    String server, String expression, @Nullable String signal, @Nullable String service) {
  /** The longest expression that is passed on. */
  public static final int MAX_EXPRESSION = 16_384;
}
