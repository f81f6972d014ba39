// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store.embedded;

import io.changetrail.model.Target;
import io.changetrail.store.StoreException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/**
 * All targets of all tenants with the ids of their terms, by which readers find what a scope
 * allows. There may be more than a reader's view of the file has, such as those of a transaction
 * that was undone; their ids stand for nothing else there, as none is given out twice. Those of a
 * file are read beside its opening, as a file of a million events has so many that a start would
 * wait for them; a reader that needs them does.
 */
final class Targets implements AutoCloseable {
  private record Found(String tenant, long id, Target target) {}

  /** Those of one tenant; for any number of readers beside the one who writes. */
  static final class OfTenant {
    private final Map<Long, Target> byId = new ConcurrentHashMap<>();
    private final Map<String, Set<Long>> byService = new ConcurrentHashMap<>();

    private OfTenant() {}

    Collection<Target> all() {
      return byId.values();
    }

    /** All with the ids of their terms. */
    void each(BiConsumer<Long, Target> take) {
      byId.forEach(take);
    }

    /** Those that name one of these services. */
    Stream<Target> of(Set<String> services) {
      return services.stream()
          .flatMap(service -> byService.getOrDefault(service, Set.of()).stream())
          .map(byId::get)
          .filter(Objects::nonNull);
    }

    private void put(Long id, Target target) {
      remove(id); // of a transaction that was undone
      byId.put(id, target);
      if (target.service() != null) {
        byService.computeIfAbsent(target.service(), any -> ConcurrentHashMap.newKeySet()).add(id);
      }
    }

    private void remove(Long id) {
      Target target = byId.remove(id);
      if (target != null && target.service() != null) {
        byService.getOrDefault(target.service(), Set.of()).remove(id);
      }
    }
  }

  private final Map<String, OfTenant> byTenant = new ConcurrentHashMap<>();

  /** Ids that were dropped while the file was read. */
  private final Set<Long> dropped = new HashSet<>();

  private final CompletableFuture<Void> read = new CompletableFuture<>();
  private volatile boolean closed;

  private Targets() {}

  static Targets of(Path file) {
    Targets targets = new Targets();
    Thread thread = new Thread(() -> targets.read(file), "audit-store-targets");
    thread.setDaemon(true);
    thread.start();
    return targets;
  }

  private void read(Path file) {
    try (Database database = Database.open(file, true)) {
      List<Found> found =
          database.query(
              rows -> {
                List<Found> all = new ArrayList<>();
                while (!closed && rows.next()) {
                  all.add(
                      new Found(
                          rows.getString(1), rows.getLong(2), Term.target(rows.getString(3))));
                }
                return all;
              },
              "SELECT tenant, id, value FROM term WHERE field = '" + Term.TARGET + "'");
      synchronized (this) {
        for (Found each : found) {
          // What is there already came in while the file was read.
          OfTenant known = ofTenant(each.tenant());
          if (!dropped.contains(each.id()) && !known.byId.containsKey(each.id())) {
            known.put(each.id(), each.target());
          }
        }
        dropped.clear();
        read.complete(null);
      }
    } catch (RuntimeException e) {
      read.completeExceptionally(e);
    }
  }

  private OfTenant ofTenant(String tenant) {
    return byTenant.computeIfAbsent(tenant, any -> new OfTenant());
  }

  synchronized void put(String tenant, long id, Target target) {
    ofTenant(tenant).put(id, target);
  }

  synchronized void remove(String tenant, long id) {
    ofTenant(tenant).remove(id);
    if (!read.isDone()) {
      dropped.add(id);
    }
  }

  /** Whether they can be had at once; not while the file is read, nor if it could not be. */
  boolean areKnown() {
    return read.isDone() && !read.isCompletedExceptionally();
  }

  /** Waits until the file is read. */
  OfTenant in(String tenant) {
    try {
      read.join();
    } catch (CompletionException e) {
      throw new StoreException("cannot read the targets of the audit store", e);
    }
    return ofTenant(tenant);
  }

  @Override
  public void close() {
    closed = true;
    read.exceptionally(failed -> null).join();
  }
}
