// SPDX-License-Identifier: Apache-2.0
package io.changetrail.action.capture;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a deployment brings to its environment, compared with what was there.
 *
 * @param previous the commit that was deployed last with success; {@code null} if none is known
 * @param isRollback whether the commit deployed now is an ancestor of that one
 * @param commits how many lie between the two
 * @param paths of the files that differ
 * @param compareUrl where people see it; {@code null} if there is nothing to compare
 * @param pullRequests that brought these commits, the newest first
 * @param notes what was left out, for people
 */
public record DeployedRange(
    @Nullable String previous,
    boolean isRollback,
    int commits,
    List<String> paths,
    @Nullable String compareUrl,
    List<PullRequest> pullRequests,
    List<String> notes) {
  private static final DeployedRange UNKNOWN =
      new DeployedRange(null, false, 0, List.of(), null, List.of(), List.of());

  public DeployedRange {
    paths = List.copyOf(paths);
    pullRequests = List.copyOf(pullRequests);
    notes = List.copyOf(notes);
  }

  /** Nothing but what the payload says. */
  public static DeployedRange unknown() {
    return UNKNOWN;
  }

  /**
   * A pull request.
   *
   * @param author login; {@code null} if the account is gone
   * @param mergedBy login; {@code null} if it is not merged
   */
  public record PullRequest(
      int number, String title, @Nullable String author, @Nullable String mergedBy) {}
}
