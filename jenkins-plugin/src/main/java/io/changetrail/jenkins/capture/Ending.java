// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.capture;

import io.changetrail.model.Outcome;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a run ended.
 *
 * @param result as Jenkins names it: {@code SUCCESS}, {@code UNSTABLE} …; {@code null} if it
 *     stopped without one
 * @param abortedBy id of the account that stopped it
 */
public record Ending(@Nullable String result, Duration duration, @Nullable String abortedBy) {

  /** An unstable run has failing tests: it ended, but not well. */
  public Outcome outcome() {
    return switch (result == null ? "" : result) {
      case "SUCCESS" -> Outcome.SUCCESS;
      case "UNSTABLE", "FAILURE" -> Outcome.FAILURE;
      case "ABORTED", "NOT_BUILT" -> Outcome.ABORTED;
      default -> Outcome.UNKNOWN;
    };
  }

  /** Of what the run deployed: what has failing tests is deployed all the same. */
  public Outcome deployment() {
    return "UNSTABLE".equals(result) ? Outcome.SUCCESS : outcome();
  }

  /**
   * The same of a run that was seen to go on for so long. Of one that Jenkins did not live to see
   * the end of, no duration is kept.
   */
  Ending atLeast(Duration seen) {
    return seen.compareTo(duration) > 0 ? new Ending(result, seen, abortedBy) : this;
  }
}
