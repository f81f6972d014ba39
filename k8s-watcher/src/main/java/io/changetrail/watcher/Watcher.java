// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.redaction.Redactor;
import io.changetrail.shipper.Credentials;
import io.changetrail.shipper.Destination;
import io.changetrail.shipper.Shipper;
import io.changetrail.watcher.capture.ClusterWatch;
import io.changetrail.watcher.cluster.Cluster;
import io.changetrail.watcher.operation.SecretKeys;
import io.changetrail.watcher.operation.WatcherConfig;
import io.changetrail.watcher.operation.WatcherMetrics;
import io.changetrail.watcher.recorded.AuditServer;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

/** A watcher at work: what it captures goes into a spool, and from there to the audit server. */
public final class Watcher implements AutoCloseable {
  private static final Duration DRAIN = Duration.ofSeconds(10);

  /** A leader that begins must not miss the renewal of its Lease. */
  private static final Duration AT_START = Duration.ofSeconds(5);

  private final Shipper shipper;
  private final Pipeline pipeline;
  private final LossRepair repair;

  private Watcher(Shipper shipper, Pipeline pipeline, LossRepair repair) {
    this.shipper = shipper;
    this.pipeline = pipeline;
    this.repair = repair;
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
    Credentials credentials = config.credentials();
    String uid = cluster.within(AT_START).uid();
    Redactor redactor = Pipeline.redactor(SecretKeys.of(config));
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
    Pipeline pipeline =
        Pipeline.of(
            config,
            cluster,
            uid,
            redactor,
            new AuditServer(config.server(), credentials, config.source(), clock),
            shipper::ship,
            // What was captured before must be there before it is compared with what is there.
            () -> shipper.flush(DRAIN),
            new Backlog(shipper),
            metrics,
            clock);
    watching.set(pipeline.watch());
    pipeline.watch().start();
    return new Watcher(shipper, pipeline, new LossRepair(shipper::metrics, pipeline.watch()));
  }

  private static void superseded(AtomicReference<ClusterWatch> watching, AuditEvent event) {
    ClusterWatch watch = watching.get();
    // Before the watch began nothing is held that would have to be compared anew.
    if (watch != null) {
      watch.superseded(event);
    }
  }

  /** Takes records of the API server's audit log. */
  void audited(List<JsonNode> entries) {
    for (JsonNode entry : entries) {
      pipeline.witness().record(entry);
      pipeline.access().of(entry).ifPresent(shipper::ship);
    }
  }

  /** Takes what the API server asks before a write. */
  void asked(JsonNode review) {
    pipeline.admissions().record(review);
  }

  /** Whether everything has been compared at least once. */
  boolean isReady() {
    return pipeline.watch().isReady();
  }

  /** What keeps types from being seen, by type. */
  Map<String, String> troubles() {
    return pipeline.watch().troubles();
  }

  /** How many objects' states are held. */
  int objects() {
    return pipeline.capture().objects();
  }

  /** Waits until all that was captured is stored. */
  boolean flush(Duration patience) {
    return shipper.flush(patience);
  }

  @Override
  public void close() {
    repair.close();
    pipeline.close();
    shipper.close();
  }
}
