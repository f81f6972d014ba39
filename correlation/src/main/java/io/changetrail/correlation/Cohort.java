// SPDX-License-Identifier: Apache-2.0
package io.changetrail.correlation;

import io.changetrail.correlation.Calibration.Constant;
import java.util.Optional;

/**
 * Whether those that got the change differ from those that did not. Where they clearly do, each
 * change that cannot be told from that difference is the less likely: it would have had to hit the
 * same ones by chance.
 */
final class Cohort implements Evidence {
  static final String NAME = "cohort";

  /** Neither spoken for nor against by a comparison, while another change is spoken for. */
  private static final double NOT_THIS_DIFFERENCE = 0.5;

  @Override
  public Optional<Factor> weigh(CandidateChange change, Situation situation) {
    double weight = situation.calibration().of(Constant.WEIGHT_COHORT);
    CohortComparison own = situation.cohorts().get(change.id());
    if (own != null) {
      return Optional.of(new Factor(NAME, 1 - own.p(), weight, own.words()));
    }
    return situation.cohorts().values().stream()
        .filter(CohortComparison::isClear)
        .min(CohortComparison.CLEAREST_FIRST)
        .map(
            other ->
                new Factor(
                    NAME,
                    NOT_THIS_DIFFERENCE,
                    weight,
                    "does not say why "
                        + other.signal()
                        + " differs between those that got another change and those that did"
                        + " not"));
  }
}
