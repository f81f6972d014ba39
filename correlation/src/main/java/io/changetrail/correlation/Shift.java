// SPDX-License-Identifier: Apache-2.0
package io.changetrail.correlation;

import java.util.Locale;

/**
 * How a signal moved at a moment: its median after against its median before.
 *
 * @param before median of the samples before, in the unit of the signal
 * @param after median of the samples after
 * @param strength signed: the change on a logarithmic scale, in multiples of what signals of that
 *     name usually move by between two such windows, over all services that report it. Positive
 *     where it rose; of a success rate, where it fell
 */
record Shift(Series series, double before, double after, double strength) {

  /** For the reader: {@code cpu_usage of cart-7f 12.5× (0.8 → 10)}. */
  String words() {
    return series.signal()
        + " of "
        + series.instance().orElse(series.service())
        + " "
        + number(before)
        + " → "
        + number(after);
  }

  static String number(double value) {
    double magnitude = Math.abs(value);
    if (magnitude >= 1000 || value == Math.rint(value)) {
      return String.format(Locale.ROOT, "%.0f", value);
    }
    return String.format(Locale.ROOT, "%.3g", value);
  }
}
