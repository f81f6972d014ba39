// SPDX-License-Identifier: Apache-2.0
package io.changetrail.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class WebhookLoadTest {
  @Test
  void aSmallRunMeasuresDeliveriesRedeliveriesAndSingleEvents() {
    WebhookLoad load = new WebhookLoad(new MeasuredServer(ServerProcess.ofClassPath()));

    int exit =
        new CommandLine(load)
            .execute(
                "--deliveries=40",
                "--warm-up=8",
                "--clients=4",
                "--ingest-rate=10",
                "--payloads=../event-sources/src/test/resources/github");

    assertThat(exit).isZero();
    assertThat(load.report().lines())
        .hasSize(3)
        .allMatch(line -> line.value() > 0 && line.n() == 40)
        .allMatch(line -> line.note().contains(" within a second"));
  }
}
