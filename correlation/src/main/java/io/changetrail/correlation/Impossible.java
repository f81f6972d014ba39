// SPDX-License-Identifier: Apache-2.0
package io.changetrail.correlation;

import io.changetrail.model.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.Set;

/**
 * Which changes cannot have been the cause. Only what no evidence could bring back is excluded;
 * whatever is merely unlikely stays in the list with a low score.
 */
final class Impossible {
  private Impossible() {}

  /** Why the change cannot have caused the anomaly; empty if it can. */
  static Optional<String> reason(CandidateChange change, Situation situation) {
    return notYetLive(change, situation)
        .or(() -> neverTookEffect(change))
        .or(() -> elsewhere(change, situation))
        .or(() -> unrelated(change, situation));
  }

  private static Optional<String> notYetLive(CandidateChange change, Situation situation) {
    Instant latest = situation.onset().interval().latest();
    Duration error = change.exposure().clockError();
    Instant live = change.exposure().start();
    return live.isAfter(latest.plus(error))
        ? Optional.of(
            "live at "
                + live.truncatedTo(ChronoUnit.SECONDS)
                + ", "
                + Durations.words(Duration.between(latest, live))
                + " after the anomaly had begun (clock error "
                + Durations.words(error)
                + ")")
        : Optional.empty();
  }

  private static Optional<String> neverTookEffect(CandidateChange change) {
    return change.outcome() == Outcome.DENIED
        ? Optional.of("was denied and never took effect")
        : Optional.empty();
  }

  private static Optional<String> elsewhere(CandidateChange change, Situation situation) {
    Set<String> touched = change.environments();
    return situation
        .anomaly()
        .environmentName()
        .filter(environment -> !touched.isEmpty() && !touched.contains(environment))
        .map(environment -> "touched " + String.join(", ", touched) + ", never " + environment);
  }

  /** Only if the topology knows every service involved can it say that nothing joins them. */
  private static Optional<String> unrelated(CandidateChange change, Situation situation) {
    Set<String> services = change.services();
    boolean known =
        situation.topology().knows(situation.anomaly().service())
            && services.stream().allMatch(situation.topology()::knows);
    return !services.isEmpty() && known && situation.pathTo(change).isEmpty()
        ? Optional.of(
            "touched "
                + String.join(", ", services)
                + ", which no calls join to "
                + situation.anomaly().service())
        : Optional.empty();
  }
}
