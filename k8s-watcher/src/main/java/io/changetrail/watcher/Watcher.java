// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.redaction.RedactionRules;
import io.changetrail.model.redaction.Redactor;
import io.changetrail.shipper.Credentials;
import io.changetrail.shipper.Destination;
import io.changetrail.shipper.Shipper;
import io.changetrail.watcher.access.HumanAccess;
import io.changetrail.watcher.attribution.AuditLogWitness;
import io.changetrail.watcher.attribution.ManagedFieldsWitness;
import io.changetrail.watcher.attribution.Witness;
import io.changetrail.watcher.capture.CanonicalState;
import io.changetrail.watcher.capture.Capture;
import io.changetrail.watcher.capture.ClusterWatch;
import io.changetrail.watcher.capture.ClusterWatch.Wanted;
import io.changetrail.watcher.capture.IgnoredPaths;
import io.changetrail.watcher.capture.Places;
import io.changetrail.watcher.capture.Selection;
import io.changetrail.watcher.cluster.Cluster;
import io.changetrail.watcher.drift.Drifts;
import io.changetrail.watcher.drift.LastApplied;
import io.changetrail.watcher.operation.SecretKeys;
import io.changetrail.watcher.operation.WatcherConfig;
import io.changetrail.watcher.operation.WatcherMetrics;
import io.changetrail.watcher.recorded.AuditServer;
import io.changetrail.watcher.rollout.Pods;
import io.changetrail.watcher.rollout.Revisions;
import io.changetrail.watcher.rollout.Rollouts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;

/** A watcher at work: everything put together. */
public final class Watcher implements AutoCloseable {
  private static final Duration DRAIN = Duration.ofSeconds(10);

  /** A leader that begins must not miss the renewal of its Lease. */
  private static final Duration AT_START = Duration.ofSeconds(5);

  private final Shipper shipper;
  private final ClusterWatch watch;
  private final ExecutorService lookups;
  private final Capture capture;
  private final AuditLogWitness witness;
  private final HumanAccess access;

  private Watcher(
      Shipper shipper,
      ClusterWatch watch,
      ExecutorService lookups,
      Capture capture,
      AuditLogWitness witness,
      HumanAccess access) {
    this.witness = witness;
    this.access = access;
    this.shipper = shipper;
    this.watch = watch;
    this.lookups = lookups;
    this.capture = capture;
  }

  /**
   * Begins to watch, and returns without waiting for the audit server; what is in the spool of an
   * earlier process goes first.
   *
   * @throws IOException if the cluster cannot be reached, or a file not be read
   */
  static Watcher start(
      WatcherConfig config, Cluster cluster, WatcherMetrics metrics, InstantSource clock)
      throws IOException {
    Path tokenFile = config.tokenFile();
    Credentials credentials =
        tokenFile == null ? Credentials.none() : () -> Files.readString(tokenFile).strip();
    String uid = cluster.within(AT_START).uid();
    Redactor redactor = new Redactor(RedactionRules.defaults(), SecretKeys.of(config));
    AtomicReference<ClusterWatch> watching = new AtomicReference<>();
    Shipper.Builder builder =
        Shipper.builder(config.spool().directory())
            .to(new Destination("audit-server", config.server(), credentials))
            .installation(uid)
            .redactor(redactor)
            .heartbeat(Duration.ofMinutes(1), config.source())
            .onSuperseded(event -> superseded(watching, event));
    if (config.spool().maxBytes() > 0) {
      builder.maxBytes(config.spool().maxBytes());
    }
    Shipper shipper = builder.open();
    metrics.shipper(shipper::metrics);
    AuditServer server = new AuditServer(config.server(), credentials, config.source());
    Witness byFields = new ManagedFieldsWitness();
    AuditLogWitness witness = new AuditLogWitness(byFields, shipper::ship, clock);
    Places places =
        new Places(
            config.cluster(), config.environment(), config.environments(), config.serviceNames());
    CanonicalState canonical = new CanonicalState(redactor, new IgnoredPaths(config.ignore()));
    Drifts drifts =
        new Drifts(
            uid,
            config.source(),
            places,
            canonical,
            List.of(new LastApplied()),
            witness,
            shipper::ship,
            clock);
    ExecutorService lookups =
        Executors.newSingleThreadExecutor(
            work -> {
              Thread thread = new Thread(work, "changetrail-lookups");
              thread.setDaemon(true);
              return thread;
            });
    Revisions revisions = new Revisions(redactor);
    Rollouts rollouts =
        new Rollouts(
            config.source(), places, revisions, server::lastEvent, lookups, shipper::ship, clock);
    Selection selection =
        new Selection(config.namespaces(), config.excludeNamespaces(), config.exclude());
    Capture capture =
        new Capture(
            uid,
            config.source(),
            places,
            selection,
            canonical,
            server,
            witness,
            revisions,
            shipper::ship,
            List.of(rollouts, drifts),
            metrics,
            clock);
    ClusterWatch watch =
        new ClusterWatch(
            cluster,
            capture,
            // What was captured before must be there before it is compared with what is there.
            () -> shipper.flush(DRAIN),
            config.wanted(),
            Map.of(
                new Wanted("apps", "v1", "ReplicaSet"), revisions,
                new Wanted("apps", "v1", "ControllerRevision"), revisions,
                new Wanted("", "v1", "Pod"), new Pods(rollouts)),
            config.discoveryPause(),
            metrics,
            clock);
    watching.set(watch);
    watch.start();
    return new Watcher(
        shipper,
        watch,
        lookups,
        capture,
        witness,
        new HumanAccess(config.source(), places, selection));
  }

  private static void superseded(AtomicReference<ClusterWatch> watching, AuditEvent event) {
    ClusterWatch watch = watching.get();
    // Before the watch began nothing is held that would have to be compared anew.
    if (watch != null) {
      watch.superseded(event);
    }
  }

  /** Takes a list of records of the API server's audit log. */
  void audited(JsonNode list) {
    for (JsonNode entry : list.path("items")) {
      witness.record(entry);
      access.of(entry).ifPresent(shipper::ship);
    }
  }

  /** Whether everything has been compared at least once. */
  boolean isReady() {
    return watch.isReady();
  }

  /** What keeps types from being seen, by type. */
  Map<String, String> troubles() {
    return watch.troubles();
  }

  /** How many objects' states are held. */
  int objects() {
    return capture.objects();
  }

  /** Waits until all that was captured is stored. */
  boolean flush(Duration patience) {
    return shipper.flush(patience);
  }

  @Override
  public void close() {
    watch.close();
    lookups.shutdownNow();
    shipper.close();
  }
}
