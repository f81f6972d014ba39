// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.capture;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.Phase;
import io.changetrail.model.Provenance;
import io.changetrail.model.StateChange;
import io.changetrail.model.diff.Difference;
import io.changetrail.model.diff.StructuralDiff;
import io.changetrail.source.OciImage;
import io.changetrail.watcher.cluster.ResourceType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What became of one object between two states.
 *
 * @param before {@code null} where it did not exist
 * @param after {@code null} where it is gone
 */
record ObjectChange(ResourceType type, @Nullable ObjectNode before, @Nullable ObjectNode after) {
  private static final String RESTARTED_AT = "kubectl.kubernetes.io/restartedAt";
  private static final Set<String> WORKLOADS =
      Set.of("Deployment", "StatefulSet", "DaemonSet", "Rollout");
  private static final Set<String> OF_THE_CLUSTER =
      Set.of("Node", "Namespace", "StorageClass", "CustomResourceDefinition", "PriorityClass");

  List<Difference> differences() {
    return StructuralDiff.differences(state());
  }

  StateChange state() {
    return StructuralDiff.between(before, after);
  }

  /** The state after it, or before it where the object is gone. */
  ObjectNode present() {
    return Objects.requireNonNull(after != null ? after : before, "before or after");
  }

  boolean isWorkload() {
    return WORKLOADS.contains(type.kind());
  }

  /** Whether pods are replaced because of it. */
  boolean isRollout() {
    return isWorkload()
        && after != null
        && (before == null || differences().stream().anyMatch(ObjectChange::isTemplate));
  }

  /**
   * The change.
   *
   * @param live the object as the API serves it, for the generation of its rollout
   */
  Change.Builder change(JsonNode live) {
    StateChange state = state();
    String title = title();
    if (after == null) {
      return Change.of(kind(), Phase.OCCURRED, "delete").state(state).summary(title + ": deleted");
    }
    if (isRollout()) {
      boolean restart = before != null && isRestart();
      String said =
          before == null
              ? "created with " + images(after)
              : restart ? "restarted" : rolloutSummary(state);
      return Change.of(
              restart ? ChangeKind.OPERATION : ChangeKind.DEPLOYMENT,
              Phase.STARTED,
              before == null ? "create" : restart ? "restart" : "update")
          .id(rolloutId(live))
          .state(state)
          .summary(line(title + ": " + said));
    }
    if (before == null) {
      return Change.of(kind(), Phase.OCCURRED, "create").state(state).summary(title + ": created");
    }
    if (isWorkload() && isScaling()) {
      return Change.of(ChangeKind.SCALE, Phase.OCCURRED, "scale")
          .state(state)
          .summary(
              title
                  + ": replicas "
                  + before.at("/spec/replicas")
                  + " → "
                  + after.at("/spec/replicas"));
    }
    if (type.kind().equals("Node") && onlyUnder("spec", "unschedulable")) {
      boolean cordoned = after.at("/spec/unschedulable").asBoolean();
      return Change.of(ChangeKind.OPERATION, Phase.OCCURRED, cordoned ? "cordon" : "uncordon")
          .state(state)
          .summary(title + ": " + (cordoned ? "cordoned" : "uncordoned"));
    }
    if (type.kind().equals("Node") && onlyUnder("nodeInfo")) {
      // Whoever drains a node and starts its kubelet anew brings this about, not who writes it.
      return Change.of(ChangeKind.OPERATION, Phase.OCCURRED, "upgrade")
          .state(state)
          .summary(line(title + ": " + StructuralDiff.summary(state)));
    }
    return Change.of(kind(), Phase.OCCURRED, "update")
        .state(state)
        .summary(line(title + ": " + StructuralDiff.summary(state)));
  }

  String rollbackSummary(long revision) {
    return line(title() + ": rolled back to revision " + revision + ": " + rolloutSummary(state()));
  }

  /** Names the rollout of one generation, as the mapper of audit records does. */
  String rolloutId(JsonNode live) {
    return type.plural()
        + "/"
        + live.at("/metadata/uid").asText()
        + "/"
        + live.at("/metadata/generation").asText();
  }

  private ChangeKind kind() {
    if (isWorkload()) {
      return after == null || before == null ? ChangeKind.DEPLOYMENT : ChangeKind.CONFIG;
    }
    if (type.group().equals("rbac.authorization.k8s.io")) {
      return ChangeKind.PERMISSION;
    }
    if (type.is("", "Secret")) {
      return ChangeKind.SECRET_ROTATION;
    }
    return OF_THE_CLUSTER.contains(type.kind()) ? ChangeKind.INFRASTRUCTURE : ChangeKind.CONFIG;
  }

  private String title() {
    JsonNode metadata = present().path("metadata");
    String namespace = metadata.path("namespace").asText("");
    return type.kind()
        + " "
        + (namespace.isEmpty() ? "" : namespace + "/")
        + metadata.path("name").asText();
  }

  private boolean isRestart() {
    return differences().stream()
        .allMatch(one -> one.path().get(one.path().size() - 1).equals(RESTARTED_AT));
  }

  private boolean isScaling() {
    return differences().stream().allMatch(one -> one.path().equals(List.of("spec", "replicas")));
  }

  private boolean onlyUnder(String... path) {
    return differences().stream()
        .allMatch(
            one ->
                one.path().size() >= path.length
                    && one.path().subList(0, path.length).equals(List.of(path)));
  }

  private static boolean isTemplate(Difference one) {
    return one.path().size() > 1 && one.path().subList(0, 2).equals(List.of("spec", "template"));
  }

  private String rolloutSummary(StateChange state) {
    List<String> parts = new ArrayList<>();
    Map<String, String> from = before == null ? Map.of() : references(before);
    references(present())
        .forEach(
            (container, image) -> {
              String old = from.get(container);
              if (old != null && !old.equals(image)) {
                parts.add("image " + shortened(old) + " → " + shortened(image));
              }
            });
    return parts.isEmpty() ? StructuralDiff.summary(state) : String.join(", ", parts);
  }

  /** Name and version, which is what differs mostly. */
  private static String shortened(String reference) {
    return OciImage.parse(reference)
        .map(image -> image.name() + " " + image.version())
        .orElse(reference);
  }

  private static String images(JsonNode state) {
    List<String> images = references(state).values().stream().map(ObjectChange::shortened).toList();
    return images.isEmpty() ? "no image" : String.join(", ", images);
  }

  /** Image references by container. */
  static Map<String, String> references(JsonNode state) {
    Map<String, String> references = new LinkedHashMap<>();
    for (String list : List.of("initContainers", "containers")) {
      for (JsonNode container : state.at("/spec/template/spec").path(list)) {
        references.put(container.path("name").asText(), container.path("image").asText());
      }
    }
    return references;
  }

  /** What the workload runs now, or ran before it was deleted. */
  List<Provenance.Artifact> artifacts() {
    return references(present()).values().stream()
        .distinct()
        .flatMap(reference -> OciImage.parse(reference).stream())
        .map(OciImage::artifact)
        .limit(Provenance.MAX_ARTIFACTS)
        .toList();
  }

  private static String line(String text) {
    return text.length() <= 2000 ? text : text.substring(0, 1999) + "…";
  }
}
