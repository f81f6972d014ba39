// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.changetrail.model.Outcome;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StageEndingTest {

  @ParameterizedTest
  @CsvSource({
    ", , , SUCCESS",
    "FAILURE, , , FAILURE",
    "ABORTED, , , ABORTED",
    "FAILURE, FAILED_AND_CONTINUED, , FAILURE",
    // Stages that Declarative skipped have no error.
    ", SKIPPED_FOR_CONDITIONAL, , ABORTED",
    ", SKIPPED_FOR_FAILURE, , ABORTED",
    ", SKIPPED_FOR_UNSTABLE, , ABORTED",
    ", SKIPPED_FOR_RESTART, , ABORTED",
    // Errors that were caught leave none either.
    ", FAILED_AND_CONTINUED, , FAILURE",
    ", , FAILURE, FAILURE",
    ", , UNSTABLE, SUCCESS",
    ", , UNSTABLE FAILURE, FAILURE",
    ", , ABORTED, ABORTED"
  })
  void C3_aStageThatDidNothingOrFailedIsNoSuccessfulDeployment(
      String error, String status, String warnings, Outcome outcome) {
    List<String> results = warnings == null ? List.of() : List.of(warnings.split(" "));
    assertThat(new StageEnding(error, status, results).outcome()).isEqualTo(outcome);
  }
}
