// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.capture;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a run checked out of one repository.
 *
 * @param repository as configured; it is normalised here
 * @param branch without its remote
 * @param base the revision that the run before this one had
 * @param commits since then, the newest last
 */
public record Checkout(
    @Nullable String repository,
    @Nullable String revision,
    @Nullable String branch,
    @Nullable String base,
    List<Commit> commits) {
  public Checkout {
    commits = List.copyOf(commits);
  }

  /** The same with another beginning of its range of commits. */
  public Checkout since(@Nullable String revisionBefore) {
    return new Checkout(repository, revision, branch, revisionBefore, commits);
  }
}
