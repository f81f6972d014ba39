// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.http;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The threads that answer requests. */
final class Lanes {
  private final ThreadPoolExecutor ingest;
  private final ThreadPoolExecutor read;
  private final ThreadPoolExecutor stream;
  private final int mostStreams;

  /**
   * The places of streams are counted here and not by a bound of their threads: a thread whose
   * stream has just ended may not wait for the next one yet, and a bound would refuse that.
   */
  private final Semaphore places;

  Lanes(Limits limits) {
    ingest =
        pool("ingest", limits.ingestThreads(), new LinkedBlockingQueue<>(limits.ingestQueue()));
    read = pool("read", limits.readThreads(), new LinkedBlockingQueue<>(limits.readQueue()));
    stream = pool("stream", Integer.MAX_VALUE, new SynchronousQueue<>());
    mostStreams = limits.streams();
    places = new Semaphore(mostStreams);
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
      case STREAM -> stream(task);
    }
  }

  private void stream(Runnable task) {
    if (!places.tryAcquire()) {
      throw new RejectedExecutionException("as many streams as may be are open");
    }
    try {
      stream.execute(
          () -> {
            try {
              task.run();
            } finally {
              places.release();
            }
          });
    } catch (RejectedExecutionException e) {
      places.release();
      throw e;
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
      case STREAM -> mostStreams - places.availablePermits();
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
