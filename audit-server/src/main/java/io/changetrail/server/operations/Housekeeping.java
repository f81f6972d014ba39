// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.operations;

import io.changetrail.server.catalogue.Catalogues;
import io.changetrail.server.config.ReloadedFiles;
import io.changetrail.server.config.ServerConfig;
import io.changetrail.server.topology.RecordedClusters;
import io.changetrail.store.AuditStore;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the server does by itself, in the background. */
public final class Housekeeping implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);
  private static final long LOOK_SECONDS = 1;
  private static final long ALIASES_SECONDS = 10;

  private final List<ReloadedFiles<?>> files;
  private final Catalogues catalogues;
  private final RecordedClusters clusters;
  private final Retention retention;
  private final ServerConfig.Retention settings;
  private final InstantSource clock;
  private final ScheduledExecutorService worker =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "housekeeping");
            thread.setDaemon(true);
            return thread;
          });

  /**
   * Housekeeping, which begins with {@link #start}.
   *
   * @param files that are looked at each second
   * @param catalogues whose aliases are read again now and then
   * @param clusters that are looked at each second
   */
  public Housekeeping(
      List<ReloadedFiles<?>> files,
      Catalogues catalogues,
      RecordedClusters clusters,
      AuditStore store,
      ServerConfig.Retention settings,
      Supplier<Set<String>> tenants,
      InstantSource clock) {
    this.files = List.copyOf(files);
    this.catalogues = catalogues;
    this.clusters = clusters;
    this.settings = settings;
    this.clock = clock;
    retention = new Retention(store, settings, tenants);
  }

  /** Begins. */
  public void start() {
    for (ReloadedFiles<?> each : files) {
      repeat(each.setting(), each::refresh, LOOK_SECONDS, TimeUnit.SECONDS);
    }
    repeat("aliases", catalogues::refresh, ALIASES_SECONDS, TimeUnit.SECONDS);
    repeat("topology of clusters", clusters::refresh, LOOK_SECONDS, TimeUnit.SECONDS);
    if (retention.isNeeded()) {
      repeat(
          "retention",
          () -> retention.run(clock.instant()),
          settings.every().toMillis(),
          TimeUnit.MILLISECONDS);
    }
  }

  private void repeat(String name, Runnable task, long every, TimeUnit unit) {
    ScheduledFuture<?> unused =
        worker.scheduleWithFixedDelay(
            () -> {
              try {
                task.run();
              } catch (RuntimeException | Error e) {
                // One failed round is no reason to skip the next ones, which a throw here would.
                LOG.error("{} failed; it is tried again", name, e);
              }
            },
            every,
            every,
            unit);
  }

  @Override
  public void close() {
    worker.shutdown();
    try {
      if (!worker.awaitTermination(10, TimeUnit.SECONDS)) {
        worker.shutdownNow();
      }
    } catch (InterruptedException e) {
      worker.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
