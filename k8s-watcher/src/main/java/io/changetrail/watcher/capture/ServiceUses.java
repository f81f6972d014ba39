// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.capture;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which services an object is there for that does not say so itself: a ConfigMap is of the services
 * whose pods use it, an autoscaler of what it scales, an Ingress of what it leads to. Known from
 * the workloads and Services that were seen. Thread-safe.
 *
 * @see <a href="https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/">Labels
 *     and selectors</a>
 */
public final class ServiceUses {
  private static final Set<String> WORKLOADS =
      Set.of("Deployment", "StatefulSet", "DaemonSet", "Rollout", "CronJob");

  /** What a controller puts behind a workload's name to name a pod. */
  private static final Pattern POD =
      Pattern.compile(
          "-(\\d+|([a-z0-9]{5,10}-)?[bcdfghjklmnpqrstvwxz2456789]{5}|\\d{8}-[a-z0-9]{5})");

  /**
   * What runs pods.
   *
   * @param labels of its pods
   * @param uses kind and name of the ConfigMaps and Secrets that its pods use
   */
  private record Workload(
      String kind,
      String namespace,
      String name,
      String service,
      JsonNode labels,
      Set<String> uses) {}

  private record Front(String namespace, String name, JsonNode selector) {}

  private final Map<String, Workload> workloads = new HashMap<>();
  private final Map<String, Front> fronts = new HashMap<>();

  /**
   * Takes an object's state as it is now; what runs no pods and is in front of none is passed over.
   *
   * @param service of the object
   */
  synchronized void hold(String uid, JsonNode state, @Nullable String service) {
    String kind = state.path("kind").asText();
    String namespace = state.at("/metadata/namespace").asText();
    String name = state.at("/metadata/name").asText();
    if (WORKLOADS.contains(kind) && service != null) {
      JsonNode template =
          kind.equals("CronJob")
              ? state.at("/spec/jobTemplate/spec/template")
              : state.at("/spec/template");
      workloads.put(
          uid,
          new Workload(
              kind,
              namespace.intern(),
              name,
              service,
              template.at("/metadata/labels").deepCopy(),
              used(template.path("spec"))));
    } else if (kind.equals("Service")) {
      fronts.put(uid, new Front(namespace.intern(), name, state.at("/spec/selector").deepCopy()));
    }
  }

  synchronized void forget(String uid) {
    workloads.remove(uid);
    fronts.remove(uid);
  }

  /** Forgets all but these. */
  synchronized void keepOnly(Set<String> uids) {
    workloads.keySet().retainAll(uids);
    fronts.keySet().retainAll(uids);
  }

  private static Set<String> used(JsonNode pod) {
    Set<String> used = new HashSet<>();
    for (String list : List.of("containers", "initContainers")) {
      for (JsonNode container : pod.path(list)) {
        for (JsonNode variable : container.path("env")) {
          add(used, "ConfigMap", variable.at("/valueFrom/configMapKeyRef/name"));
          add(used, "Secret", variable.at("/valueFrom/secretKeyRef/name"));
        }
        for (JsonNode all : container.path("envFrom")) {
          add(used, "ConfigMap", all.at("/configMapRef/name"));
          add(used, "Secret", all.at("/secretRef/name"));
        }
      }
    }
    for (JsonNode volume : pod.path("volumes")) {
      add(used, "ConfigMap", volume.at("/configMap/name"));
      add(used, "Secret", volume.at("/secret/secretName"));
      for (JsonNode source : volume.at("/projected/sources")) {
        add(used, "ConfigMap", source.at("/configMap/name"));
        add(used, "Secret", source.at("/secret/name"));
      }
    }
    return used;
  }

  private static void add(Set<String> used, String kind, JsonNode name) {
    if (name.isTextual()) {
      used.add(kind + "/" + name.textValue());
    }
  }

  /** The services that an object is there for, in order; none where nothing shows one. */
  public synchronized List<String> of(JsonNode object) {
    String kind = object.path("kind").asText();
    String namespace = object.at("/metadata/namespace").asText();
    String name = object.at("/metadata/name").asText();
    JsonNode spec = object.path("spec");
    Set<String> services = new TreeSet<>();
    switch (kind) {
      case "ConfigMap", "Secret" -> {
        for (Workload workload : workloads.values()) {
          if (workload.namespace().equals(namespace)
              && workload.uses().contains(kind + "/" + name)) {
            services.add(workload.service());
          }
        }
      }
      case "HorizontalPodAutoscaler" -> {
        JsonNode target = spec.path("scaleTargetRef");
        for (Workload workload : workloads.values()) {
          if (workload.namespace().equals(namespace)
              && workload.kind().equals(target.path("kind").asText())
              && workload.name().equals(target.path("name").asText())) {
            services.add(workload.service());
          }
        }
      }
      case "PodDisruptionBudget" -> selected(namespace, spec.at("/selector/matchLabels"), services);
      case "NetworkPolicy" -> selected(namespace, spec.at("/podSelector/matchLabels"), services);
      case "Service" -> selected(namespace, spec.path("selector"), services);
      case "Pod" -> {
        for (Workload workload : workloads.values()) {
          if (workload.namespace().equals(namespace)
              && name.startsWith(workload.name())
              && POD.matcher(name.substring(workload.name().length())).matches()) {
            services.add(workload.service());
          }
        }
      }
      case "Ingress" -> {
        behind(namespace, spec.at("/defaultBackend/service/name"), services);
        for (JsonNode rule : spec.path("rules")) {
          for (JsonNode path : rule.at("/http/paths")) {
            behind(namespace, path.at("/backend/service/name"), services);
          }
        }
      }
      case "HTTPRoute" -> {
        for (JsonNode rule : spec.path("rules")) {
          for (JsonNode backend : rule.path("backendRefs")) {
            behind(backend.path("namespace").asText(namespace), backend.path("name"), services);
          }
        }
      }
      case "VirtualService" -> {
        for (String protocol : List.of("http", "tcp", "tls")) {
          for (JsonNode rule : spec.path(protocol)) {
            for (JsonNode route : rule.path("route")) {
              behindHost(namespace, route.at("/destination/host").asText(), services);
            }
          }
        }
      }
      case "DestinationRule" -> behindHost(namespace, spec.path("host").asText(), services);
      default -> {}
    }
    return new ArrayList<>(services);
  }

  /** A host of the cluster: a Service's name, and perhaps its namespace. */
  private void behindHost(String namespace, String host, Set<String> services) {
    String[] labels = host.split("\\.", -1);
    for (Front front : fronts.values()) {
      if (front.name().equals(labels[0])
          && front.namespace().equals(labels.length > 1 ? labels[1] : namespace)) {
        selected(front.namespace(), front.selector(), services);
      }
    }
  }

  private void behind(String namespace, JsonNode service, Set<String> services) {
    for (Front front : fronts.values()) {
      if (service.isTextual()
          && front.namespace().equals(namespace)
          && front.name().equals(service.textValue())) {
        selected(namespace, front.selector(), services);
      }
    }
  }

  private void selected(String namespace, JsonNode labels, Set<String> services) {
    if (labels.isEmpty()) {
      return;
    }
    for (Workload workload : workloads.values()) {
      if (workload.namespace().equals(namespace)
          && labels.properties().stream()
              .allMatch(one -> one.getValue().equals(workload.labels().get(one.getKey())))) {
        services.add(workload.service());
      }
    }
  }
}
