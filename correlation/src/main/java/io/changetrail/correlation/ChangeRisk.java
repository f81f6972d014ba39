// SPDX-License-Identifier: Apache-2.0
package io.changetrail.correlation;

import io.changetrail.correlation.Calibration.Constant;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.Outcome;
import java.util.Map;
import java.util.Optional;

/**
 * How often changes of this kind break things. A weak prior that decides between changes which all
 * else leaves equal, so only where there are no series; the order follows the triggers of outages
 * in public post-mortem studies, where new code and configuration lead and scaling is last.
 *
 * @see <a href="https://sre.google/sre-book/postmortem-analysis/">Google SRE: results of postmortem
 *     analysis</a>
 */
final class ChangeRisk implements Evidence {
  private static final double OTHER = 0.6;

  private static final Map<ChangeKind, Double> BY_KIND =
      Map.of(
          ChangeKind.DEPLOYMENT, 1.0,
          ChangeKind.SCHEMA, 0.95,
          ChangeKind.CONFIG, 0.95,
          ChangeKind.FEATURE_FLAG, 0.9,
          ChangeKind.MANUAL, 0.85,
          ChangeKind.SECRET_ROTATION, 0.8,
          ChangeKind.INFRASTRUCTURE, 0.8,
          ChangeKind.PERMISSION, 0.75,
          ChangeKind.OPERATION, 0.6,
          ChangeKind.SCALE, 0.5);

  @Override
  public Optional<Factor> weigh(CandidateChange change, Situation situation) {
    if (!situation.signals().isEmpty()) {
      return Optional.empty();
    }
    double weight = situation.calibration().of(Constant.WEIGHT_RISK);
    if (change.outcome() == Outcome.FAILURE || change.outcome() == Outcome.ABORTED) {
      return Optional.of(
          new Factor(
              "change_risk", 1, weight, "it did not end well: " + change.outcome().wireName()));
    }
    double value = BY_KIND.getOrDefault(change.kind(), OTHER);
    return Optional.of(
        new Factor(
            "change_risk", value, weight, "usual risk of a change of kind " + change.kind()));
  }
}
