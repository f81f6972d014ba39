// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.cluster;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A type of objects that the API serves.
 *
 * @param group the empty string for the core group
 * @param plural as in the API's paths, for example {@code deployments}
 */
public record ResourceType(
    String group, String version, String kind, String plural, boolean namespaced) {

  /**
   * The kind that stands for the Secrets in which Helm keeps its releases: only what is beside
   * their data is listed and watched.
   */
  public static final String HELM_RELEASE = "HelmReleaseSecret";

  /** The group and version as objects name them in {@code apiVersion}. */
  public String apiVersion() {
    return group.isEmpty() ? version : group + "/" + version;
  }

  /** Plural and group, for example {@code deployments.apps}; the version may change, this stays. */
  public String name() {
    return group.isEmpty() ? plural : plural + "." + group;
  }

  /** Whether it is this kind of this group. */
  public boolean is(String ofGroup, String ofKind) {
    return group.equals(ofGroup) && kind.equals(ofKind);
  }

  /**
   * Path of the collection.
   *
   * @param namespace {@code null} for all
   */
  public String path(@Nullable String namespace) {
    return (group.isEmpty() ? "/api/" : "/apis/" + group + "/")
        + version
        + (namespace == null || !namespaced ? "" : "/namespaces/" + namespace)
        + "/"
        + plural;
  }

  /** Path of one object. */
  public String path(@Nullable String namespace, String name) {
    return path(namespace) + "/" + name;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT) + " (" + version + ")";
  }
}
