// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.operation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.watcher.cluster.Cluster;
import io.changetrail.watcher.cluster.ClusterException;
import io.changetrail.watcher.operation.WatcherConfig.LeaderElection;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One of several equal processes leads: the holder of a Lease. Whether a Lease has run out is
 * judged by how long it was not seen to change, never by another machine's clock. Who cannot renew
 * for two thirds of its length stops, which mostly is before anybody else may begin; should two
 * lead for a moment all the same, the audit server refuses events that begin with a state that is
 * no longer there.
 *
 * @see <a href="https://kubernetes.io/docs/concepts/architecture/leases/">Leases</a>
 */
public final class Leadership implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Leadership.class.getName());
  private static final DateTimeFormatter MICROS =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

  private static final int RENEWALS = 5;

  /** The host where the holder takes what the API server sends to any of the replicas. */
  private static final String ADDRESS = "changetrail.io/address";

  private final Cluster cluster;
  private final String collection;
  private final String path;
  private final String name;
  private final String identity;
  private final @Nullable String address;
  private final Duration length;
  private final InstantSource clock;
  private final Runnable begin;
  private final Runnable end;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread thread = new Thread(this::run, "changetrail-leadership");

  private @Nullable String seen;
  private long seenAt;
  private long renewedAt;
  private volatile boolean leading;
  private volatile @Nullable String leader;

  /**
   * @param address host where this process takes what the API server sends; {@code null} if it does
   *     not
   * @param length of the Lease; it is renewed five times within
   * @param begin is run when this process becomes the leader; nothing is renewed meanwhile, so it
   *     must not wait for long
   * @param end is run when it is no longer
   */
  public Leadership(
      Cluster cluster,
      LeaderElection election,
      String identity,
      @Nullable String address,
      Duration length,
      InstantSource clock,
      Runnable begin,
      Runnable end) {
    this.cluster = cluster.within(length.dividedBy(RENEWALS));
    this.collection = "/apis/coordination.k8s.io/v1/namespaces/" + election.namespace() + "/leases";
    this.name = election.lease();
    this.path = collection + "/" + name;
    this.identity = identity;
    this.address = address;
    this.length = length;
    this.clock = clock;
    this.begin = begin;
    this.end = end;
  }

  public void start() {
    thread.start();
  }

  public boolean isLeading() {
    return leading;
  }

  /**
   * The host where another process, which leads, takes what the API server sends; empty if none
   * does.
   */
  public Optional<String> leader() {
    return Optional.ofNullable(leader);
  }

  private void run() {
    try {
      while (!closed.await(length.toMillis() / RENEWALS, TimeUnit.MILLISECONDS)) {
        if (isOverdue()) {
          step(false); // before it asks again: the answer may come when another leads
        }
        boolean held = false;
        try {
          held = acquireOrRenew();
        } catch (IOException | RuntimeException e) {
          LOG.log(
              System.Logger.Level.WARNING, "the Lease {0} cannot be had: {1}", name, e.toString());
        }
        if (held) {
          renewedAt = System.nanoTime();
          if (!leading) {
            lead();
          }
        } else if (isOverdue()) {
          step(false);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean isOverdue() {
    return leading && System.nanoTime() - renewedAt > length.toNanos() * 2 / 3;
  }

  private void lead() {
    try {
      begin.run();
      leading = true;
      LOG.log(System.Logger.Level.INFO, "{0} leads now", identity);
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.WARNING, "cannot begin to lead; tried again: {0}", e.toString());
    }
  }

  private void step(boolean release) {
    if (leading) {
      leading = false;
      LOG.log(System.Logger.Level.INFO, "{0} leads no longer", identity);
      try {
        end.run();
      } catch (RuntimeException e) {
        LOG.log(System.Logger.Level.WARNING, "the end of leading failed: {0}", e.toString());
      }
      if (release) {
        release();
      }
    }
  }

  private boolean acquireOrRenew() throws IOException {
    Optional<JsonNode> found = cluster.find(path);
    try {
      if (found.isEmpty()) {
        cluster.send("POST", collection, lease(null));
        return true;
      }
      JsonNode lease = found.get();
      String holder = lease.at("/spec/holderIdentity").asText("");
      String state = holder + lease.at("/metadata/resourceVersion").asText();
      if (!state.equals(seen)) {
        seen = state;
        seenAt = System.nanoTime();
      }
      boolean ranOut = System.nanoTime() - seenAt > length.toNanos();
      boolean another = !holder.isEmpty() && !holder.equals(identity) && !ranOut;
      String there = lease.at("/metadata/annotations").path(ADDRESS).asText("");
      leader = another && !there.isEmpty() ? there : null;
      if (another) {
        return false;
      }
      cluster.send("PUT", path, lease(lease));
      return true;
    } catch (ClusterException e) {
      if (e.isConflict()) {
        return false; // somebody was faster
      }
      throw e;
    }
  }

  private ObjectNode lease(@Nullable JsonNode old) {
    String now = MICROS.format(clock.instant());
    ObjectNode lease = JsonNodeFactory.instance.objectNode();
    lease.put("apiVersion", "coordination.k8s.io/v1").put("kind", "Lease");
    lease.putObject("metadata").put("name", name);
    if (address != null) {
      lease.withObject("/metadata/annotations").put(ADDRESS, address);
    }
    ObjectNode spec = lease.putObject("spec");
    if (old != null) {
      lease.withObject("/metadata").set("resourceVersion", old.at("/metadata/resourceVersion"));
      spec.setAll((ObjectNode) old.path("spec").deepCopy());
    }
    if (!spec.path("holderIdentity").asText("").equals(identity)) {
      spec.put("holderIdentity", identity).put("acquireTime", now);
      spec.put("leaseTransitions", spec.path("leaseTransitions").asInt() + 1);
    }
    return lease.set(
        "spec", spec.put("renewTime", now).put("leaseDurationSeconds", (int) length.toSeconds()));
  }

  /** So that another need not wait until it runs out. */
  private void release() {
    try {
      ObjectNode lease = cluster.get(path).deepCopy();
      if (lease.at("/spec/holderIdentity").asText().equals(identity)) {
        lease.withObject("/spec").put("holderIdentity", "");
        cluster.send("PUT", path, lease);
      }
    } catch (IOException e) {
      LOG.log(
          System.Logger.Level.INFO, "the Lease {0} runs out by itself: {1}", name, e.toString());
    }
  }

  @Override
  public void close() {
    closed.countDown();
    try {
      thread.join(length.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    step(true);
  }
}
