// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.rollout;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/**
 * How far a canary of Argo Rollouts has come.
 *
 * @param index of the step that is under way, from 0; the number of steps once all are done
 * @param weight percentage of the traffic, or of the pods, that the new version has
 * @see <a href="https://argo-rollouts.readthedocs.io/en/stable/features/canary/">Canary</a>
 */
record CanaryStep(int index, int steps, double weight) {
  /** Empty where the rollout has no such steps, or has not begun with them. */
  static Optional<CanaryStep> of(JsonNode rollout) {
    JsonNode steps = rollout.at("/spec/strategy/canary/steps");
    JsonNode at = rollout.at("/status/currentStepIndex");
    if (!steps.isArray() || steps.isEmpty() || !at.isIntegralNumber()) {
      return Optional.empty();
    }
    JsonNode told = rollout.at("/status/canary/weights/canary/weight");
    double weight = told.isNumber() ? told.asDouble() : set(steps, at.asInt());
    return weight < 0 || weight > 100
        ? Optional.empty()
        : Optional.of(new CanaryStep(at.asInt(), steps.size(), weight));
  }

  /** What the steps up to there set; all, once there is none left. */
  private static double set(JsonNode steps, int index) {
    if (index >= steps.size()) {
      return 100;
    }
    double weight = 0;
    for (int i = 0; i <= index; i++) {
      weight = steps.get(i).path("setWeight").asDouble(weight);
    }
    return weight;
  }
}
