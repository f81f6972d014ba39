// SPDX-License-Identifier: Apache-2.0
package io.changetrail.correlation;

import io.changetrail.correlation.Calibration.Constant;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * How well the metric series are explained by the change: what moved just after it went live, on
 * the services that it touched, on their callers, and on what only they call; and what differs then
 * between those that got it and those that did not. If the change was rolled back, the same is
 * asked of that moment: what moves back speaks for it, what stays speaks against it.
 */
final class BeforeAfter implements Evidence {
  private static final double WEIGHT = 1;

  /** A change that harms shows in those that got it beside those that did not, nearly always. */
  private static final double CHANCE_APART = 0.9;

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
    Explanation best = explanation(change, situation, reach);
    Optional<Recovery> recovery =
        situation
            .undone(change)
            .flatMap(undone -> Recovery.of(best.strongest(), live, undone, signals, reach));
    Optional<CohortComparison> cohort =
        Optional.ofNullable(situation.cohorts().get(change.id())).filter(CohortComparison::isClear);
    return Optional.of(
        factor(
            best.logLikelihoodRatio()
                + cohort.map(clear -> apart(clear, change, situation, reach)).orElse(0.0)
                + recovery.map(Recovery::logLikelihoodRatio).orElse(0.0),
            situation,
            reason(best.strongest(), signals, live)
                + cohort.map(clear -> "; " + clear.levels()).orElse("")
                + recovery
                    .map(
                        after ->
                            after.recovered()
                                ? "; and back when it was rolled back"
                                : "; and not back when it was rolled back")
                    .orElse("")));
  }

  /**
   * What a clear difference says between those that got it and those that did not: the same
   * comparison, with others at that time in place of the time before.
   */
  private static double apart(
      CohortComparison cohort, CandidateChange change, Situation situation, Reach reach) {
    double strength =
        change.services().stream()
            .mapToDouble(
                service ->
                    situation
                        .signals()
                        .strength(
                            service,
                            cohort.signal(),
                            cohort.without(),
                            cohort.with(),
                            change.exposure().start()))
            .map(Math::abs)
            .max()
            .orElse(0);
    return Math.max(0, reach.logLikelihoodRatio(strength, CHANCE_APART));
  }

  private static Explanation explanation(CandidateChange change, Situation situation, Reach reach) {
    Signals.Moved moved = situation.signals().at(change.exposure().start());
    return change.services().stream()
        .map(service -> reach.explain(service, moved, situation.topology()))
        .max(Comparator.comparingDouble(Explanation::logLikelihoodRatio))
        .orElseThrow();
  }

  /**
   * The signals that moved most for the change; where none moved more than usual, that of its own
   * services which moved most.
   */
  static List<Effect> effects(CandidateChange change, Situation situation) {
    Signals signals = situation.signals();
    Instant live = change.exposure().start();
    if (signals.isEmpty() || change.services().isEmpty() || !signals.cover(live)) {
      return List.of();
    }
    List<Shift> moved =
        explanation(change, situation, new Reach(situation.calibration())).strongest();
    if (moved.isEmpty()) {
      moved =
          change.services().stream()
              .flatMap(
                  service ->
                      signals
                          .at(live)
                          .byService()
                          .getOrDefault(service, Map.of())
                          .values()
                          .stream())
              .max(
                  Comparator.comparingDouble((Shift shift) -> Math.abs(shift.strength()))
                      .thenComparing(Shift::words))
              .stream()
              .toList();
    }
    return moved.stream().flatMap(shift -> signals.effect(shift, live).stream()).toList();
  }

  private static String reason(List<Shift> shifts, Signals signals, Instant live) {
    return shifts.isEmpty()
        ? "nothing moved more than usual right after it went live"
        : "right after it went live: "
            + shifts.stream()
                .map(
                    shift ->
                        shift.words()
                            + signals
                                .effect(shift, live)
                                .map(effect -> " " + effect.words())
                                .orElse(""))
                .collect(Collectors.joining("; "));
  }

  private static Factor factor(double ratio, Situation situation, String reason) {
    double doubt = situation.calibration().of(Constant.EVIDENCE_HALF) - ratio;
    double scale = situation.calibration().of(Constant.EVIDENCE_SCALE);
    return new Factor("before_after", 1 / (1 + Math.exp(doubt / scale)), WEIGHT, reason);
  }
}
