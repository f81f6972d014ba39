// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.rollout;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Why a pod does not run, in the kubelet's words. */
final class PodTrouble {
  /** With these a container does not run, now; each of them may pass. */
  private static final Set<String> REASONS =
      Set.of(
          "CrashLoopBackOff",
          "ImagePullBackOff",
          "ErrImagePull",
          "InvalidImageName",
          "ErrImageNeverPull",
          "CreateContainerConfigError",
          "CreateContainerError",
          "RunContainerError");

  private PodTrouble() {}

  /** For example {@code CrashLoopBackOff (OOMKilled, exit code 137)}. */
  static Optional<String> of(JsonNode pod) {
    for (String list : List.of("initContainerStatuses", "containerStatuses")) {
      for (JsonNode container : pod.path("status").path(list)) {
        String reason = container.at("/state/waiting/reason").asText();
        if (REASONS.contains(reason)) {
          return Optional.of(container.path("name").asText() + ": " + reason + last(container));
        }
      }
    }
    return Optional.empty();
  }

  /**
   * Why a pod in no such trouble is not ready all the same, which is normal for a while: no node
   * takes it, or a probe fails.
   */
  static Optional<String> unready(JsonNode pod) {
    for (JsonNode condition : pod.at("/status/conditions")) {
      if (condition.path("type").asText().equals("PodScheduled")
          && condition.path("status").asText().equals("False")) {
        String message = condition.path("message").asText("");
        return Optional.of(
            condition.path("reason").asText("Unschedulable")
                + (message.isEmpty()
                    ? ""
                    : ": " + message.substring(0, Math.min(200, message.length()))));
      }
    }
    for (JsonNode container : pod.at("/status/containerStatuses")) {
      if (container.path("state").has("running") && !container.path("ready").asBoolean()) {
        int restarts = container.path("restartCount").asInt();
        return Optional.of(
            container.path("name").asText()
                + ": runs, but its "
                + (container.path("started").asBoolean(true) ? "readiness" : "startup")
                + " probe fails"
                + (restarts == 0 ? "" : ", restarted " + restarts + " times" + last(container)));
      }
    }
    return Optional.empty();
  }

  private static String last(JsonNode container) {
    JsonNode ended = container.at("/lastState/terminated");
    return ended.isMissingNode()
        ? ""
        : " ("
            + ended.path("reason").asText("Error")
            + ", exit code "
            + ended.path("exitCode").asInt()
            + ")";
  }
}
