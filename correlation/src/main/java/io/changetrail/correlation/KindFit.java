// SPDX-License-Identifier: Apache-2.0
package io.changetrail.correlation;

import io.changetrail.correlation.Calibration.Constant;
import io.changetrail.model.ChangeKind;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * Whether the symptom is of the sort that a change of that kind brings. Wrong answers come from
 * what a service does, that is from code and flags; slowness without them comes as a rule from what
 * it runs on and with: limits, placement, network, settings.
 */
final class KindFit implements Evidence {
  /** From here on errors rose, in multiples of their usual movement. */
  private static final double ROSE = 3;

  private static final Set<ChangeKind> CODE =
      Set.of(ChangeKind.DEPLOYMENT, ChangeKind.FEATURE_FLAG, ChangeKind.SCHEMA, ChangeKind.MANUAL);

  @Override
  public Optional<Factor> weigh(CandidateChange change, Situation situation) {
    Signals signals = situation.signals();
    Instant live = change.exposure().start();
    if (signals.isEmpty() || !signals.cover(live)) {
      return Optional.empty();
    }
    boolean code = CODE.contains(change.kind());
    Optional<Shift> errors =
        signals.at(live).byService().values().stream()
            .map(families -> families.get(SignalFamily.ERRORS))
            .filter(shift -> shift != null && shift.strength() > ROSE)
            .findFirst();
    if (errors.isPresent()) {
      return Optional.of(
          factor(
              code ? 1 : 0,
              situation,
              errors.get().words()
                  + (code ? ": wrong answers come from code" : ": not what this kind brings")));
    }
    return Optional.of(
        factor(
            code ? situation.calibration().of(Constant.SLOW_CODE) : 1,
            situation,
            code
                ? "no errors rose with it, as new code would rather bring"
                : "no errors rose with it, as is usual for a change of kind " + change.kind()));
  }

  private static Factor factor(double value, Situation situation, String reason) {
    return new Factor("kind_fit", value, situation.calibration().of(Constant.WEIGHT_KIND), reason);
  }
}
