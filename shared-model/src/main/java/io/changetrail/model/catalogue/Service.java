// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.catalogue;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A service as the catalogue knows it.
 *
 * @param name the one that people use
 * @param aliases what other systems call it, for example a Kubernetes workload or a metrics label
 * @param repositories {@code host/owner/name}, {@code owner/name} or URLs
 * @param workloads Kubernetes workloads that belong to it, whatever they are called
 * @param flagProjects projects of the feature-flag provider whose flags reach it
 * @param team who owns it
 * @param dependsOn names of the services that it calls
 */
public record Service(
    String name,
    List<String> aliases,
    List<String> repositories,
    List<WorkloadSelector> workloads,
    List<String> flagProjects,
    @Nullable String team,
    List<String> dependsOn) {
  public Service {
    aliases = List.copyOf(aliases);
    repositories = List.copyOf(repositories);
    workloads = List.copyOf(workloads);
    flagProjects = List.copyOf(flagProjects);
    dependsOn = List.copyOf(dependsOn);
  }

  /** A service of which nothing is known but its name. */
  static Service named(String name) {
    return new Service(name, List.of(), List.of(), List.of(), List.of(), null, List.of());
  }

  /** The same with one more name. */
  Service withAlias(String alias) {
    if (alias.equals(name) || aliases.contains(alias)) {
      return this;
    }
    List<String> more = new ArrayList<>(aliases);
    more.add(alias);
    return new Service(name, more, repositories, workloads, flagProjects, team, dependsOn);
  }
}
