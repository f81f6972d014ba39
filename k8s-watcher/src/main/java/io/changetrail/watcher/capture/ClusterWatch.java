// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.capture;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Resource;
import io.changetrail.model.StateChange;
import io.changetrail.watcher.cluster.Cluster;
import io.changetrail.watcher.cluster.ResourceType;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Watches all configured types that the cluster serves; one that it does not serve yet, such as a
 * custom resource whose definition comes later, is looked for again and again.
 */
// What is scheduled catches and logs its own failures; nobody waits for it.
@SuppressWarnings("FutureReturnValueIgnored")
public final class ClusterWatch implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(ClusterWatch.class.getName());
  private static final Duration RETRY = Duration.ofSeconds(2);

  /** A list of everything is worth waiting a moment for what else it can serve. */
  private static final Duration TOGETHER = Duration.ofMillis(500);

  /**
   * A type as people name it.
   *
   * @param group the empty string for the core group
   */
  public record Wanted(String group, String version, String kind) {}

  private final Cluster cluster;
  private final Capture capture;
  private final Runnable before;
  private final Runnable room;
  private final CaptureMetrics metrics;
  private final InstantSource clock;
  private final Duration discovery;
  private final List<Wanted> wanted;
  private final Set<String> namespaces;
  private final @Nullable SelectedNamespaces selected;
  private final Map<Wanted, ObjectSink> others;
  private final Map<Wanted, List<TypeWatch>> watches = new LinkedHashMap<>();
  private final Map<Wanted, ResourceType> types = new LinkedHashMap<>();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread thread = new Thread(work, "changetrail-discovery");
            thread.setDaemon(true);
            return thread;
          });
  private final AtomicBoolean due = new AtomicBoolean();

  /** Tells which namespaces are selected; {@code null} where that does not change. */
  private @Nullable TypeWatch namespaceWatch;

  private volatile boolean recalled;
  private boolean discovered;

  /**
   * @param before is run before what was recorded is read, and may take its time
   * @param room waits until there is room for what a list may bring
   * @param wanted whose changes are captured
   * @param others types that are watched for something else
   * @param namespaces only these are watched; all if empty
   * @param selected where it changes which namespaces count: when one is taken in, all is listed
   * @param discovery how often types that were not served are looked for
   */
  public ClusterWatch(
      Cluster cluster,
      Capture capture,
      Runnable before,
      Runnable room,
      List<Wanted> wanted,
      Map<Wanted, ObjectSink> others,
      Set<String> namespaces,
      @Nullable SelectedNamespaces selected,
      Duration discovery,
      CaptureMetrics metrics,
      InstantSource clock) {
    this.cluster = cluster;
    this.capture = capture;
    this.before = before;
    this.room = room;
    this.others = others;
    List<Wanted> all = new ArrayList<>(others.keySet());
    all.addAll(wanted);
    this.wanted = List.copyOf(all);
    this.namespaces = Set.copyOf(namespaces);
    this.selected = selected;
    this.discovery = discovery;
    this.metrics = metrics;
    this.clock = clock;
  }

  /** Begins; returns at once. */
  public void start() {
    timer.schedule(this::recall, 0, TimeUnit.MILLISECONDS);
  }

  /** What was recorded comes before anything that can be seen: without it nothing is a change. */
  private void recall() {
    try {
      before.run();
      capture.recall();
      recalled = true;
      selectNamespaces();
      discover();
      timer.scheduleWithFixedDelay(
          this::discover, discovery.toMillis(), discovery.toMillis(), TimeUnit.MILLISECONDS);
    } catch (IOException | RuntimeException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "the recorded states cannot be read, so nothing is compared yet; tried again: {0}",
          String.valueOf(e.getMessage()));
      timer.schedule(this::recall, RETRY.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private synchronized void selectNamespaces() {
    if (selected == null || timer.isShutdown()) {
      return;
    }
    selected.onTaken(this::taken);
    TypeWatch watch =
        new TypeWatch(SelectedNamespaces.TYPE, null, cluster, selected, room, metrics, clock);
    namespaceWatch = watch;
    watch.start();
  }

  /** A namespace was taken in: what is in it was passed over so far. Several may come together. */
  private void taken() {
    if (due.compareAndSet(false, true) && !timer.isShutdown()) {
      timer.schedule(this::lookIntoTaken, TOGETHER.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private void lookIntoTaken() {
    due.set(false);
    all().stream().filter(TypeWatch::isNamespaced).forEach(TypeWatch::compareAnew);
    discover();
  }

  /** Whether it is known which namespaces count. */
  private synchronized boolean isSelected() {
    return selected == null || (namespaceWatch != null && namespaceWatch.hasListed());
  }

  /** One group that does not answer must not keep the others from being found. */
  private void discover() {
    if (!isSelected()) {
      return;
    }
    boolean answered = true;
    for (Wanted one : wanted) {
      if (isWatched(one) || timer.isShutdown()) {
        continue;
      }
      try {
        // Outside of the lock: probes must not wait for the cluster.
        cluster.types(one.group(), one.version()).stream()
            .filter(type -> type.kind().equals(one.kind()))
            .findFirst()
            .ifPresent(type -> begin(one, type));
      } catch (IOException | RuntimeException e) {
        answered = false;
        LOG.log(
            System.Logger.Level.WARNING,
            "whether the cluster serves {0} cannot be read; tried again: {1}",
            one,
            String.valueOf(e.getMessage()));
      }
    }
    discovered(answered);
  }

  private synchronized boolean isWatched(Wanted one) {
    return watches.containsKey(one);
  }

  private synchronized void discovered(boolean answered) {
    if (discovered || !answered) {
      return;
    }
    discovered = true;
    wanted.stream()
        .filter(one -> !watches.containsKey(one))
        .forEach(
            one ->
                LOG.log(
                    System.Logger.Level.INFO,
                    "the cluster does not serve {0}; it is looked for again and again",
                    one));
  }

  private synchronized void begin(Wanted one, ResourceType type) {
    if (timer.isShutdown()) {
      return;
    }
    ObjectSink sink = others.getOrDefault(one, capture);
    List<TypeWatch> ofType = new ArrayList<>();
    if (namespaces.isEmpty() || !type.namespaced()) {
      ofType.add(new TypeWatch(type, null, cluster, sink, room, metrics, clock));
    } else {
      // Each by itself: whoever may see these need not be allowed to see any other.
      namespaces.forEach(
          namespace ->
              ofType.add(new TypeWatch(type, namespace, cluster, sink, room, metrics, clock)));
    }
    watches.put(one, ofType);
    if (!others.containsKey(one)) {
      types.put(one, type);
    }
    ofType.forEach(TypeWatch::start);
  }

  private synchronized List<TypeWatch> all() {
    return Stream.concat(
            Stream.ofNullable(namespaceWatch), watches.values().stream().flatMap(List::stream))
        .toList();
  }

  /** Whether everything has been compared at least once. */
  public synchronized boolean isReady() {
    return recalled && discovered && all().stream().allMatch(TypeWatch::hasListed);
  }

  /** Whether everything that can be compared has been, and what cannot is among the troubles. */
  public synchronized boolean isSettled() {
    boolean blind = !isSelected() && namespaceWatch != null && namespaceWatch.trouble() != null;
    return recalled
        && (discovered || blind)
        && all().stream().allMatch(watch -> watch.hasListed() || watch.trouble() != null);
  }

  /** What keeps types from being seen, by type. */
  public synchronized Map<String, String> troubles() {
    Map<String, String> troubles = new LinkedHashMap<>();
    String blind = namespaceWatch == null ? null : namespaceWatch.trouble();
    if (blind != null) {
      troubles.put("Namespace", blind);
    }
    watches.forEach(
        (one, ofType) ->
            ofType.forEach(
                watch -> {
                  String trouble = watch.trouble();
                  if (trouble != null) {
                    troubles.putIfAbsent(one.kind(), trouble);
                  }
                }));
    return troubles;
  }

  /**
   * Events were lost on the way to the server: all that it has is read again, and compared with all
   * that there is.
   */
  public void compareAll() {
    timer.execute(
        () -> {
          try {
            capture.recall();
            all().forEach(TypeWatch::compareAnew);
          } catch (IOException | RuntimeException e) {
            LOG.log(
                System.Logger.Level.WARNING,
                "the recorded states cannot be read; tried again: {0}",
                String.valueOf(e.getMessage()));
            timer.schedule(this::compareAll, RETRY.toMillis(), TimeUnit.MILLISECONDS);
          }
        });
  }

  /** A type, if all its objects that count are known. */
  public synchronized Optional<ResourceType> listed(Predicate<ResourceType> sought) {
    return types.entrySet().stream()
        .filter(one -> sought.test(one.getValue()))
        .filter(
            one ->
                watches.getOrDefault(one.getKey(), List.of()).stream()
                    .allMatch(watch -> watch.hasListed() && watch.trouble() == null))
        .map(Map.Entry::getValue)
        .findFirst();
  }

  /** Lists, and compares, all objects of some types once more. */
  public synchronized void look(Predicate<ResourceType> wanted) {
    types.forEach(
        (one, type) -> {
          if (wanted.test(type)) {
            watches.getOrDefault(one, List.of()).forEach(TypeWatch::compareAnew);
          }
        });
  }

  /** An event that was shipped did not fit what the server has: its object is compared anew. */
  public void superseded(AuditEvent event) {
    try {
      timer.execute(() -> compareAnew(event));
    } catch (RejectedExecutionException e) {
      // It is closed. Whoever begins next compares everything, and what is left must be sent now.
      LOG.log(System.Logger.Level.DEBUG, "superseded after the end", e);
    }
  }

  private void compareAnew(AuditEvent event) {
    Resource resource = event.targets().isEmpty() ? null : event.targets().get(0).resource();
    if (resource == null || resource.uid() == null) {
      return;
    }
    List<ResourceType> candidates;
    synchronized (this) {
      candidates = new ArrayList<>(types.values());
    }
    for (ResourceType type : candidates) {
      if (type.kind().equals(resource.kind()) && isOf(type, event.change().state())) {
        try {
          String path = type.path(event.targets().get(0).namespace(), resource.name());
          ObjectNode live =
              cluster
                  .find(path)
                  .map(ObjectNode.class::cast)
                  .filter(object -> object.at("/metadata/uid").asText().equals(resource.uid()))
                  .orElse(null);
          capture.superseded(type, resource.uid(), live);
        } catch (IOException | RuntimeException e) {
          timer.schedule(() -> compareAnew(event), RETRY.toMillis(), TimeUnit.MILLISECONDS);
        }
      }
    }
  }

  /** Kinds of several groups may have one name. */
  private static boolean isOf(ResourceType type, StateChange state) {
    String apiVersion =
        state
            .afterState()
            .or(state::beforeState)
            .map(tree -> tree.path("apiVersion").asText())
            .orElse(type.apiVersion());
    return apiVersion.startsWith(type.group().isEmpty() ? type.version() : type.group() + "/");
  }

  @Override
  public void close() {
    timer.shutdownNow();
    List<TypeWatch> all = all();
    all.forEach(TypeWatch::stop);
    all.forEach(TypeWatch::close);
  }
}
