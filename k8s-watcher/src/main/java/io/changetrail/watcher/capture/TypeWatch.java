// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.capture;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.watcher.cluster.Cluster;
import io.changetrail.watcher.cluster.ClusterException;
import io.changetrail.watcher.cluster.ResourceType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import okhttp3.Call;
import org.jspecify.annotations.Nullable;

/**
 * Lists one type, in one namespace or in all, then watches it, for ever: what a watch missed the
 * next list finds. One thread.
 */
final class TypeWatch implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(TypeWatch.class.getName());
  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  private static final Predicate<String> NUMBER = Pattern.compile("[0-9]+").asMatchPredicate();

  /** Requests for baselines that go at once: the server syncs them to disk together. */
  private static final int AT_ONCE = 16;

  private final ResourceType type;
  private final @Nullable String namespace;
  private final Cluster cluster;
  private final ObjectSink sink;
  private final Runnable room;
  private final CaptureMetrics metrics;
  private final InstantSource clock;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final CountDownLatch listed = new CountDownLatch(1);
  private final Thread thread;
  private volatile @Nullable Call watching;
  private volatile @Nullable String trouble;
  private volatile boolean anew;

  /** Up to when everything was seen; {@code null} before the first list. */
  private @Nullable Instant seenUpTo;

  TypeWatch(
      ResourceType type,
      @Nullable String namespace,
      Cluster cluster,
      ObjectSink sink,
      Runnable room,
      CaptureMetrics metrics,
      InstantSource clock) {
    this.type = type;
    this.namespace = namespace;
    this.cluster = cluster;
    this.sink = sink;
    this.room = room;
    this.metrics = metrics;
    this.clock = clock;
    thread = new Thread(this::run, "changetrail-watch-" + type.name());
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** Whether it has compared all objects at least once. */
  boolean hasListed() {
    return listed.getCount() == 0;
  }

  boolean isNamespaced() {
    return type.namespaced();
  }

  /** What keeps it from seeing; {@code null} if nothing does. */
  @Nullable String trouble() {
    return trouble;
  }

  private void run() {
    Duration pause = FIRST_PAUSE;
    @Nullable String version = null;
    while (closed.getCount() > 0) {
      try {
        if (anew) {
          anew = false;
          seenUpTo = null;
          version = null;
        }
        if (version != null && isOfAnotherPast(version)) {
          version = null;
        }
        if (version == null) {
          version = list();
        }
        Progress progress = new Progress(version);
        try {
          cluster.watch(type, namespace, version, progress, this::watching);
        } finally {
          version = progress.version;
        }
        pause = FIRST_PAUSE;
      } catch (IOException | RuntimeException e) {
        if (closed.getCount() == 0) {
          return;
        }
        if (anew) {
          continue;
        }
        // Of a watch it means that a list is due now; of a list, that there is something wrong.
        boolean gone = version != null && e instanceof ClusterException refused && refused.isGone();
        if (!(e instanceof ClusterException) && e instanceof IOException && version != null) {
          trouble = null; // a broken connection: the watch goes on where it was
        }
        if (gone || e instanceof RuntimeException) {
          version = null;
        }
        if (!gone) {
          complain(e);
          if (!sleep(pause)) {
            return;
          }
          pause =
              pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0
                  ? pause.multipliedBy(2)
                  : LONGEST_PAUSE;
        }
      }
    }
  }

  /**
   * Whether the cluster has not come as far as this version: its etcd was restored from a backup. A
   * watch from there would not be refused, and tell nothing until that version comes again.
   */
  private boolean isOfAnotherPast(String version) throws IOException {
    String now = cluster.version(type, namespace);
    if (!isBefore(now, version)) {
      return false;
    }
    LOG.log(
        System.Logger.Level.WARNING,
        "{0}: the cluster is at version {1} and was at {2} before, as after a restore of etcd; all"
            + " is compared anew",
        type,
        now,
        version);
    return true;
  }

  /**
   * Whether a resource version is older than another of the same type; {@code false} where they are
   * no numbers.
   *
   * @see <a href="https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions">
   *     Resource versions</a>
   */
  static boolean isBefore(String version, String other) {
    return NUMBER.test(version)
        && NUMBER.test(other)
        && new BigInteger(version).compareTo(new BigInteger(other)) < 0;
  }

  private void watching(Call call) {
    watching = call;
    if (anew) {
      call.cancel(); // it was asked for during the list
    }
  }

  private void complain(Exception e) {
    String why =
        e instanceof ClusterException refused && refused.isForbidden()
            ? "may not be read: " + e.getMessage() + "; grant list and watch, or leave the type out"
            : e instanceof ClusterException missing && missing.isNotFound()
                ? "is not served any more: " + e.getMessage()
                : String.valueOf(e.getMessage() == null ? e : e.getMessage());
    metrics.failed(type.name());
    if (!why.equals(trouble)) {
      trouble = why;
      LOG.log(System.Logger.Level.WARNING, "{0}: {1}; tried again", type, why);
    }
  }

  private boolean sleep(Duration pause) {
    try {
      return !closed.await(pause.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      return false;
    }
  }

  /** Compares all objects; the version to watch from. */
  private String list() throws IOException {
    Instant begun = clock.instant();
    sink.listing(type, namespace);
    Sight sight = Sight.listed(seenUpTo);
    Set<String> uids = new HashSet<>();
    String version;
    ExecutorService workers = Executors.newFixedThreadPool(AT_ONCE);
    try {
      Failures failures = new Failures(workers);
      version =
          cluster.list(
              type,
              namespace,
              object -> {
                uids.add(object.at("/metadata/uid").asText());
                room.run();
                failures.run(() -> present(object, sight));
              });
      failures.await();
    } finally {
      workers.shutdownNow();
    }
    sink.listed(type, namespace, uids, sight);
    trouble = null;
    seenUpTo = begun;
    listed.countDown();
    return version;
  }

  /** One object that cannot be taken must not keep all others of its type from being seen. */
  private void present(ObjectNode object, Sight sight) throws IOException {
    try {
      sink.present(type, object, sight);
    } catch (RuntimeException e) {
      metrics.failed(type.name());
      LOG.log(
          System.Logger.Level.WARNING,
          "{0} {1}/{2} cannot be taken, and is left out until it is seen again: {3}",
          type,
          object.at("/metadata/namespace").asText("-"),
          object.at("/metadata/name").asText(),
          e.toString());
    }
  }

  /** Work that may wait for the audit server, a bounded part of it at once. */
  private static final class Failures {
    private interface Work {
      void run() throws IOException;
    }

    private final ExecutorService workers;
    private final Semaphore room = new Semaphore(4 * AT_ONCE);
    private volatile @Nullable Exception first;

    Failures(ExecutorService workers) {
      this.workers = workers;
    }

    void run(Work work) {
      room.acquireUninterruptibly();
      Future<?> ignored =
          workers.submit(
              () -> {
                try {
                  work.run();
                } catch (IOException | RuntimeException e) {
                  first = e;
                } finally {
                  room.release();
                }
              });
    }

    void await() throws IOException {
      room.acquireUninterruptibly(4 * AT_ONCE);
      Exception failure = first;
      if (failure instanceof IOException io) {
        throw io;
      }
      if (failure instanceof RuntimeException wrong) {
        throw wrong;
      }
    }
  }

  /** Takes what the watch tells, and remembers how far it came. */
  private final class Progress implements Cluster.Watcher {
    private String version;

    Progress(String version) {
      this.version = version;
    }

    @Override
    public void changed(ObjectNode object) {
      try {
        present(object, Sight.LIVE);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void deleted(ObjectNode object) {
      sink.deleted(type, object);
    }

    @Override
    public void upTo(String resourceVersion) {
      version = resourceVersion;
      seenUpTo = clock.instant();
      trouble = null;
    }
  }

  /** Lists, and compares, all objects once more. */
  void compareAnew() {
    anew = true;
    Call call = watching;
    if (call != null) {
      call.cancel();
    }
  }

  /** Ends without waiting for it. */
  void stop() {
    closed.countDown();
    Call call = watching;
    if (call != null) {
      call.cancel();
    }
    thread.interrupt();
  }

  @Override
  public void close() {
    stop();
    try {
      thread.join(5000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
