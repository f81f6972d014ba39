// SPDX-License-Identifier: Apache-2.0
package io.changetrail.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class ShipLatencyTest {
  @Test
  void aSmallRunMeasuresEveryCarrierInEveryState() {
    ShipLatency latency = new ShipLatency();

    int exit =
        new CommandLine(latency)
            .execute("--events=50", "--posts=1", "--burst=500", "--patience=60", "--warm-up=10");

    assertThat(exit).isZero();
    assertThat(latency.report().lines()).hasSize(16).allMatch(line -> line.value() > 0);
    assertThat(latency.report().lines())
        .filteredOn(line -> line.what().startsWith("Changetrail shipper, receiver"))
        .hasSize(4)
        .allMatch(line -> line.note().endsWith("50 of 50 arrived"));
  }
}
