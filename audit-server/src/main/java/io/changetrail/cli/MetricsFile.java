// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import io.changetrail.shipper.ShipperMetrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A file with the metrics of a shipper in the text format of Prometheus, for whoever collects such
 * files, as node_exporter does. It is replaced as a whole, so that nobody reads half of it.
 */
final class MetricsFile implements AutoCloseable {
  private static final int SECONDS = 5;
  private static final System.Logger LOG = System.getLogger(MetricsFile.class.getName());

  private final @Nullable Path file;
  private final Supplier<ShipperMetrics> metrics;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "changetrail-metrics");
            thread.setDaemon(true);
            return thread;
          });

  /**
   * Nothing is written yet.
   *
   * @param file {@code null} if none is wanted
   */
  MetricsFile(@Nullable Path file, Supplier<ShipperMetrics> metrics) {
    this.file = file;
    this.metrics = metrics;
  }

  /** Writes it now and every few seconds from then on. */
  void keep() {
    if (file == null) {
      return;
    }
    try {
      write(file);
    } catch (IOException e) {
      throw Failure.refused(
          "the metrics cannot be written to " + file + ": " + e,
          "name a file with --metrics-file in a directory that exists and may be written",
          e);
    }
    ScheduledFuture<?> unused =
        timer.scheduleWithFixedDelay(() -> writeAgain(file), SECONDS, SECONDS, TimeUnit.SECONDS);
  }

  private synchronized void write(Path to) throws IOException {
    Path fresh = to.resolveSibling(to.getFileName() + ".tmp");
    Files.writeString(fresh, metrics.get().prometheusText());
    Files.move(fresh, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private void writeAgain(Path to) {
    try {
      write(to);
    } catch (IOException e) {
      // That it is not written must not keep events from being sent; it shows by its age.
      LOG.log(System.Logger.Level.WARNING, "the metrics cannot be written to " + to, e);
    }
  }

  /** Writes it once more, as things are at the end. */
  @Override
  public void close() {
    timer.shutdownNow();
    if (file != null) {
      writeAgain(file);
    }
  }
}
