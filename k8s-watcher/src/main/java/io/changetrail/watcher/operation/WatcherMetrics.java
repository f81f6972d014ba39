// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.operation;

import io.changetrail.model.AuditEvent;
import io.changetrail.shipper.ShipperMetrics;
import io.changetrail.watcher.capture.CaptureMetrics;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** How the watcher fares, for Prometheus. */
public final class WatcherMetrics implements CaptureMetrics {
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();
  private final Counter events =
      Counter.builder()
          .name("changetrail_watcher_events_total")
          .help("Events handed to the shipper")
          .labelNames("kind", "evidence")
          .register(registry);
  private final Counter noise =
      Counter.builder()
          .name("changetrail_watcher_noise_total")
          .help("Objects that were seen and gave no event")
          .labelNames("reason")
          .register(registry);
  private final Counter superseded =
      Counter.builder()
          .name("changetrail_watcher_superseded_total")
          .help("Events that were no longer true at the server and were made anew")
          .register(registry);
  private final Counter failures =
      Counter.builder()
          .name("changetrail_watcher_watch_failures_total")
          .help("Lists and watches that failed")
          .labelNames("type")
          .register(registry);
  private final Gauge objects =
      Gauge.builder()
          .name("changetrail_watcher_objects")
          .help("Objects whose state is held")
          .register(registry);
  private final Gauge leader =
      Gauge.builder()
          .name("changetrail_watcher_leader")
          .help("1 while this process is the one that emits")
          .register(registry);
  private final Histogram lag =
      Histogram.builder()
          .name("changetrail_watcher_lag_seconds")
          .help("From a change, by the API server's clock in whole seconds, to its event")
          .classicUpperBounds(0.1, 0.5, 1, 2, 5, 10, 30, 60, 300)
          .classicOnly()
          .register(registry);
  private volatile @Nullable Supplier<ShipperMetrics> shipper;

  public WatcherMetrics() {
    JvmMetrics.builder().register(registry);
  }

  /** Where the figures of the shipper come from. */
  public void shipper(Supplier<ShipperMetrics> figures) {
    shipper = figures;
  }

  public void leader(boolean is) {
    leader.set(is ? 1 : 0);
  }

  @Override
  public void noise(String reason) {
    noise.labelValues(reason).inc();
  }

  @Override
  public void shipped(AuditEvent event, Instant now) {
    events.labelValues(event.change().kind().name(), event.actor().evidence().wireName()).inc();
    if (event.change().observedLate() == null) {
      lag.observe(Math.max(0, Duration.between(event.time(), now).toMillis() / 1000.0));
    }
  }

  @Override
  public void superseded() {
    superseded.inc();
  }

  @Override
  public void objects(int count) {
    objects.set(count);
  }

  @Override
  public void failed(String type) {
    failures.labelValues(type).inc();
  }

  /** The text that Prometheus scrapes. */
  public byte[] scrape() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    writer.write(out, registry.scrape());
    Supplier<ShipperMetrics> now = shipper;
    if (now != null) {
      out.writeBytes(now.get().prometheusText().getBytes(StandardCharsets.UTF_8));
    }
    return out.toByteArray();
  }
}
