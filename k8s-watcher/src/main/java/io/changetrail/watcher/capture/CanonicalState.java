// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.capture;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.changetrail.model.content.CanonicalContent;
import io.changetrail.model.content.CanonicalJson;
import io.changetrail.model.redaction.Redactor;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What people declared of an object: without what the cluster writes itself, without secrets, and
 * small enough to be recorded whole.
 */
public final class CanonicalState {
  /** Two of them, and the patch between, fit into one event. */
  private static final int MAX_BYTES = 80 << 10;

  private static final int LONG_TEXT = 1024;

  private static final Set<String> KEPT_METADATA =
      Set.of("name", "namespace", "labels", "annotations");

  /** Top-level members that are not declared, or are kept otherwise. */
  private static final Set<String> LEFT_OUT = Set.of("metadata", "status", "apiVersion", "kind");

  /** Annotations in which controllers and tools keep their books. */
  private static final Set<String> BOOKKEEPING =
      Set.of(
          "kubectl.kubernetes.io/last-applied-configuration",
          "objectset.rio.cattle.io/applied",
          "kopf.zalando.org/last-handled-configuration",
          "banzaicloud.com/last-applied",
          "deployment.kubernetes.io/revision",
          "deployment.kubernetes.io/desired-replicas",
          "deployment.kubernetes.io/max-replicas",
          "deprecated.daemonset.template.generation",
          "kubernetes.io/change-cause",
          "control-plane.alpha.kubernetes.io/leader",
          "endpoints.kubernetes.io/last-change-trigger-time",
          "autoscaling.alpha.kubernetes.io/conditions",
          "autoscaling.alpha.kubernetes.io/current-metrics",
          "argocd.argoproj.io/refresh",
          "argocd.argoproj.io/hydrate",
          "rollout.argoproj.io/revision",
          "kustomize.toolkit.fluxcd.io/checksum",
          "reconcile.fluxcd.io/requestedAt",
          "volumes.kubernetes.io/controller-managed-attach-detach",
          "node.alpha.kubernetes.io/ttl");

  /**
   * Of a Secret only these annotations are kept: in any other a tool may keep a copy of its data,
   * encoded in a way that nobody knows for a secret.
   */
  private static final List<String> OF_A_SECRET =
      List.of(
          "changetrail.io/",
          "org.opencontainers.image.",
          "resource.opentelemetry.io/",
          "meta.helm.sh/",
          "cert-manager.io/");

  /** Beginnings of taints that the cluster sets as a node comes and goes. */
  private static final List<String> TAINTS_OF_THE_CLUSTER =
      List.of(
          "node.kubernetes.io/",
          "node.cloudprovider.kubernetes.io/",
          "node.cilium.io/",
          "karpenter.sh/",
          "ToBeDeletedByClusterAutoscaler",
          "DeletionCandidateOfClusterAutoscaler");

  /** What scales within the bounds that people declared. */
  private static final Set<String> AUTOSCALERS =
      Set.of("kube-controller-manager", "horizontal-pod-autoscaler", "keda-operator");

  private final Redactor redactor;
  private final IgnoredPaths ignored;

  public CanonicalState(Redactor redactor, IgnoredPaths ignored) {
    this.redactor = redactor;
    this.ignored = ignored;
  }

  /**
   * The state of an object, of a size that can be recorded.
   *
   * @param object as the API serves it; stays as it is
   * @param recorded the state that was recorded last; {@code null} if none was
   */
  public ObjectNode of(JsonNode object, @Nullable JsonNode recorded) {
    return bounded(whole(object, recorded));
  }

  /** The same, of any size. */
  public ObjectNode whole(JsonNode object, @Nullable JsonNode recorded) {
    ObjectNode state = JsonNodeFactory.instance.objectNode();
    state.set("apiVersion", object.path("apiVersion"));
    state.set("kind", object.path("kind"));
    state.set("metadata", metadata(object.path("metadata")));
    object
        .properties()
        .forEach(
            member -> {
              if (!LEFT_OUT.contains(member.getKey()) && !isEmpty(member.getValue())) {
                state.set(member.getKey(), member.getValue().deepCopy());
              }
            });
    if (object.path("apiVersion").asText().startsWith("argoproj.io/")) {
      state.remove("operation"); // a request, which is gone once it is heard
    }
    if (object.path("kind").asText().equals("Node")) {
      node(object, state);
    }
    tidied(state);
    if (recorded != null && isAutoscaled(object)) {
      keepReplicas(state, recorded);
    }
    ignored.removeFrom(state);
    return (ObjectNode) redactor.redact(state).tree();
  }

  private static ObjectNode metadata(JsonNode metadata) {
    ObjectNode kept = JsonNodeFactory.instance.objectNode();
    metadata
        .properties()
        .forEach(
            member -> {
              if (KEPT_METADATA.contains(member.getKey())) {
                kept.set(member.getKey(), member.getValue().deepCopy());
              }
            });
    return kept;
  }

  /**
   * A state without what is no declaration; also one that was recorded when less was known of that,
   * or by an API server that wrote {@code null} where another leaves a member out.
   *
   * @param state is altered
   */
  static ObjectNode tidied(ObjectNode state) {
    removeNulls(state);
    boolean secret = state.path("kind").asText().equals("Secret");
    if (state.path("metadata") instanceof ObjectNode metadata
        && metadata.get("annotations") instanceof ObjectNode annotations) {
      annotations.remove(BOOKKEEPING);
      if (secret) {
        annotations
            .properties()
            .removeIf(one -> OF_A_SECRET.stream().noneMatch(one.getKey()::startsWith));
      }
      if (annotations.isEmpty()) {
        metadata.remove("annotations");
      }
    }
    return state;
  }

  /**
   * Removes the members that are {@code null}, at any depth: to the API server they are absent.
   *
   * @param tree is altered
   */
  public static <T extends JsonNode> T removeNulls(T tree) {
    if (tree instanceof ObjectNode object) {
      object.properties().removeIf(member -> member.getValue().isNull());
    }
    tree.forEach(CanonicalState::removeNulls);
    return tree;
  }

  /** Its version stands in the status, but changes only when somebody upgrades it. */
  private static void node(JsonNode object, ObjectNode state) {
    ObjectNode info = state.putObject("nodeInfo");
    for (String field : List.of("kubeletVersion", "containerRuntimeVersion", "osImage")) {
      JsonNode value = object.at("/status/nodeInfo").path(field);
      if (value.isTextual()) {
        info.set(field, value);
      }
    }
    // Cordon is spec.unschedulable, and has a taint of the cluster's beside it.
    if (state.get("spec") instanceof ObjectNode spec
        && spec.get("taints") instanceof ArrayNode taints) {
      ArrayNode declared = JsonNodeFactory.instance.arrayNode();
      for (JsonNode taint : taints) {
        String key = taint.path("key").asText();
        if (TAINTS_OF_THE_CLUSTER.stream().noneMatch(key::startsWith)) {
          declared.add(taint);
        }
      }
      if (declared.isEmpty()) {
        spec.remove("taints");
      } else {
        spec.set("taints", declared);
      }
    }
  }

  /** Whether the number of replicas is an autoscaler's figure, as its field's owner shows. */
  public static boolean isAutoscaled(JsonNode object) {
    for (JsonNode entry : object.at("/metadata/managedFields")) {
      if (entry.path("subresource").asText().equals("scale")
          && AUTOSCALERS.contains(entry.path("manager").asText())
          && entry.at("/fieldsV1/f:spec").has("f:replicas")) {
        return true;
      }
    }
    return false;
  }

  private static void keepReplicas(ObjectNode state, JsonNode recorded) {
    JsonNode declared = recorded.at("/spec/replicas");
    if (state.get("spec") instanceof ObjectNode spec && declared.isIntegralNumber()) {
      spec.set("replicas", declared);
    }
  }

  private static boolean isEmpty(JsonNode value) {
    return value.isNull() || (value.isContainerNode() && value.isEmpty());
  }

  /** Long texts, and if need be whole members, are replaced by their hash and length. */
  private static ObjectNode bounded(ObjectNode state) {
    if (CanonicalJson.bytes(state).length <= MAX_BYTES) {
      return state;
    }
    ObjectNode smaller = (ObjectNode) withoutLongTexts(state);
    if (CanonicalJson.bytes(smaller).length <= MAX_BYTES) {
      return smaller;
    }
    ObjectNode smallest = JsonNodeFactory.instance.objectNode();
    for (Map.Entry<String, JsonNode> member : state.properties()) {
      boolean isSmall = CanonicalJson.bytes(member.getValue()).length <= LONG_TEXT;
      smallest.set(member.getKey(), isSmall ? member.getValue() : digest(member.getValue()));
    }
    ObjectNode metadata = JsonNodeFactory.instance.objectNode();
    metadata.set("name", state.at("/metadata/name"));
    metadata.set("namespace", state.at("/metadata/namespace"));
    smallest.set("metadata", metadata);
    return smallest;
  }

  /**
   * A value, or what names it where it is of more bytes than that.
   *
   * @param most of its canonical JSON
   */
  public static JsonNode bounded(JsonNode value, int most) {
    return CanonicalJson.bytes(value).length <= most ? value : digest(value);
  }

  private static JsonNode withoutLongTexts(JsonNode node) {
    if (node.isTextual()) {
      return node.textValue().length() > LONG_TEXT ? digest(node) : node;
    }
    if (node instanceof ObjectNode object) {
      ObjectNode copy = JsonNodeFactory.instance.objectNode();
      object
          .properties()
          .forEach(member -> copy.set(member.getKey(), withoutLongTexts(member.getValue())));
      return copy;
    }
    if (node instanceof ArrayNode array) {
      ArrayNode copy = JsonNodeFactory.instance.arrayNode(array.size());
      array.forEach(item -> copy.add(withoutLongTexts(item)));
      return copy;
    }
    return node;
  }

  private static TextNode digest(JsonNode value) {
    return TextNode.valueOf(
        "sha256:"
            + CanonicalContent.hash(value)
            + " ("
            + CanonicalJson.bytes(value).length
            + " bytes)");
  }
}
