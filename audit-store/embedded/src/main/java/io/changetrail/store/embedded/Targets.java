// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store.embedded;

import io.changetrail.model.Target;
import io.changetrail.store.StoreException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;

/**
 * All targets of all tenants, by which readers find the terms that a scope allows. Those of a file
 * are read beside its opening, as a file of a million events has so many that a start would wait
 * for them; a reader that needs them does.
 */
final class Targets implements AutoCloseable {
  private record Found(String tenant, long id, Target target) {}

  private final Map<String, Map<Long, Target>> byTenant = new ConcurrentHashMap<>();

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
          if (!dropped.contains(each.id())) {
            ofTenant(each.tenant()).putIfAbsent(each.id(), each.target());
          }
        }
        dropped.clear();
        read.complete(null);
      }
    } catch (RuntimeException e) {
      read.completeExceptionally(e);
    }
  }

  private Map<Long, Target> ofTenant(String tenant) {
    return byTenant.computeIfAbsent(tenant, any -> new ConcurrentHashMap<>());
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

  /** By the ids of their terms; waits until the file is read. */
  Map<Long, Target> in(String tenant) {
    try {
      read.join();
    } catch (CompletionException e) {
      throw new StoreException("cannot read the targets of the audit store", e);
    }
    return byTenant.getOrDefault(tenant, Map.of());
  }

  @Override
  public void close() {
    closed = true;
    read.exceptionally(failed -> null).join();
  }
}
