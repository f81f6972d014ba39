// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.capture;

import io.changetrail.model.Outcome;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a stage of a Pipeline ended. A stage that Declarative skips begins and ends like any other,
 * and so does one whose error was caught: that it has no error does not mean that it did anything.
 *
 * @param error result of the error that ended it, as Jenkins names it; {@code null} without one
 * @param status what Declarative says of it: its tag {@code STAGE_STATUS}, for example {@code
 *     SKIPPED_FOR_CONDITIONAL} or {@code FAILED_AND_CONTINUED}
 * @param warnings results that {@code catchError}, {@code warnError} and {@code unstable} gave to
 *     what is in it
 */
public record StageEnding(@Nullable String error, @Nullable String status, List<String> warnings) {
  public StageEnding {
    warnings = List.copyOf(warnings);
  }

  /** Never a success where nothing was done, or where what was done failed. */
  public Outcome outcome() {
    if (error != null) {
      return failed(error);
    }
    if (status != null && status.startsWith("SKIPPED")) {
      return Outcome.ABORTED;
    }
    if ("FAILED_AND_CONTINUED".equals(status)) {
      return Outcome.FAILURE;
    }
    return warnings.stream()
        .filter(each -> !each.equals("SUCCESS") && !each.equals("UNSTABLE"))
        .findFirst()
        .map(StageEnding::failed)
        .orElse(Outcome.SUCCESS);
  }

  private static Outcome failed(String result) {
    return result.equals("ABORTED") || result.equals("NOT_BUILT")
        ? Outcome.ABORTED
        : Outcome.FAILURE;
  }
}
