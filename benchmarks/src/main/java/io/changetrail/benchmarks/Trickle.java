// SPDX-License-Identifier: Apache-2.0
package io.changetrail.benchmarks;

import java.io.IOException;

/** Events that come in at a constant rate beside what is measured, whatever the answers take. */
final class Trickle {
  private final Client client;
  private final Workload workload;
  private final long first;
  private final int rate;
  private final Thread thread;
  private volatile boolean done;

  private Trickle(Client client, Workload workload, long first, int rate) {
    this.client = client;
    this.workload = workload;
    this.first = first;
    this.rate = rate;
    thread = new Thread(this::send, "ingest");
  }

  /**
   * Begins to send.
   *
   * @param first number of the first event
   * @param rate events a second; 0 sends none
   */
  static Trickle start(Client client, Workload workload, long first, int rate) {
    Trickle trickle = new Trickle(client, workload, first, rate);
    if (rate > 0) {
      trickle.thread.start();
    }
    return trickle;
  }

  private void send() {
    int size = Math.max(1, rate / 10);
    long began = System.nanoTime();
    for (long i = 0; !done; i++) {
      try {
        client.ingestBatch(workload.batch(first + i * size, size), size);
        long due = began + (i + 1) * 100_000_000L - System.nanoTime();
        if (due > 0) {
          Thread.sleep(due / 1_000_000);
        }
      } catch (IOException | InterruptedException e) {
        throw new IllegalStateException("ingest beside what is measured failed", e);
      }
    }
  }

  /** Sends no more, and waits for the last answer. */
  void stop() throws InterruptedException {
    done = true;
    thread.join();
  }
}
