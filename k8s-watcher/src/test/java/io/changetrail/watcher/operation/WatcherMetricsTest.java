// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.operation;

import static org.assertj.core.api.Assertions.assertThat;

import io.changetrail.shipper.ShipperMetrics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class WatcherMetricsTest {
  private final WatcherMetrics metrics = new WatcherMetrics();

  private List<String> lines() throws IOException {
    return new String(metrics.scrape(), StandardCharsets.UTF_8).lines().toList();
  }

  @Test
  void T4_whatFailedAndWhatWasLostIsToldBesideTheWatchersOwnFigures() throws Exception {
    assertThat(lines()).contains("changetrail_watcher_leader 0.0");
    metrics.shipper(
        () ->
            new ShipperMetrics(
                9,
                2,
                100,
                null,
                List.of(
                    new ShipperMetrics.ForDestination("audit-server", 3, 5, 1, 1, 0, null, null))));
    assertThat(lines())
        .contains(
            "changetrail_watcher_leader 0.0",
            "changetrail_shipper_failed_events_total 2",
            "changetrail_shipper_lost_events_total{destination=\"audit-server\"} 3",
            "changetrail_shipper_waiting_events{destination=\"audit-server\"} 3");
    assertThat(lines().stream().filter(line -> line.startsWith("# TYPE ")))
        .as("one text")
        .doesNotHaveDuplicates();
  }
}
