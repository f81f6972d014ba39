// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.rollout;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How the rollout of a workload's present generation stands, from the workload alone.
 *
 * @param reason why it does not go on; {@code null} while it does
 * @param at when it came to stand so, where the object tells
 */
record Verdict(Stage stage, @Nullable String reason, @Nullable Instant at) {
  enum Stage {
    /** The controller has not seen the generation yet. */
    UNSEEN,
    PROGRESSING,
    PAUSED,
    COMPLETE,
    STALLED
  }

  private static final String AVAILABLE = "NewReplicaSetAvailable";

  static Verdict of(JsonNode workload) {
    JsonNode status = workload.path("status");
    long generation = workload.at("/metadata/generation").asLong();
    if (status.path("observedGeneration").asLong() < generation) {
      return new Verdict(Stage.UNSEEN, null, null);
    }
    return switch (workload.path("kind").asText()) {
      case "Deployment" -> deployment(workload, status);
      case "StatefulSet" -> statefulSet(workload, status);
      case "DaemonSet" -> daemonSet(status);
      case "Rollout" -> argoRollout(status);
      default -> new Verdict(Stage.UNSEEN, null, null);
    };
  }

  /**
   * Whether the present template is still taking the place of another, and not only that some pods
   * are not well: that of a workload of which nothing else is known.
   */
  static boolean isUnderWay(JsonNode workload) {
    JsonNode status = workload.path("status");
    Stage stage = of(workload).stage();
    if (stage != Stage.PROGRESSING && stage != Stage.PAUSED) {
      return false;
    }
    return switch (workload.path("kind").asText()) {
      // The reason of a rollout that is complete stays until the next begins.
      case "Deployment" ->
          !condition(status, "Progressing").path("reason").asText().equals(AVAILABLE);
      case "StatefulSet" ->
          !status.path("updateRevision").asText().equals(status.path("currentRevision").asText());
      case "DaemonSet" ->
          status.path("updatedNumberScheduled").asInt()
              < status.path("desiredNumberScheduled").asInt();
      default -> !status.path("currentPodHash").asText().equals(status.path("stableRS").asText());
    };
  }

  /** Conditions as kubectl rollout status reads them. */
  private static Verdict deployment(JsonNode workload, JsonNode status) {
    if (workload.at("/spec/paused").asBoolean()) {
      return new Verdict(Stage.PAUSED, "paused", null);
    }
    JsonNode progressing = condition(status, "Progressing");
    if (progressing.path("reason").asText().equals("ProgressDeadlineExceeded")) {
      return new Verdict(Stage.STALLED, "ProgressDeadlineExceeded", time(progressing));
    }
    int wanted = workload.at("/spec/replicas").asInt(1);
    boolean complete =
        status.path("updatedReplicas").asInt() >= wanted
            && status.path("replicas").asInt() <= status.path("updatedReplicas").asInt()
            && status.path("availableReplicas").asInt() >= status.path("updatedReplicas").asInt()
            && (wanted == 0 || progressing.path("reason").asText().equals(AVAILABLE));
    return complete
        ? new Verdict(Stage.COMPLETE, null, time(progressing))
        : new Verdict(Stage.PROGRESSING, null, null);
  }

  private static Verdict statefulSet(JsonNode workload, JsonNode status) {
    int wanted = workload.at("/spec/replicas").asInt(1);
    int kept = workload.at("/spec/updateStrategy/rollingUpdate/partition").asInt(0);
    boolean updated =
        kept > 0
            ? status.path("updatedReplicas").asInt() >= wanted - kept
            : status.path("updateRevision").asText().equals(status.path("currentRevision").asText())
                || status.path("updatedReplicas").asInt() >= wanted;
    boolean complete = updated && status.path("readyReplicas").asInt() >= wanted;
    return new Verdict(complete ? Stage.COMPLETE : Stage.PROGRESSING, null, null);
  }

  private static Verdict daemonSet(JsonNode status) {
    int wanted = status.path("desiredNumberScheduled").asInt();
    boolean complete =
        status.path("updatedNumberScheduled").asInt() >= wanted
            && status.path("numberAvailable").asInt() >= wanted;
    return new Verdict(complete ? Stage.COMPLETE : Stage.PROGRESSING, null, null);
  }

  /** Argo Rollouts sums it up in a phase. */
  private static Verdict argoRollout(JsonNode status) {
    String message = status.path("message").asText("");
    return switch (status.path("phase").asText()) {
      case "Healthy" -> new Verdict(Stage.COMPLETE, null, null);
      case "Degraded" -> new Verdict(Stage.STALLED, message.isEmpty() ? "Degraded" : message, null);
      case "Paused" -> new Verdict(Stage.PAUSED, message.isEmpty() ? "paused" : message, null);
      default -> new Verdict(Stage.PROGRESSING, null, null);
    };
  }

  private static JsonNode condition(JsonNode status, String type) {
    for (JsonNode condition : status.path("conditions")) {
      if (condition.path("type").asText().equals(type)) {
        return condition;
      }
    }
    return MissingNode.getInstance();
  }

  private static @Nullable Instant time(JsonNode condition) {
    String text = condition.path("lastUpdateTime").asText("");
    return text.isEmpty() ? null : Instant.parse(text);
  }
}
