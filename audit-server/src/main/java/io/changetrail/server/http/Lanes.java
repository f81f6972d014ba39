// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.http;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The threads that answer requests. */
final class Lanes {
  private final ThreadPoolExecutor ingest;
  private final ThreadPoolExecutor read;
  private final ThreadPoolExecutor stream;

  Lanes(Limits limits) {
    ingest =
        pool("ingest", limits.ingestThreads(), new LinkedBlockingQueue<>(limits.ingestQueue()));
    read = pool("read", limits.readThreads(), new LinkedBlockingQueue<>(limits.readQueue()));
    stream = pool("stream", limits.streams(), new SynchronousQueue<>());
  }

  private static ThreadPoolExecutor pool(String name, int threads, BlockingQueue<Runnable> queue) {
    AtomicInteger number = new AtomicInteger();
    // A queue that holds nothing needs idle threads to start from none.
    int core = queue instanceof SynchronousQueue ? 0 : threads;
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            core,
            threads,
            30,
            TimeUnit.SECONDS,
            queue,
            task -> {
              Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    if (core > 0) {
      pool.allowCoreThreadTimeOut(true);
    }
    return pool;
  }

  /**
   * @throws RejectedExecutionException if the lane is full
   */
  void run(Lane lane, Runnable task) {
    switch (lane) {
      case DIRECT -> task.run();
      case INGEST -> ingest.execute(task);
      case READ -> read.execute(task);
      case STREAM -> stream.execute(task);
    }
  }

  /** Requests that wait for a thread. */
  int waiting(Lane lane) {
    return switch (lane) {
      case DIRECT -> 0;
      case INGEST -> ingest.getQueue().size();
      case READ -> read.getQueue().size();
      case STREAM -> stream.getQueue().size();
    };
  }

  /** Requests that are being answered. */
  int running(Lane lane) {
    return switch (lane) {
      case DIRECT -> 0;
      case INGEST -> ingest.getActiveCount();
      case READ -> read.getActiveCount();
      case STREAM -> stream.getActiveCount();
    };
  }

  /** Ends streams: their threads are interrupted, so that their writers return. */
  void stopStreams() {
    stream.shutdownNow();
  }

  /** Lets what was accepted finish, for so long, and then interrupts it. */
  void stop(Duration patience) throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    for (ThreadPoolExecutor pool : List.of(ingest, read, stream)) {
      pool.shutdown();
    }
    for (ThreadPoolExecutor pool : List.of(ingest, read, stream)) {
      if (!pool.awaitTermination(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS)) {
        pool.shutdownNow();
      }
    }
  }
}
