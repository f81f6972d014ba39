// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher;

import io.changetrail.shipper.Shipper;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * A list may find more changes at once than the bounded spool has room for: it waits while events
 * are on their way, and goes on if none leaves any more.
 *
 * @param limit bytes that may wait in the spool
 */
record Backlog(Shipper shipper, long limit) implements Runnable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** Of a spool of so many bytes. */
  static Backlog of(Shipper shipper, long maxBytes) {
    return new Backlog(shipper, (maxBytes > 0 ? maxBytes : 256L << 20) / 4);
  }

  @Override
  public void run() {
    long least = shipper.backlogBytes();
    long since = System.nanoTime();
    while (least > limit && System.nanoTime() - since < PATIENCE.toNanos()) {
      try {
        TimeUnit.MILLISECONDS.sleep(10);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
      long now = shipper.backlogBytes();
      if (now < least) {
        least = now;
        since = System.nanoTime();
      }
    }
  }
}
