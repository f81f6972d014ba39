// SPDX-License-Identifier: Apache-2.0
package io.changetrail.correlation;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Whether what moved when a change went live moved back when it was undone: the same comparison of
 * before and after, of the same signals, at the moment of the rollback.
 *
 * @param logLikelihoodRatio natural logarithm of how much likelier the movements are if the change
 *     was the cause than if it was not; below 0 where the signals stayed as they were
 * @param recovered whether it speaks for the change
 */
record Recovery(double logLikelihoodRatio, boolean recovered) {
  /** Undoing the cause nearly always ends its symptoms; now and then something is left broken. */
  private static final double CHANCE = 0.9;

  /** Rates and percentiles look minutes back, so they recover minutes later. */
  private static final List<Duration> DELAYS =
      List.of(Duration.ZERO, Duration.ofMinutes(3), Duration.ofMinutes(6));

  /**
   * Judges a rollback.
   *
   * @param symptoms how signals moved when the change went live
   * @param live when the change went live
   * @param undone when the rollback was complete
   * @param reach what a movement says
   * @return empty where there are no symptoms, or no samples of them after the rollback yet
   */
  static Optional<Recovery> of(
      List<Shift> symptoms, Instant live, Instant undone, Signals signals, Reach reach) {
    if (symptoms.isEmpty()) {
      return Optional.empty();
    }
    return DELAYS.stream()
        .map(undone::plus)
        .filter(signals::cover)
        .map(moment -> at(symptoms, signals.at(moment, live), reach))
        .flatMap(Optional::stream)
        .max(Comparator.comparingDouble(Recovery::logLikelihoodRatio));
  }

  private static Optional<Recovery> at(List<Shift> symptoms, Signals.Moved moved, Reach reach) {
    double sum = 0;
    int measured = 0;
    for (Shift symptom : symptoms) {
      Optional<Shift> since =
          moved.of(symptom.series().service(), SignalFamily.of(symptom.series().signal()));
      if (since.isPresent()) {
        double back = -Math.signum(symptom.strength()) * since.get().strength();
        sum += reach.logLikelihoodRatio(Math.max(0, back), CHANCE);
        measured++;
      }
    }
    return measured == 0 ? Optional.empty() : Optional.of(new Recovery(sum, sum > 0));
  }
}
