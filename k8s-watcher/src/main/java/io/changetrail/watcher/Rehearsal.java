// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Resource;
import io.changetrail.model.Target;
import io.changetrail.watcher.cluster.Cluster;
import io.changetrail.watcher.operation.SecretKeys;
import io.changetrail.watcher.operation.WatcherConfig;
import io.changetrail.watcher.operation.WatcherMetrics;
import io.changetrail.watcher.recorded.AuditServer;
import io.changetrail.watcher.recorded.RecordedState;
import io.changetrail.watcher.recorded.RecordedStates;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One look at everything, of which nothing is written: neither here, nor in the cluster, nor at the
 * audit server. It tells what a watcher that begins now would report.
 */
final class Rehearsal implements RecordedStates {
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private final AuditServer server;
  private final Map<String, Integer> firstSights = new TreeMap<>();
  private final ConcurrentLinkedQueue<AuditEvent> events = new ConcurrentLinkedQueue<>();
  private volatile @Nullable String unknown;

  private Rehearsal(AuditServer server) {
    this.server = server;
  }

  /**
   * Prints what would be reported.
   *
   * @return whether all that is configured could be seen
   */
  static boolean print(WatcherConfig config, Cluster cluster, PrintWriter out)
      throws IOException, InterruptedException {
    Rehearsal rehearsal =
        new Rehearsal(
            new AuditServer(
                config.server(), config.credentials(), config.source(), InstantSource.system()));
    try (Pipeline pipeline =
        Pipeline.of(
            config,
            cluster,
            cluster.uid(),
            Pipeline.redactor(SecretKeys.existing(config)),
            rehearsal,
            rehearsal.events::add,
            () -> {},
            () -> {},
            new WatcherMetrics(),
            InstantSource.system())) {
      pipeline.watch().start();
      long began = System.nanoTime();
      while (!pipeline.watch().isSettled()) {
        if (System.nanoTime() - began > PATIENCE.toNanos()) {
          throw new IOException("the cluster did not answer within " + PATIENCE);
        }
        TimeUnit.MILLISECONDS.sleep(50);
      }
      pipeline.objects().judge(pipeline.watch());
      Map<String, String> troubles = pipeline.watch().troubles();
      rehearsal.print(out, troubles);
      return troubles.isEmpty();
    }
  }

  private synchronized void print(PrintWriter out, Map<String, String> troubles) {
    String why = unknown;
    if (why != null) {
      out.println("What was recorded before is not known, so everything is new: " + why);
    }
    List<AuditEvent> told = events.stream().sorted(Comparator.comparing(AuditEvent::time)).toList();
    for (AuditEvent event : told) {
      out.println(
          event.time()
              + "  "
              + event.change().kind().name()
              + "  "
              + event.change().summary()
              + "  ("
              + event.actor().id()
              + ", "
              + event.actor().evidence().wireName()
              + ")");
    }
    out.println(told.size() + (told.size() == 1 ? " event" : " events"));
    if (!firstSights.isEmpty()) {
      int objects = firstSights.values().stream().mapToInt(Integer::intValue).sum();
      out.println("first sight of " + objects + " objects, without an event: " + firstSights);
    }
    troubles.forEach((kind, trouble) -> out.println(kind + " " + trouble));
  }

  @Override
  public void forEach(Consumer<RecordedState> taker) {
    try {
      server.forEach(taker);
    } catch (IOException e) {
      unknown = e.getMessage();
    }
  }

  @Override
  public Optional<RecordedState> of(String kind, String uid) throws IOException {
    return unknown == null ? server.of(kind, uid) : Optional.empty();
  }

  @Override
  public Optional<AuditEvent> lastEvent(String kind, String uid) throws IOException {
    return unknown == null ? server.lastEvent(kind, uid) : Optional.empty();
  }

  @Override
  public synchronized void baseline(Target target, Instant since, ObjectNode state) {
    Resource resource = target.resource();
    if (resource != null && state.has("apiVersion")) { // and not a note of the watcher's own
      firstSights.merge(resource.kind(), 1, Integer::sum);
    }
  }
}
