// SPDX-License-Identifier: Apache-2.0
package io.changetrail.correlation;

import io.changetrail.correlation.Calibration.Constant;
import java.util.Optional;

/** How near the changed service is to the one that shows the anomaly, along the calls. */
final class PathDistance implements Evidence {
  private static final double WEIGHT = 1;

  /** Neither near nor far: a node pool or a network policy that several services share. */
  private static final double WHOLE_ENVIRONMENT = 0.6;

  private static final double UNKNOWN_TO_TOPOLOGY = 0.3;

  @Override
  public Optional<Factor> weigh(CandidateChange change, Situation situation) {
    if (change.services().isEmpty()) {
      return Optional.of(
          factor(WHOLE_ENVIRONMENT, "touched the environment, no one service", situation));
    }
    return situation
        .pathTo(change)
        .map(
            path ->
                factor(
                    Math.pow(situation.calibration().of(Constant.PATH_STEP), path.cost()),
                    reason(path, situation),
                    situation))
        .or(
            () ->
                Optional.of(
                    factor(
                        UNKNOWN_TO_TOPOLOGY,
                        String.join(", ", change.services())
                            + " is not in the topology: how it relates to "
                            + situation.anomaly().service()
                            + " is unknown",
                        situation)));
  }

  private static String reason(Topology.Path path, Situation situation) {
    if (path.hops() == 0) {
      return "touched " + situation.anomaly().service() + " itself";
    }
    return path.towardsCallees()
        ? "on the call path " + path
        : "joined by calls, but not as a dependency: " + path;
  }

  private static Factor factor(double value, String reason, Situation situation) {
    return new Factor(
        "path_distance",
        value,
        // Series tell by themselves how far a fault reaches.
        situation.signals().isEmpty() ? WEIGHT : situation.calibration().of(Constant.WEIGHT_PATH),
        reason);
  }
}
