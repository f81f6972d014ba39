// SPDX-License-Identifier: Apache-2.0
package io.changetrail.correlation;

import io.changetrail.correlation.Calibration.Constant;
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

  @Override
  public Optional<Factor> weigh(CandidateChange change, Situation situation) {
    Signals signals = situation.signals();
    if (signals.isEmpty()) {
      return Optional.empty();
    }
    Instant live = change.exposure().start();
    if (change.services().isEmpty() || !signals.cover(live)) {
      return Optional.of(
          factor(
              situation.calibration().of(Constant.EVIDENCE_UNKNOWN),
              situation,
              "nothing was measured before and after it went live"));
    }
    Reach reach = new Reach(situation.calibration());
    Explanation best =
        change.services().stream()
            .map(service -> reach.explain(service, signals.at(live), situation.topology()))
            .max(Comparator.comparingDouble(Explanation::logLikelihoodRatio))
            .orElseThrow();
    Optional<Recovery> recovery =
        situation
            .undone(change)
            .flatMap(undone -> Recovery.of(best.strongest(), live, undone, signals, reach));
    return Optional.of(
        factor(
            best.logLikelihoodRatio() + recovery.map(Recovery::logLikelihoodRatio).orElse(0.0),
            situation,
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

  private static Factor factor(double ratio, Situation situation, String reason) {
    double doubt = situation.calibration().of(Constant.EVIDENCE_HALF) - ratio;
    double scale = situation.calibration().of(Constant.EVIDENCE_SCALE);
    return new Factor("before_after", 1 / (1 + Math.exp(doubt / scale)), WEIGHT, reason);
  }
}
