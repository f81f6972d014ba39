// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.capture;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Set;

/**
 * Which objects are watched.
 *
 * @param namespaces only these; all if empty. What has no namespace is watched always
 * @param excludedNamespaces not these
 * @param excluded not those that have one of these labels or annotations with this value, {@code *}
 *     for any
 */
public record Selection(
    Set<String> namespaces, Set<String> excludedNamespaces, Map<String, String> excluded) {

  /** Marks an object that nobody wants to hear of. */
  public static final String IGNORE = "changetrail.io/ignore";

  private static final String LEADER = "control-plane.alpha.kubernetes.io/leader";
  private static final Set<String> MACHINE_SECRETS =
      Set.of("helm.sh/release.v1", "kubernetes.io/service-account-token");

  public Selection {
    namespaces = Set.copyOf(namespaces);
    excludedNamespaces = Set.copyOf(excludedNamespaces);
    excluded = Map.copyOf(excluded);
  }

  /** Everything, but what the cluster keeps for itself. */
  public static Selection everything() {
    return new Selection(Set.of(), Set.of(), Map.of());
  }

  boolean includes(JsonNode object) {
    JsonNode metadata = object.path("metadata");
    String namespace = metadata.path("namespace").textValue();
    if (namespace != null
        && ((!namespaces.isEmpty() && !namespaces.contains(namespace))
            || excludedNamespaces.contains(namespace))) {
      return false;
    }
    if (metadata.path("annotations").has(LEADER)
        || metadata.path("annotations").path(IGNORE).asText().equals("true")
        || metadata.path("name").asText().equals("kube-root-ca.crt")
        || MACHINE_SECRETS.contains(object.path("type").asText())) {
      return false;
    }
    return excluded.entrySet().stream()
        .noneMatch(
            one ->
                matches(metadata.path("labels").path(one.getKey()), one.getValue())
                    || matches(metadata.path("annotations").path(one.getKey()), one.getValue()));
  }

  private static boolean matches(JsonNode value, String wanted) {
    return value.isTextual() && (wanted.equals("*") || wanted.equals(value.textValue()));
  }
}
