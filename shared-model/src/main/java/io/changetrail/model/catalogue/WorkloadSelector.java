// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.catalogue;

import io.changetrail.model.Resource;
import io.changetrail.model.Target;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which Kubernetes objects belong to a service: by cluster, namespace and name, in each of which
 * {@code *} stands for any text. The name is that of the object; where a source names only a
 * service, that.
 *
 * @param cluster {@code *} matches also what names no cluster
 */
public record WorkloadSelector(String cluster, String namespace, String name) {
  /** In front of a selector where plain names stand beside it. */
  private static final String SCHEME = "workload:";

  public WorkloadSelector {
    if (!isPart(cluster) || !isPart(namespace) || !isPart(name)) {
      throw new IllegalArgumentException(
          "a workload has a cluster, a namespace and a name, or * for any, without spaces");
    }
  }

  /** The selector of {@code namespace/name} or {@code cluster/namespace/name}. */
  public static Optional<WorkloadSelector> parse(String text) {
    // Cluster names may have slashes, such as ARNs; namespaces and names have none.
    int beforeName = text.lastIndexOf('/');
    int beforeNamespace = text.lastIndexOf('/', beforeName - 1);
    String cluster = beforeNamespace < 0 ? "*" : text.substring(0, beforeNamespace);
    String namespace = text.substring(beforeNamespace + 1, Math.max(beforeName, 0));
    String name = text.substring(beforeName + 1);
    return isPart(cluster) && isPart(namespace) && isPart(name)
        ? Optional.of(new WorkloadSelector(cluster, namespace, name))
        : Optional.empty();
  }

  private static boolean isPart(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isWhitespace(text.charAt(i))) {
        return false;
      }
    }
    return !text.isEmpty();
  }

  /** The selector of a {@link #term()}; empty for a plain name. */
  public static Optional<WorkloadSelector> ofTerm(String term) {
    return term.startsWith(SCHEME) ? parse(term.substring(SCHEME.length())) : Optional.empty();
  }

  /** This selector as one of the names of a service, for queries and scopes. */
  public String term() {
    return SCHEME + this;
  }

  public boolean matches(Target target) {
    String object = objectName(target);
    return target.namespace() != null
        && object != null
        && matches(namespace, target.namespace())
        && matches(name, object)
        && (cluster.equals("*")
            || (target.cluster() != null && matches(cluster, target.cluster())));
  }

  private static @Nullable String objectName(Target target) {
    Resource resource = target.resource();
    return resource == null ? target.service() : resource.name();
  }

  /** Whether some object is selected by both. */
  boolean overlaps(WorkloadSelector other) {
    return meet(cluster, other.cluster)
        && meet(namespace, other.namespace)
        && meet(name, other.name);
  }

  private static boolean matches(String pattern, String text) {
    String[] parts = pattern.split("\\*", -1);
    if (parts.length == 1) {
      return pattern.equals(text);
    }
    String first = parts[0];
    String last = parts[parts.length - 1];
    if (text.length() < first.length() + last.length()
        || !text.startsWith(first)
        || !text.endsWith(last)) {
      return false;
    }
    int at = first.length();
    int end = text.length() - last.length();
    for (int i = 1; i < parts.length - 1; i++) {
      int found = text.indexOf(parts[i], at);
      if (found < 0 || found + parts[i].length() > end) {
        return false;
      }
      at = found + parts[i].length();
    }
    return true;
  }

  /** Whether some text matches both patterns. */
  private static boolean meet(String one, String other) {
    // reached[j]: what of `one` was read so far can be some text that other's first j signs match
    boolean[] reached = new boolean[other.length() + 1];
    reached[0] = true;
    skipStars(reached, other);
    for (int i = 0; i < one.length(); i++) {
      boolean[] next = new boolean[other.length() + 1];
      char sign = one.charAt(i);
      for (int j = 0; j <= other.length(); j++) {
        if (!reached[j]) {
          continue;
        }
        if (sign == '*') {
          java.util.Arrays.fill(next, j, next.length, true);
          break;
        }
        if (j < other.length() && other.charAt(j) == '*') {
          next[j] = true;
        } else if (j < other.length() && other.charAt(j) == sign) {
          next[j + 1] = true;
        }
      }
      skipStars(next, other);
      reached = next;
    }
    return reached[other.length()];
  }

  private static void skipStars(boolean[] reached, String pattern) {
    for (int j = 0; j < pattern.length(); j++) {
      if (reached[j] && pattern.charAt(j) == '*') {
        reached[j + 1] = true;
      }
    }
  }

  /** {@code namespace/name}, with the cluster in front where it matters. */
  @Override
  public String toString() {
    return (cluster.equals("*") ? "" : cluster + "/") + namespace + "/" + name;
  }
}
