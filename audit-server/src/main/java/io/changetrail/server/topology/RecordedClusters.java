// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.topology;

import io.changetrail.store.AuditStore;
import io.changetrail.store.ResourceState;
import io.changetrail.store.Scope;
import io.changetrail.store.SourceStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * Who calls whom in the clusters whose objects the watchers record, put together anew when these
 * have changed. Reading them takes a while, so it is done in the background, and for a fiftieth of
 * the time at most.
 */
public final class RecordedClusters {
  /** The sources of watchers begin so. */
  private static final String CLUSTERS = "/k8s/";

  private static final Duration AT_MOST_EVERY = Duration.ofSeconds(5);
  private static final int SHARE = 50;

  private final AuditStore store;
  private final Supplier<Set<String>> tenants;
  private final AtomicBoolean baselines = new AtomicBoolean(true);
  private long seen = -1;
  private long next;
  private volatile Map<String, Calls> byTenant = Map.of();

  /**
   * Nothing is known until the first {@link #refresh}.
   *
   * @param tenants whose clusters are looked at
   */
  public RecordedClusters(AuditStore store, Supplier<Set<String>> tenants) {
    this.store = store;
    this.tenants = tenants;
  }

  /** Something was recorded that is no event. */
  public void recorded() {
    baselines.set(true);
  }

  /** Reads the clusters again if they may have changed, and if the last time is long enough ago. */
  public synchronized void refresh() {
    long begun = System.nanoTime();
    long seq = store.health().lastSeq();
    if ((seen >= 0 && begun - next < 0) || !(baselines.getAndSet(false) || seq != seen)) {
      return;
    }
    seen = seq;
    Map<String, Calls> all = new TreeMap<>();
    for (String tenant : tenants.get()) {
      all.put(tenant, of(tenant));
    }
    byTenant = all;
    long took = System.nanoTime() - begun;
    next = begun + took + Math.max(AT_MOST_EVERY.toNanos(), SHARE * took);
  }

  private Calls of(String tenant) {
    List<KubernetesReferences> clusters = new ArrayList<>();
    for (SourceStatus source : store.sources(Scope.of(tenant))) {
      if (source.source().startsWith(CLUSTERS)) {
        clusters.add(cluster(tenant, source.source()));
      }
    }
    return Calls.of(clusters);
  }

  private KubernetesReferences cluster(String tenant, String source) {
    KubernetesReferences cluster = new KubernetesReferences();
    String after = "";
    List<ResourceState> page;
    do {
      page = store.resources(tenant, source, after, AuditStore.MAX_PAGE);
      for (ResourceState resource : page) {
        if (resource.state() != null) {
          cluster.add(resource.state(), resource.target().service());
        }
        after = resource.key().key();
      }
    } while (page.size() == AuditStore.MAX_PAGE);
    return cluster;
  }

  /** What is known of a tenant's clusters. */
  Calls calls(String tenant) {
    return byTenant.getOrDefault(tenant, Calls.none());
  }
}
