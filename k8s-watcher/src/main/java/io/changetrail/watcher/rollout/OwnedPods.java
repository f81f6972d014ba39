// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.rollout;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The little that is kept of each pod: whose it is, what it runs, and what ails it. A pod belongs
 * to a workload's present template if the revision that made it has that template, whatever was
 * injected into the pod or rewritten in it since. While no revision of the template was seen, it is
 * the labels that the selector asks for, and the template's images, that tell.
 */
final class OwnedPods {
  /**
   * One pod.
   *
   * @param owner uid of what made it
   * @param images by container
   * @param running containers of which the kubelet has told an image's id
   * @param digests by container, where that id is a manifest's
   */
  private record Pod(
      String namespace,
      String owner,
      Instant made,
      Map<String, String> labels,
      Map<String, String> images,
      Set<String> running,
      Map<String, String> digests,
      @Nullable String trouble,
      @Nullable String unready) {}

  private static final String REVISION = "controller-revision-hash";

  private final Revisions revisions;
  private final Map<String, Pod> byUid = new HashMap<>();

  OwnedPods(Revisions revisions) {
    this.revisions = revisions;
  }

  /** Notes a pod; one that has ended, or is about to, counts no longer. */
  void seen(JsonNode pod, boolean gone) {
    String uid = pod.at("/metadata/uid").asText();
    String phase = pod.at("/status/phase").asText();
    String owner = Revisions.owner(pod);
    if (gone
        || owner.isEmpty()
        || pod.at("/metadata").has("deletionTimestamp")
        || phase.equals("Failed")
        || phase.equals("Succeeded")) {
      byUid.remove(uid);
      return;
    }
    Map<String, String> labels = new HashMap<>();
    pod.at("/metadata/labels")
        .properties()
        .forEach(label -> labels.put(label.getKey(), label.getValue().asText()));
    byUid.put(
        uid,
        new Pod(
            pod.at("/metadata/namespace").asText(),
            owner,
            Instant.parse(pod.at("/metadata/creationTimestamp").asText("9999-01-01T00:00:00Z")),
            labels,
            images(pod.path("spec")),
            running(pod),
            pulled(pod),
            PodTrouble.of(pod).orElse(null),
            PodTrouble.unready(pod).orElse(null)));
  }

  /** All other pods of a namespace, or of all, are gone. */
  void keepOnly(@Nullable String namespace, Set<String> uids) {
    byUid
        .entrySet()
        .removeIf(
            pod ->
                !uids.contains(pod.getKey())
                    && (namespace == null || namespace.equals(pod.getValue().namespace())));
  }

  private static Map<String, String> images(JsonNode podSpec) {
    Map<String, String> images = new HashMap<>();
    podSpec
        .path("containers")
        .forEach(one -> images.put(one.path("name").asText(), one.path("image").asText()));
    return images;
  }

  private static Set<String> running(JsonNode pod) {
    Set<String> running = new HashSet<>();
    for (JsonNode status : pod.at("/status/containerStatuses")) {
      if (!status.path("imageID").asText().isEmpty()) {
        running.add(status.path("name").asText());
      }
    }
    return running;
  }

  /** The digest of the manifest that the kubelet pulled, from {@code imageID}. */
  private static Map<String, String> pulled(JsonNode pod) {
    Map<String, String> digests = new HashMap<>();
    for (JsonNode status : pod.at("/status/containerStatuses")) {
      String id = status.path("imageID").asText();
      // An image that was loaded by hand has no manifest's digest, only its configuration's.
      int at = id.lastIndexOf("@sha256:");
      if (at >= 0) {
        digests.put(status.path("name").asText(), id.substring(at + 1));
      }
    }
    return digests;
  }

  /** The digests that run in a workload's present template, by container. */
  Map<String, String> digests(JsonNode workload) {
    Map<String, String> digests = new HashMap<>();
    of(workload).forEach(pod -> digests.putAll(pod.digests()));
    return digests;
  }

  /** Whether a pod of the present template has not told yet what it runs. */
  boolean isDigestAwaited(JsonNode workload) {
    Set<String> containers = images(workload.at("/spec/template/spec")).keySet();
    return of(workload).stream()
        .anyMatch(pod -> containers.stream().noneMatch(pod.running()::contains));
  }

  /**
   * What ails the pods of a workload's present template.
   *
   * @param since a pod of before may be of the same template, and has its own troubles
   */
  Optional<String> trouble(JsonNode workload, Instant since) {
    return first(workload, since, Pod::trouble);
  }

  /** What holds them up where nothing ails them: nothing that counts before the deadline. */
  Optional<String> unready(JsonNode workload, Instant since) {
    return first(workload, since, Pod::unready);
  }

  private Optional<String> first(
      JsonNode workload, Instant since, Function<Pod, @Nullable String> what) {
    Instant from = since.truncatedTo(ChronoUnit.SECONDS);
    return of(workload).stream()
        .filter(pod -> !pod.made().isBefore(from))
        .flatMap(pod -> Optional.ofNullable(what.apply(pod)).stream())
        .sorted()
        .findFirst();
  }

  private List<Pod> of(JsonNode workload) {
    String uid = workload.at("/metadata/uid").asText();
    Set<String> made = revisions.of(uid, workload.at("/spec/template"));
    List<Pod> pods = new ArrayList<>();
    for (Pod pod : byUid.values()) {
      boolean isOf =
          made.isEmpty()
              ? isSelected(pod, workload)
              : made.contains(pod.owner())
                  || (pod.owner().equals(uid)
                      && made.contains(pod.labels().getOrDefault(REVISION, "none")));
      if (isOf) {
        pods.add(pod);
      }
    }
    return pods;
  }

  private static boolean isSelected(Pod pod, JsonNode workload) {
    JsonNode selector = workload.at("/spec/selector/matchLabels");
    return pod.namespace().equals(workload.at("/metadata/namespace").asText())
        && !selector.isEmpty()
        && selector.properties().stream()
            .allMatch(one -> one.getValue().asText().equals(pod.labels().get(one.getKey())))
        && pod.images()
            .entrySet()
            .containsAll(images(workload.at("/spec/template/spec")).entrySet());
  }
}
