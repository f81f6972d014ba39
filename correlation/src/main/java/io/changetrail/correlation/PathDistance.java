// SPDX-License-Identifier: Apache-2.0
package io.changetrail.correlation;

import java.util.Optional;

/** How near the changed service is to the one that shows the anomaly, along the calls. */
final class PathDistance implements Evidence {
  private static final double WEIGHT = 1;

  /** Half of it where signals are given: these tell by themselves how far a fault reaches. */
  private static final double WEIGHT_BESIDE_SIGNALS = 0.5;

  /** What one step from a caller to a callee leaves. */
  private static final double PER_STEP = 0.8;

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
        .map(path -> factor(Math.pow(PER_STEP, path.cost()), reason(path, situation), situation))
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
        situation.signals().isEmpty() ? WEIGHT : WEIGHT_BESIDE_SIGNALS,
        reason);
  }
}
