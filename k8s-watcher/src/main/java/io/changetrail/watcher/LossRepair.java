// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher;

import io.changetrail.shipper.ShipperMetrics;
import io.changetrail.watcher.capture.ClusterWatch;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * A spool is bounded: what it could not keep while the server was away, nobody will send. Once all
 * else has arrived, everything is compared anew, and what the lost events came to is told.
 */
// What is scheduled fails at most for its turn; nobody waits for it.
@SuppressWarnings("FutureReturnValueIgnored")
final class LossRepair implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(LossRepair.class.getName());
  private static final Duration PAUSE = Duration.ofSeconds(2);

  /** Between two repairs: each reads all that the server has. */
  private static final Duration LEAST = Duration.ofSeconds(30);

  private final Supplier<ShipperMetrics> shipper;
  private final ClusterWatch watch;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread thread = new Thread(work, "changetrail-losses");
            thread.setDaemon(true);
            return thread;
          });

  /** Events that were lost and whose loss is repaired. */
  private long repaired;

  private long repairedAt = System.nanoTime() - LEAST.toNanos();

  LossRepair(Supplier<ShipperMetrics> shipper, ClusterWatch watch) {
    this.shipper = shipper;
    this.watch = watch;
    repaired = lost(shipper.get());
    timer.scheduleWithFixedDelay(
        this::look, PAUSE.toMillis(), PAUSE.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Those that the server refused lie in the dead letters, and would be refused again. */
  private static long lost(ShipperMetrics metrics) {
    return metrics.failed()
        + metrics.destinations().stream().mapToLong(one -> one.lost() - one.parked()).sum();
  }

  private void look() {
    ShipperMetrics metrics = shipper.get();
    long lost = lost(metrics);
    if (lost > repaired
        && System.nanoTime() - repairedAt > LEAST.toNanos()
        && metrics.destinations().stream().allMatch(one -> one.depth() == 0)) {
      LOG.log(
          System.Logger.Level.WARNING,
          "{0} events were lost while the audit server was away; everything is compared with what"
              + " it has, so that what they came to is told",
          lost - repaired);
      repaired = lost;
      repairedAt = System.nanoTime();
      watch.compareAll();
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
