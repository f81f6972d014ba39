// SPDX-License-Identifier: Apache-2.0
package io.changetrail.correlation.evaluation;

import org.hipparchus.stat.interval.BinomialProportion;
import org.hipparchus.stat.interval.ConfidenceInterval;

/**
 * How often something held.
 *
 * @param hits may be fractional, where a tie counts by its chance
 * @param n out of how many
 */
public record Rate(double hits, int n) {
  private static final double CONFIDENCE = 0.95;

  /** The share; 0 of none. */
  public double value() {
    return n == 0 ? 0 : hits / n;
  }

  /** Lower bound of the 95 % interval (Wilson score). */
  public double lower() {
    return n == 0 ? 0 : Math.max(0, interval().getLowerBound());
  }

  /** Upper bound of the 95 % interval (Wilson score). */
  public double upper() {
    return n == 0 ? 1 : Math.min(1, interval().getUpperBound());
  }

  private ConfidenceInterval interval() {
    return BinomialProportion.getWilsonScoreInterval(n, value(), CONFIDENCE);
  }
}
