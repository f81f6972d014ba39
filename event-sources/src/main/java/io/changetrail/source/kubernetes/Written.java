// SPDX-License-Identifier: Apache-2.0
package io.changetrail.source.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.InvalidEventException;
import io.changetrail.model.Phase;
import io.changetrail.model.Provenance;
import io.changetrail.model.StateChange;
import io.changetrail.model.diff.Difference;
import io.changetrail.model.diff.StructuralDiff;
import io.changetrail.source.OciImage;
import io.changetrail.source.Payload;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One write to one object: what it changed, and what the object says of its origin. */
final class Written {
  private static final String APP_NAME = "app.kubernetes.io/name";
  private static final String RESTARTED_AT = "kubectl.kubernetes.io/restartedAt";
  private static final String LEADER = "control-plane.alpha.kubernetes.io/leader";
  private static final String ROOT_CERTIFICATES = "kube-root-ca.crt";
  private static final String REPLICAS = "/spec/replicas";
  private static final String OCI = "org.opencontainers.image.";

  private final ObjectKind kind;
  private final Payload entry;
  private final Payload object;
  private final @Nullable JsonNode before;
  private final String verb;

  Written(ObjectKind kind, Payload entry, @Nullable JsonNode before) {
    this.kind = kind;
    this.entry = entry;
    this.before = before;
    this.verb = entry.required("/verb");
    this.object = entry.at("/responseObject");
  }

  /** What was changed; {@code null} if nothing was. */
  @Nullable Change change() {
    if (name().equals(ROOT_CERTIFICATES)
        || object.at("/metadata/annotations").field(LEADER).isPresent()) {
      return null;
    }
    if (verb.equals("delete")) {
      return occurred(ownKind(), "delete", StructuralDiff.between(Declared.of(kind, before), null))
          .summary(title() + ": deleted")
          .build();
    }
    if (!object.isPresent()) {
      throw new InvalidEventException(
          "body/responseObject",
          "is missing; log "
              + kind.resource()
              + " at level RequestResponse in the cluster's audit policy");
    }
    if ("scale".equals(entry.text("/objectRef/subresource"))) {
      return scaled(scale());
    }
    ObjectNode after = Declared.of(kind, object.node());
    if (verb.equals("create")) {
      return created(StructuralDiff.between(null, after));
    }
    StateChange state = StructuralDiff.between(Declared.of(kind, before), after);
    return kind.isWorkload() ? workloadUpdated(state) : configUpdated(state);
  }

  private ChangeKind ownKind() {
    return kind.isWorkload() ? ChangeKind.DEPLOYMENT : ChangeKind.CONFIG;
  }

  private Change created(StateChange state) {
    return (kind.isWorkload() ? rollout("create", state) : occurred(ownKind(), "create", state))
        .summary(title() + ": created" + (kind.isWorkload() ? " with " + images(object) : ""))
        .build();
  }

  private @Nullable Change configUpdated(StateChange state) {
    if (before != null && onlyMetadata(state)) {
      return null;
    }
    return occurred(ChangeKind.CONFIG, "update", state)
        .summary(title() + ": " + (before == null ? "updated" : StructuralDiff.summary(state)))
        .build();
  }

  private @Nullable Change workloadUpdated(StateChange state) {
    if (before == null) {
      // A write to the spec raises the generation above the one that the controller has seen.
      String seen = object.text("/status/observedGeneration");
      return seen != null && seen.equals(object.text("/metadata/generation"))
          ? null
          : rollout("update", state).summary(title() + ": updated to " + images(object)).build();
    }
    if (onlyMetadata(state)) {
      return null;
    }
    List<Difference> differences = StructuralDiff.differences(state);
    boolean template = differences.stream().anyMatch(one -> isUnder(one, "spec", "template"));
    if (!template) {
      boolean replicas = differences.stream().allMatch(one -> !isSpec(one) || isReplicas(one));
      return replicas
          ? scaled(state)
          : occurred(ChangeKind.CONFIG, "update", state)
              .summary(title() + ": " + StructuralDiff.summary(state))
              .build();
    }
    boolean restart =
        differences.stream()
            .filter(Written::isSpec)
            .allMatch(one -> one.path().get(one.path().size() - 1).equals(RESTARTED_AT));
    return restart
        ? occurred(ChangeKind.OPERATION, "restart", state).summary(title() + ": restarted").build()
        : rollout("update", state).summary(title() + ": " + difference(state)).build();
  }

  /**
   * What a request to the scale subresource did to the workload. It shows the replicas only: where
   * the workload before is not known, only the patch is told, so that nobody takes the replicas for
   * the whole state of the workload.
   */
  private StateChange scale() {
    JsonNode to = object.node().at(REPLICAS);
    if (!to.isIntegralNumber()) {
      throw object.missing(REPLICAS);
    }
    if (before != null && before.has("spec") && before.get("spec").has("template")) {
      ObjectNode after = before.deepCopy();
      after.withObject("/spec").set("replicas", to);
      return StructuralDiff.between(Declared.of(kind, before), Declared.of(kind, after));
    }
    ArrayNode patch = JsonNodeFactory.instance.arrayNode();
    patch.addObject().put("op", "replace").put("path", REPLICAS).set("value", to);
    return new StateChange(null, null, patch, List.of(), false);
  }

  private @Nullable Change scaled(StateChange state) {
    JsonNode from = before == null ? MissingNode.getInstance() : before.at(REPLICAS);
    JsonNode to = object.node().at(REPLICAS);
    if (from.equals(to)) {
      return null;
    }
    return occurred(ChangeKind.SCALE, "scale", state)
        .summary(title() + ": replicas " + (from.isMissingNode() ? "" : from + " → ") + to)
        .build();
  }

  private static boolean isSpec(Difference difference) {
    return isUnder(difference, "spec");
  }

  private static boolean isReplicas(Difference difference) {
    return difference.path().equals(List.of("spec", "replicas"));
  }

  private static boolean isUnder(Difference difference, String... path) {
    return difference.path().size() >= path.length
        && difference.path().subList(0, path.length).equals(List.of(path));
  }

  private static boolean onlyMetadata(StateChange state) {
    return StructuralDiff.differences(state).stream().allMatch(one -> isUnder(one, "metadata"));
  }

  private Change.Builder rollout(String action, StateChange state) {
    String generation = object.text("/metadata/generation");
    return of(ChangeKind.DEPLOYMENT, Phase.STARTED, action, state)
        .id(generation == null ? null : kind.resource() + "/" + uid() + "/" + generation);
  }

  private Change.Builder occurred(ChangeKind changed, String action, StateChange state) {
    return of(changed, Phase.OCCURRED, action, state);
  }

  private Change.Builder of(ChangeKind changed, Phase phase, String action, StateChange state) {
    return Change.of(changed, phase, action)
        .state(state)
        .reason(
            object.at("/metadata/annotations").field("kubernetes.io/change-cause").cut("", 8192));
  }

  /** Images by their version, and how much else. */
  private String difference(StateChange state) {
    Map<String, String> from = versions(before);
    List<String> parts = new ArrayList<>();
    versions(object.node())
        .forEach(
            (container, version) -> {
              String old = from.get(container);
              if (old != null && !old.equals(version)) {
                parts.add("image tag " + old + " → " + version);
              }
            });
    long others =
        StructuralDiff.differences(state).stream()
            .filter(Written::isSpec)
            .filter(one -> !one.path().get(one.path().size() - 1).equals("image"))
            .count();
    if (parts.isEmpty()) {
      return StructuralDiff.summary(state);
    }
    return String.join(", ", parts) + (others == 0 ? "" : " and " + others + " more");
  }

  private static Map<String, String> versions(@Nullable JsonNode workload) {
    Map<String, String> versions = new LinkedHashMap<>();
    if (workload != null) {
      for (JsonNode container : workload.at("/spec/template/spec/containers")) {
        OciImage.parse(container.path("image").textValue())
            .ifPresent(image -> versions.put(container.path("name").asText(), image.version()));
      }
    }
    return versions;
  }

  private static String images(Payload object) {
    List<String> images = new ArrayList<>();
    for (JsonNode container : object.at("/spec/template/spec/containers").node()) {
      OciImage.parse(container.path("image").textValue())
          .ifPresent(image -> images.add(image.name() + " " + image.version()));
    }
    return images.isEmpty() ? "no image" : String.join(", ", images);
  }

  private String title() {
    return kind.kindName() + " " + entry.required("/objectRef/namespace") + "/" + name();
  }

  /** The object's name; of one that is created the request may not know it yet. */
  String name() {
    String given = object.text("/metadata/name");
    return given != null ? given : entry.required("/objectRef/name");
  }

  @Nullable String uid() {
    for (Payload place :
        List.of(object.at("/metadata"), object.at("/details"), entry.at("/objectRef"))) {
      String uid = place.text("/uid");
      if (uid != null) {
        return uid;
      }
    }
    return null;
  }

  /**
   * Uid and resourceVersion name a write for ever, and no client can choose them, as it can the
   * audit id.
   */
  String id() {
    String uid = uid();
    String version =
        verb.equals("delete") ? "deleted" : object.required("/metadata/resourceVersion");
    return kind.resource() + "/" + (uid != null ? uid : entry.required("/auditID")) + "/" + version;
  }

  /**
   * The recommended label, else the workload's own name; a ConfigMap without the label may belong
   * to any service.
   */
  @Nullable String service() {
    String labelled = label(object.node());
    if (labelled == null && before != null) {
      labelled = label(before);
    }
    return labelled != null ? labelled : kind.isWorkload() ? name() : null;
  }

  private static @Nullable String label(JsonNode object) {
    return Payload.of(object).at("/metadata/labels").field(APP_NAME).cut("", 256);
  }

  List<Provenance.Artifact> artifacts() {
    List<Provenance.Artifact> artifacts = new ArrayList<>();
    JsonNode now = verb.equals("delete") && before != null ? before : object.node();
    for (JsonNode container : now.at("/spec/template/spec/containers")) {
      Optional<Provenance.Artifact> artifact =
          OciImage.parse(container.path("image").textValue()).map(OciImage::artifact);
      artifact.filter(one -> !artifacts.contains(one)).ifPresent(artifacts::add);
    }
    return artifacts;
  }

  /** The commit, where whoever deployed copied the image's standard labels into annotations. */
  Provenance.@Nullable Vcs commit() {
    for (String where : List.of("/spec/template/metadata/annotations", "/metadata/annotations")) {
      Payload annotations = object.at(where);
      String revision = annotations.field(OCI + "revision").cut("", 256);
      if (revision != null) {
        return new Provenance.Vcs(
            annotations.field(OCI + "source").cut("", 1024),
            revision,
            null,
            null,
            null,
            null,
            null);
      }
    }
    return null;
  }
}
