// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.rollout;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The little that is kept of each pod: whose it is, what it runs, and what ails it. A pod belongs
 * to a workload whose selector its labels match in the same namespace, and to the workload's
 * present template if it asks for the same images.
 */
final class OwnedPods {
  /** One pod. */
  private record Pod(
      String namespace,
      Map<String, String> labels,
      List<String> images,
      Map<String, String> digests,
      @Nullable String trouble) {}

  private final Map<String, Pod> byUid = new HashMap<>();

  /** Notes a pod; whether it is one that a workload made, and is to stay. */
  boolean seen(JsonNode pod, boolean gone) {
    String uid = pod.at("/metadata/uid").asText();
    if (pod.at("/metadata/ownerReferences").isEmpty()) {
      return false;
    }
    if (gone || pod.at("/metadata").has("deletionTimestamp")) {
      byUid.remove(uid);
      return false;
    }
    byUid.put(
        uid,
        new Pod(
            pod.at("/metadata/namespace").asText(),
            labels(pod.at("/metadata/labels")),
            images(pod.path("spec")),
            pulled(pod),
            PodTrouble.of(pod).orElse(null)));
    return true;
  }

  /** All other pods are gone. */
  void keepOnly(Set<String> uids) {
    byUid.keySet().retainAll(uids);
  }

  private static Map<String, String> labels(JsonNode labels) {
    Map<String, String> map = new HashMap<>();
    labels.properties().forEach(label -> map.put(label.getKey(), label.getValue().asText()));
    return map;
  }

  private static List<String> images(JsonNode podSpec) {
    List<String> images = new ArrayList<>();
    podSpec.path("containers").forEach(one -> images.add(one.path("image").asText()));
    return images;
  }

  /** The digest that the kubelet pulled for each reference, from {@code imageID}. */
  private static Map<String, String> pulled(JsonNode pod) {
    Map<String, String> references = new HashMap<>();
    for (JsonNode container : pod.at("/spec/containers")) {
      references.put(container.path("name").asText(), container.path("image").asText());
    }
    Map<String, String> digests = new HashMap<>();
    for (JsonNode status : pod.at("/status/containerStatuses")) {
      String id = status.path("imageID").asText();
      // An image that was loaded by hand has no manifest's digest, only its configuration's.
      int at = id.lastIndexOf("@sha256:");
      String reference = references.get(status.path("name").asText());
      if (at >= 0 && reference != null) {
        digests.put(reference, id.substring(at + 1));
      }
    }
    return digests;
  }

  /** The digests of the pods that run a workload's present template, by image reference. */
  Map<String, String> digests(JsonNode workload) {
    Map<String, String> digests = new HashMap<>();
    of(workload).forEach(pod -> digests.putAll(pod.digests()));
    return digests;
  }

  /** Whether a pod of the present template has not told yet which image it pulled. */
  boolean isDigestAwaited(JsonNode workload) {
    return of(workload).stream().anyMatch(pod -> pod.digests().isEmpty());
  }

  /** What ails the pods of a workload's present template. */
  Optional<String> trouble(JsonNode workload) {
    return of(workload).stream()
        .flatMap(pod -> Optional.ofNullable(pod.trouble()).stream())
        .findFirst();
  }

  /** Whether a pod is one of a workload's present template. */
  boolean isOfTemplate(JsonNode pod, JsonNode workload) {
    Pod known = byUid.get(pod.at("/metadata/uid").asText());
    return known != null && isOf(known, workload);
  }

  private List<Pod> of(JsonNode workload) {
    return byUid.values().stream().filter(pod -> isOf(pod, workload)).toList();
  }

  private static boolean isOf(Pod pod, JsonNode workload) {
    JsonNode selector = workload.at("/spec/selector/matchLabels");
    return pod.namespace().equals(workload.at("/metadata/namespace").asText())
        && !selector.isEmpty()
        && selector.properties().stream()
            .allMatch(one -> one.getValue().asText().equals(pod.labels().get(one.getKey())))
        && pod.images().equals(images(workload.at("/spec/template/spec")));
  }
}
