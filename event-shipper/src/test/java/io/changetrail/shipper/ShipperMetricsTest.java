// SPDX-License-Identifier: Apache-2.0
package io.changetrail.shipper;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ShipperMetricsTest {
  @Test
  void T4_whatWasLostWaitsOrWasRefusedIsExposedToPrometheusForEachDestination() {
    ShipperMetrics metrics =
        new ShipperMetrics(
            7,
            2,
            4096,
            null,
            List.of(
                new ShipperMetrics.ForDestination("audit", 0, 7, 2, 0, 0, null, null),
                new ShipperMetrics.ForDestination(
                    "b\"2\"", 3, 4, 9, 1, 1, Duration.ofMillis(1500), "no answer")));
    assertThat(metrics.prometheusText().lines())
        .contains(
            "# HELP changetrail_shipper_spooled_events_total Events that were taken into the spool",
            "# TYPE changetrail_shipper_spooled_events_total counter",
            "changetrail_shipper_spooled_events_total 7",
            "changetrail_shipper_failed_events_total 2",
            "changetrail_shipper_spool_bytes 4096",
            "changetrail_shipper_spool_writable 1",
            "# TYPE changetrail_shipper_waiting_events gauge",
            "changetrail_shipper_waiting_events{destination=\"audit\"} 0",
            "changetrail_shipper_waiting_events{destination=\"b\\\"2\\\"\"} 3",
            "changetrail_shipper_sent_events_total{destination=\"audit\"} 7",
            "changetrail_shipper_retried_requests_total{destination=\"audit\"} 2",
            "changetrail_shipper_oldest_waiting_seconds{destination=\"audit\"} 0.0",
            "changetrail_shipper_oldest_waiting_seconds{destination=\"b\\\"2\\\"\"} 1.5",
            "changetrail_shipper_dead_letters{destination=\"b\\\"2\\\"\"} 1",
            "changetrail_shipper_destination_up{destination=\"audit\"} 1",
            "changetrail_shipper_destination_up{destination=\"b\\\"2\\\"\"} 0")
        .as("those that failed no destination will get")
        .contains(
            "changetrail_shipper_lost_events_total{destination=\"audit\"} 2",
            "changetrail_shipper_lost_events_total{destination=\"b\\\"2\\\"\"} 3");
  }
}
