// SPDX-License-Identifier: Apache-2.0
package io.changetrail.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** Sends prepared requests from several clients, each of which waits for its answer. */
final class IngestLoad {
  static final int BATCH = 500;

  private IngestLoad() {}

  /** Something that sends a request and takes its answer. */
  @FunctionalInterface
  interface Sender<T> {
    void send(T request) throws IOException;
  }

  /** Bodies of consecutive batches; made before the clock starts. */
  static List<byte[]> batches(Workload workload, long first, int count) {
    List<byte[]> bodies = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      bodies.add(workload.batch(first + (long) i * BATCH, BATCH));
    }
    return bodies;
  }

  /** Bodies of single events. */
  static List<byte[]> singles(Workload workload, long first, int count) {
    List<byte[]> bodies = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      bodies.add(workload.encoded(first + i));
    }
    return bodies;
  }

  /** Sends all and gives the seconds that it took. */
  static <T> double run(List<T> requests, int clients, Sender<T> sender) throws IOException {
    AtomicInteger next = new AtomicInteger();
    ExecutorService threads = Executors.newFixedThreadPool(clients);
    try {
      long began = System.nanoTime();
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < clients; i++) {
        running.add(
            threads.submit(
                () -> {
                  int at = next.getAndIncrement();
                  while (at < requests.size()) {
                    sender.send(requests.get(at));
                    at = next.getAndIncrement();
                  }
                  return null;
                }));
      }
      for (Future<?> each : running) {
        each.get();
      }
      return (System.nanoTime() - began) / 1e9;
    } catch (ExecutionException e) {
      throw new IOException("a client failed: " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      threads.shutdownNow();
    }
  }
}
