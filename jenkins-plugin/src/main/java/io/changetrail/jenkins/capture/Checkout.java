// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.capture;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a run checked out of one repository.
 *
 * @param repository as configured; it is normalised here
 * @param branch without its remote
 * @param base the revision that the run before this one had, or that was deployed before
 * @param commits that the run before did not have, the newest last
 * @param complete whether these are all commits since {@code base}
 */
public record Checkout(
    @Nullable String repository,
    @Nullable String revision,
    @Nullable String branch,
    @Nullable String base,
    List<Commit> commits,
    boolean complete) {
  public Checkout {
    commits = List.copyOf(commits);
  }

  public Checkout(
      @Nullable String repository,
      @Nullable String revision,
      @Nullable String branch,
      @Nullable String base,
      List<Commit> commits) {
    this(repository, revision, branch, base, commits, true);
  }

  /** The same with another beginning of its range of commits, of which it then has only some. */
  public Checkout since(@Nullable String revisionBefore) {
    boolean same = Objects.equals(base, revisionBefore);
    return new Checkout(repository, revision, branch, revisionBefore, commits, complete && same);
  }
}
