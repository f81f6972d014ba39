// SPDX-License-Identifier: Apache-2.0
package io.changetrail.correlation;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * How well the metric series are explained by the change: what moved just after it went live, on
 * the services that it touched, on their callers, and on what only they call. If the change was
 * rolled back, the same is asked of that moment: what moves back speaks for it, what stays speaks
 * against it.
 */
final class BeforeAfter implements Evidence {
  private static final double WEIGHT = 1;

  /** The log likelihood ratio at which the value is one half: as likely as not, and a bit. */
  private static final double HALF = 1;

  /** How slowly it saturates: signals of one service are not independent of each other. */
  private static final double SCALE = 4;

  /** What a change gets that went live when nothing was measured: a little less than doubt. */
  private static final double UNKNOWN = -2;

  @Override
  public Optional<Factor> weigh(CandidateChange change, Situation situation) {
    Signals signals = situation.signals();
    if (signals.isEmpty()) {
      return Optional.empty();
    }
    Instant live = change.exposure().start();
    if (change.services().isEmpty() || !signals.cover(live)) {
      return Optional.of(factor(UNKNOWN, "nothing was measured before and after it went live"));
    }
    Explanation best =
        change.services().stream()
            .map(service -> Explanation.of(service, signals.at(live), situation.topology()))
            .max(Comparator.comparingDouble(Explanation::logLikelihoodRatio))
            .orElseThrow();
    Optional<Recovery> recovery =
        situation
            .undone(change)
            .flatMap(undone -> Recovery.of(best.strongest(), live, undone, signals));
    return Optional.of(
        factor(
            best.logLikelihoodRatio() + recovery.map(Recovery::logLikelihoodRatio).orElse(0.0),
            reason(best.strongest())
                + recovery
                    .map(
                        after ->
                            after.recovered()
                                ? "; and back when it was rolled back"
                                : "; and not back when it was rolled back")
                    .orElse("")));
  }

  private static String reason(List<Shift> shifts) {
    return shifts.isEmpty()
        ? "nothing moved more than usual right after it went live"
        : "right after it went live: "
            + shifts.stream().map(Shift::words).collect(Collectors.joining("; "));
  }

  private static Factor factor(double ratio, String reason) {
    return new Factor("before_after", 1 / (1 + Math.exp((HALF - ratio) / SCALE)), WEIGHT, reason);
  }
}
