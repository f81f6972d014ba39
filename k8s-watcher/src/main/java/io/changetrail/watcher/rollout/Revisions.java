// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.rollout;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.content.CanonicalContent;
import io.changetrail.model.redaction.Redactor;
import io.changetrail.watcher.capture.CanonicalState;
import io.changetrail.watcher.capture.ObjectSink;
import io.changetrail.watcher.capture.Sight;
import io.changetrail.watcher.capture.TemplateHistory;
import io.changetrail.watcher.cluster.ResourceType;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The revisions that the cluster keeps of workloads: ReplicaSets of Deployments,
 * ControllerRevisions of StatefulSets and DaemonSets. Of each only a hash and a number are held.
 * Thread-safe.
 */
public final class Revisions implements ObjectSink, TemplateHistory {
  private static final String REVISION = "controller-revision-hash";
  private static final String NUMBER = "deployment.kubernetes.io/revision";
  private static final String NUMBERS = "deployment.kubernetes.io/revision-history";

  private final Redactor redactor;

  /** The first number that each template had, by workload and hash of the template. */
  private final Map<String, Map<String, Long>> numbers = new HashMap<>();

  /** What the pods of each template are known by, by workload and hash of the template. */
  private final Map<String, Map<String, Set<String>>> marks = new HashMap<>();

  /**
   * @param redactor as states are redacted, since templates are compared with those in states
   */
  public Revisions(Redactor redactor) {
    this.redactor = redactor;
  }

  @Override
  public synchronized void present(ResourceType type, ObjectNode object, Sight sight) {
    String owner = owner(object);
    if (owner.isEmpty()) {
      return;
    }
    String hash = hash(template(object));
    long number = number(object);
    if (number > 0) {
      numbers.computeIfAbsent(owner, any -> new HashMap<>()).merge(hash, number, Math::min);
    }
    marks
        .computeIfAbsent(owner, any -> new HashMap<>())
        .computeIfAbsent(hash, any -> new HashSet<>())
        .addAll(marks(object));
  }

  /** A ReplicaSet owns its pods; a ControllerRevision's are labelled with its name or hash. */
  private static Set<String> marks(JsonNode object) {
    JsonNode metadata = object.path("metadata");
    return object.has("data")
        ? new HashSet<>(
            List.of(
                metadata.path("name").asText(), metadata.path("labels").path(REVISION).asText()))
        : Set.of(metadata.path("uid").asText());
  }

  /**
   * What the pods of a workload's template are known by: uids of their owner, or values of their
   * label {@code controller-revision-hash}; empty while no revision of it was seen.
   */
  synchronized Set<String> of(String workloadUid, JsonNode template) {
    Map<String, Set<String>> known = marks.getOrDefault(workloadUid, Map.of());
    return known.isEmpty() ? Set.of() : Set.copyOf(known.getOrDefault(hash(template), Set.of()));
  }

  /** The uid of an object's controller; empty if it has none. */
  static String owner(JsonNode object) {
    for (JsonNode owner : object.at("/metadata/ownerReferences")) {
      if (owner.path("controller").asBoolean()) {
        return owner.path("uid").asText();
      }
    }
    return "";
  }

  private static long number(JsonNode object) {
    if (object.has("revision")) {
      return object.path("revision").asLong();
    }
    JsonNode annotations = object.at("/metadata/annotations");
    String first = annotations.path(NUMBERS).asText("").split(",", 2)[0];
    return Long.parseLong(
        first.matches("\\d{1,18}") ? first : "0" + annotations.path(NUMBER).asText("0"));
  }

  private static JsonNode template(JsonNode object) {
    if (object.has("data")) {
      ObjectNode template = object.at("/data/spec/template").deepCopy();
      template.remove("$patch");
      return template;
    }
    JsonNode template = object.at("/spec/template").deepCopy();
    if (template.at("/metadata/labels") instanceof ObjectNode labels) {
      labels.remove(List.of("pod-template-hash", "rollouts-pod-template-hash"));
    }
    return template;
  }

  private String hash(JsonNode template) {
    ObjectNode workload = JsonNodeFactory.instance.objectNode();
    workload.putObject("spec").set("template", template);
    return CanonicalContent.hash(
        CanonicalState.removeNulls(
            redactor.redact(workload).tree().at("/spec/template").deepCopy()));
  }

  @Override
  public synchronized OptionalLong backTo(
      String workloadUid, JsonNode template, JsonNode replaced) {
    Map<String, Long> known = numbers.getOrDefault(workloadUid, Map.of());
    Long to = known.get(hash(template));
    Long from = known.get(hash(replaced));
    return to != null && from != null && to < from ? OptionalLong.of(to) : OptionalLong.empty();
  }

  @Override
  public void deleted(ResourceType type, ObjectNode object) {
    // A revision that is gone stays what it was: going back to it is still going back.
  }

  @Override
  public void listed(ResourceType type, @Nullable String namespace, Set<String> uids, Sight sight) {
    // As for those that are deleted.
  }

  /** A workload is gone, and so is its history. */
  synchronized void forget(String workloadUid) {
    numbers.remove(workloadUid);
    marks.remove(workloadUid);
  }
}
