// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.capture;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.watcher.cluster.ResourceType;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which objects are watched.
 *
 * @param namespaces only these; all if empty. What has no namespace is watched always
 * @param selectedNamespaces only those that are among these, too; {@code null} for no such bound
 * @param excludedNamespaces not these; {@code *} stands for any characters
 * @param included only those that have one of these labels, annotations or fields with this value,
 *     {@code *} for any; all if empty. What begins with a slash is a JSON pointer to a field
 * @param excluded not those that have one of these, told in the same way
 */
public record Selection(
    Set<String> namespaces,
    @Nullable SelectedNamespaces selectedNamespaces,
    Set<String> excludedNamespaces,
    Map<String, String> included,
    Map<String, String> excluded) {

  /** Marks an object that nobody wants to hear of. */
  public static final String IGNORE = "changetrail.io/ignore";

  private static final String LEADER = "control-plane.alpha.kubernetes.io/leader";
  private static final Set<String> MACHINE_SECRETS =
      Set.of("helm.sh/release.v1", "kubernetes.io/service-account-token");

  /** What the cluster and its parts write for themselves, some of them every few seconds. */
  private static final Set<String> MACHINE_CONFIG_MAPS =
      Set.of(
          "kube-root-ca.crt",
          "openshift-service-ca.crt",
          "istio-ca-root-cert",
          "cluster-autoscaler-status",
          "kube-apiserver-legacy-service-account-token-tracking");

  public Selection {
    namespaces = Set.copyOf(namespaces);
    excludedNamespaces = Set.copyOf(excludedNamespaces);
    included = Map.copyOf(included);
    excluded = Map.copyOf(excluded);
  }

  /** Everything, but what the cluster keeps for itself. */
  public static Selection everything() {
    return new Selection(Set.of(), null, Set.of(), Map.of(), Map.of());
  }

  /** Whether an object is told of. */
  public boolean includes(JsonNode object) {
    JsonNode metadata = object.path("metadata");
    String namespace = metadata.path("namespace").textValue();
    if (namespace != null && !includesNamespace(namespace)) {
      return false;
    }
    if (metadata.path("annotations").has(LEADER)
        || metadata.path("annotations").path(IGNORE).asText().equals("true")
        || (object.path("kind").asText().equals("ConfigMap")
            && MACHINE_CONFIG_MAPS.contains(metadata.path("name").asText()))
        || MACHINE_SECRETS.contains(object.path("type").asText())) {
      return false;
    }
    return (included.isEmpty() || hasOne(object, included)) && !hasOne(object, excluded);
  }

  private static boolean hasOne(JsonNode object, Map<String, String> wanted) {
    return wanted.entrySet().stream()
        .anyMatch(
            one ->
                one.getKey().startsWith("/")
                    ? matches(object.at(one.getKey()), one.getValue())
                    : matches(object.at("/metadata/labels").path(one.getKey()), one.getValue())
                        || matches(
                            object.at("/metadata/annotations").path(one.getKey()), one.getValue()));
  }

  /** Whether objects of a namespace are watched. */
  public boolean includesNamespace(String namespace) {
    return (namespaces.isEmpty() || namespaces.contains(namespace))
        && (selectedNamespaces == null || selectedNamespaces.contains(namespace))
        && excludedNamespaces.stream().noneMatch(one -> isLike(one, namespace));
  }

  /**
   * Whether a namespace is, or was to its end, not selected: whatever becomes of what is in it,
   * nobody looks.
   */
  public boolean isLeft(String namespace) {
    return selectedNamespaces != null && selectedNamespaces.isLeft(namespace);
  }

  /** Whether objects of a type are here one day and not the next, as their namespaces are. */
  boolean comesAndGoes(ResourceType type) {
    return selectedNamespaces != null && type.namespaced();
  }

  /** Whether a namespace was selected from its first moment on. */
  public boolean isBorn(String namespace) {
    return selectedNamespaces != null && selectedNamespaces.isBorn(namespace);
  }

  /** The namespaces that are selected by their labels now. */
  Set<String> selectedNow() {
    return selectedNamespaces == null ? Set.of() : selectedNamespaces.names();
  }

  /** Whether a name is as a pattern says, in which {@code *} stands for any characters. */
  static boolean isLike(String pattern, String name) {
    int star = pattern.indexOf('*');
    if (star < 0) {
      return pattern.equals(name);
    }
    String[] parts = pattern.split("\\*", -1);
    int from = parts[0].length();
    String last = parts[parts.length - 1];
    if (!name.startsWith(parts[0])
        || !name.endsWith(last)
        || name.length() < from + last.length()) {
      return false;
    }
    for (int i = 1; i < parts.length - 1; i++) {
      int at = name.indexOf(parts[i], from);
      if (at < 0) {
        return false;
      }
      from = at + parts[i].length();
    }
    return from <= name.length() - last.length();
  }

  private static boolean matches(JsonNode value, String wanted) {
    return wanted.equals("*")
        ? !value.isMissingNode() && !value.isNull()
        : value.isValueNode() && wanted.equals(value.asText());
  }
}
