// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.query;

/** Wakes those who wait for new events. */
public final class Arrivals {
  private long lastSeq;

  /** Events up to this place are in the store. */
  public synchronized void arrived(long seq) {
    if (seq > lastSeq) {
      lastSeq = seq;
      notifyAll();
    }
  }

  /**
   * Waits until an event behind that place has come, or for so long at most.
   *
   * @throws InterruptedException when the server stops
   */
  synchronized void await(long afterSeq, long milliseconds) throws InterruptedException {
    long deadline = System.nanoTime() + milliseconds * 1_000_000;
    while (lastSeq <= afterSeq) {
      long left = (deadline - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        return;
      }
      wait(left);
    }
  }
}
