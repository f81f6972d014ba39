// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A type of objects that {@link ApiDouble} serves.
 *
 * @param hasStatus whether the status is a subresource, which other writes leave as it is
 * @param isCustom whether a CustomResourceDefinition declares it
 */
record ApiType(
    String group,
    String version,
    String kind,
    String plural,
    boolean isNamespaced,
    boolean hasStatus,
    boolean isCustom) {

  /** Those that need no definition: group, version, kind, plural, scope, whether with a status. */
  private static final String BUILT_IN =
      """
      -                            v1 Namespace                namespaces                cluster    status
      -                            v1 Node                     nodes                     cluster    status
      -                            v1 ConfigMap                configmaps                namespaced -
      -                            v1 Secret                   secrets                   namespaced -
      -                            v1 Service                  services                  namespaced status
      -                            v1 Pod                      pods                      namespaced status
      apps                         v1 Deployment               deployments               namespaced status
      apps                         v1 StatefulSet              statefulsets              namespaced status
      apps                         v1 DaemonSet                daemonsets                namespaced status
      apps                         v1 ReplicaSet               replicasets               namespaced status
      apps                         v1 ControllerRevision       controllerrevisions       namespaced -
      autoscaling                  v2 HorizontalPodAutoscaler  horizontalpodautoscalers  namespaced status
      networking.k8s.io            v1 Ingress                  ingresses                 namespaced status
      networking.k8s.io            v1 NetworkPolicy            networkpolicies           namespaced -
      policy                       v1 PodDisruptionBudget      poddisruptionbudgets      namespaced status
      coordination.k8s.io          v1 Lease                    leases                    namespaced -
      rbac.authorization.k8s.io    v1 Role                     roles                     namespaced -
      rbac.authorization.k8s.io    v1 ClusterRoleBinding       clusterrolebindings       cluster    -
      apiextensions.k8s.io         v1 CustomResourceDefinition customresourcedefinitions cluster    status
      """;

  static Stream<ApiType> builtIn() {
    return BUILT_IN
        .lines()
        .map(line -> line.trim().split(" +"))
        .map(
            part ->
                new ApiType(
                    part[0].equals("-") ? "" : part[0],
                    part[1],
                    part[2],
                    part[3],
                    part[4].equals("namespaced"),
                    part[5].equals("status"),
                    false));
  }

  /** What a definition declares. */
  static List<ApiType> of(JsonNode definition) {
    JsonNode spec = definition.path("spec");
    List<ApiType> types = new ArrayList<>();
    for (JsonNode version : spec.path("versions")) {
      if (version.path("served").asBoolean()) {
        types.add(
            new ApiType(
                spec.path("group").asText(),
                version.path("name").asText(),
                spec.at("/names/kind").asText(),
                spec.at("/names/plural").asText(),
                spec.path("scope").asText().equals("Namespaced"),
                version.path("subresources").has("status"),
                true));
      }
    }
    return types;
  }

  String apiVersion() {
    return group.isEmpty() ? version : group + "/" + version;
  }

  /** With its group, as messages of the API name it. */
  String resource() {
    return group.isEmpty() ? plural : plural + "." + group;
  }

  boolean is(String otherKind) {
    return kind.equals(otherKind) && !isCustom;
  }
}
