// SPDX-License-Identifier: Apache-2.0
package io.changetrail.correlation;

import java.util.List;

/**
 * A change with the evidence for it.
 *
 * @param score in [0,1], to four decimals: the product of {@code 1 − weight · (1 − value)} over the
 *     factors. A measure of order and strength, not a probability
 * @param effects how signals differ after it from before it, strongest first; empty where no series
 *     tell
 */
public record Suspect(
    CandidateChange change, double score, List<Factor> factors, List<Effect> effects) {
  public Suspect {
    factors = List.copyOf(factors);
    effects = List.copyOf(effects);
    if (Math.abs(score - scoreOf(factors)) > 1e-9) {
      throw new IllegalArgumentException(
          "suspect.score: " + score + " is not what its factors give, " + scoreOf(factors));
    }
  }

  public static Suspect of(CandidateChange change, List<Factor> factors, List<Effect> effects) {
    return new Suspect(change, scoreOf(factors), factors, effects);
  }

  Suspect with(List<Effect> measured) {
    return new Suspect(change, score, factors, measured);
  }

  private static double scoreOf(List<Factor> factors) {
    double score = 1;
    for (Factor factor : factors) {
      score *= factor.multiplier();
    }
    return Factor.rounded(score);
  }
}
