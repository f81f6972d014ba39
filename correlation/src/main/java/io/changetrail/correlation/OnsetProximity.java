// SPDX-License-Identifier: Apache-2.0
package io.changetrail.correlation;

import io.changetrail.correlation.Calibration.Constant;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * How soon before the onset the change was live. Hyperbolic, so that a slow burn (a leak, a filling
 * disk) hours after its change keeps a tail that an exponential would cut off.
 */
final class OnsetProximity implements Evidence {
  private static final double WEIGHT = 1;

  @Override
  public Optional<Factor> weigh(CandidateChange change, Situation situation) {
    Instant earliest = situation.onset().interval().earliest();
    Instant live = lastMoveBefore(situation.onset().interval().latest(), change);
    Duration gap = live.isBefore(earliest) ? Duration.between(live, earliest) : Duration.ZERO;
    double half = situation.calibration().minutes(Constant.MINUTES_HALF).toMillis();
    double value = 1 / (1 + gap.toMillis() / half);
    String reason =
        gap.isZero()
            ? "live within the interval in which the anomaly began"
            : "live " + Durations.words(gap) + " before the anomaly began";
    return Optional.of(new Factor("onset_proximity", value, WEIGHT, reason));
  }

  /** A rollout that was still going on at the onset was live up to then. */
  private static Instant lastMoveBefore(Instant onset, CandidateChange change) {
    Instant from = change.exposure().start();
    Instant to = change.endTime().filter(end -> end.isAfter(from)).orElse(from);
    return to.isAfter(onset) && from.isBefore(onset) ? onset : to;
  }
}
