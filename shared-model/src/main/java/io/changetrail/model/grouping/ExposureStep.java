// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.grouping;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * A moment from which a change reached another share of those that can have it.
 *
 * @param observation tells it
 * @param rollout share of users, traffic or replicas, in percent [0, 100]
 */
public record ExposureStep(Observation observation, double rollout) {

  public Instant time() {
    return observation.event().time();
  }

  /** The steps that observations of one change tell; the same share told again is no step. */
  static List<ExposureStep> of(List<Observation> inOrder) {
    List<ExposureStep> steps = new ArrayList<>();
    for (Observation seen : inOrder) {
      Double rollout = seen.event().change().rollout();
      if (rollout != null
          && (steps.isEmpty() || steps.get(steps.size() - 1).rollout() != rollout)) {
        steps.add(new ExposureStep(seen, rollout));
      }
    }
    return steps;
  }
}
