// SPDX-License-Identifier: Apache-2.0
package io.changetrail.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Every step still runs; how fast is not asked here. */
class StepsTest {
  @Test
  void eachStepIsMeasured() throws Exception {
    assertThat(
            new Runner(
                    new OptionsBuilder()
                        .include("\\." + Steps.class.getSimpleName() + "\\.")
                        .forks(0)
                        .warmupIterations(0)
                        .measurementIterations(1)
                        .measurementTime(TimeValue.milliseconds(20))
                        .shouldFailOnError(true)
                        .verbosity(VerboseMode.SILENT)
                        .build())
                .run())
        .hasSize(8)
        .allSatisfy(result -> assertThat(result.getPrimaryResult().getScore()).isPositive());
  }
}
