// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.capture;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.model.Resource;
import io.changetrail.model.Target;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where an object is, in the words of alerts and traces: service and environment.
 *
 * @param cluster name of the cluster
 * @param environment of namespaces that are not mapped
 * @param environments by namespace, in whose names {@code *} stands for any characters; the longest
 *     that fits counts
 * @param serviceNames labels or annotations that name the service, the first that is there counts
 */
public record Places(
    String cluster,
    String environment,
    Map<String, String> environments,
    List<String> serviceNames) {

  /** The recommended label, its forerunners, and what OpenTelemetry's operator reads. */
  public static final List<String> SERVICE_NAMES =
      List.of("resource.opentelemetry.io/service.name", "app.kubernetes.io/name", "k8s-app", "app");

  private static final Set<String> WORKLOADS =
      Set.of("Deployment", "StatefulSet", "DaemonSet", "Rollout", "CronJob");

  public Places {
    environments = Map.copyOf(environments);
    serviceNames = List.copyOf(serviceNames);
  }

  /** The target that an object, or its state, stands for. */
  public Target of(JsonNode object, String uid) {
    String namespace = object.at("/metadata/namespace").textValue();
    String kind = object.path("kind").asText();
    String name = object.at("/metadata/name").asText();
    return new Target(
        service(object, kind, name),
        environmentOf(namespace),
        null,
        cluster,
        namespace,
        new Resource(kind, name, uid));
  }

  /**
   * The environment of a namespace.
   *
   * @param namespace {@code null} for what lies in none
   */
  public String environmentOf(@Nullable String namespace) {
    return namespace == null
        ? environment
        : environments.entrySet().stream()
            .filter(one -> Selection.isLike(one.getKey(), namespace))
            .max(Comparator.comparingInt(one -> one.getKey().replace("*", "").length()))
            .map(Map.Entry::getValue)
            .orElse(environment);
  }

  /** A workload without a name of its own service is one; a ConfigMap may be of any. */
  private @Nullable String service(JsonNode object, String kind, String name) {
    for (String key : serviceNames) {
      for (String where : List.of("annotations", "labels")) {
        JsonNode value = object.path("metadata").path(where).path(key);
        if (value.isTextual()
            && !value.textValue().isBlank()
            && value.textValue().length() <= 256) {
          return value.textValue();
        }
      }
    }
    return WORKLOADS.contains(kind) ? name : null;
  }
}
