// SPDX-License-Identifier: Apache-2.0
package io.changetrail.correlation;

/**
 * One piece of evidence for or against a change. It lowers the score to at most {@code 1 − weight}
 * of what it was when its value is 0, and leaves it alone when its value is 1.
 *
 * @param name snake case, such as {@code onset_proximity}
 * @param value in [0,1], kept to four decimals so that what is printed is what counted
 * @param weight in [0,1]: how much of the score this factor may take away
 * @param reason one sentence for the reader
 */
public record Factor(String name, double value, double weight, String reason) {
  public Factor {
    if (!(value >= 0 && value <= 1) || !(weight >= 0 && weight <= 1)) {
      throw new IllegalArgumentException(
          "factor." + name + ": value " + value + " and weight " + weight + " must be in [0,1]");
    }
    value = rounded(value);
    weight = rounded(weight);
  }

  /** What the score is multiplied by. */
  public double multiplier() {
    return 1 - weight * (1 - value);
  }

  static double rounded(double share) {
    return Math.round(share * 1e4) / 1e4;
  }
}
