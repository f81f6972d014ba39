// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.access;

import java.net.URI;
import java.util.List;
import java.util.Set;

/**
 * Jobs of GitHub Actions that may send events with the id-tokens that GitHub issues to them. Ids
 * bind them, because names are given to others in time. Patterns may end in {@code *}; of several
 * one must match, and none at all stands for any.
 *
 * @param issuer as the tokens name it, to the letter
 * @param keys where the issuer's public keys are
 * @param server address of the GitHub that runs the jobs, with which the URLs of their repositories
 *     begin
 * @param audience that the tokens must be made for
 * @param owners ids of the owners of repositories
 * @param repositories ids; empty for all of the owners
 * @param refs patterns of the branch or tag
 * @param environments patterns of the job's environment
 * @param workflows patterns of the {@code job_workflow_ref}
 * @param keepsUnverified whether an event that names another environment than the token is stored,
 *     and marked, instead of refused
 */
public record Workloads(
    String name,
    String tenant,
    String issuer,
    URI keys,
    URI server,
    String audience,
    Set<String> owners,
    Set<String> repositories,
    List<String> refs,
    List<String> environments,
    List<String> workflows,
    boolean keepsUnverified) {
  public Workloads {
    owners = Set.copyOf(owners);
    repositories = Set.copyOf(repositories);
    refs = List.copyOf(refs);
    environments = List.copyOf(environments);
    workflows = List.copyOf(workflows);
  }
}
