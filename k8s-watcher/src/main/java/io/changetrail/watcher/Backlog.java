// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher;

import io.changetrail.shipper.Shipper;
import io.changetrail.shipper.ShipperMetrics;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * A list may find more changes at once than the bounded spool has room for: it waits while events
 * are on their way, and goes on if none leaves any more.
 */
record Backlog(Shipper shipper) implements Runnable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  @Override
  public void run() {
    long sent = -1;
    long since = System.nanoTime();
    while (shipper.isFilling() && System.nanoTime() - since < PATIENCE.toNanos()) {
      long now = sent();
      if (now != sent) {
        sent = now;
        since = System.nanoTime();
      }
      try {
        TimeUnit.MILLISECONDS.sleep(10);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private long sent() {
    return shipper.metrics().destinations().stream()
        .mapToLong(ShipperMetrics.ForDestination::sent)
        .sum();
  }
}
