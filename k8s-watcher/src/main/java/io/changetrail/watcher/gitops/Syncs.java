// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.gitops;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Folding;
import io.changetrail.model.Interval;
import io.changetrail.model.Links;
import io.changetrail.model.Outcome;
import io.changetrail.model.Phase;
import io.changetrail.model.Provenance;
import io.changetrail.model.Resource;
import io.changetrail.model.Target;
import io.changetrail.model.content.CanonicalContent;
import io.changetrail.model.diff.StructuralDiff;
import io.changetrail.watcher.capture.Observer;
import io.changetrail.watcher.capture.Places;
import io.changetrail.watcher.cluster.ResourceType;
import io.changetrail.watcher.recorded.RecordedState;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Each sync has an event of its own with its commit and repository, and is told as the cause of the
 * changes that its tool made to the objects it applied. Thread-safe.
 */
public final class Syncs implements Observer {
  /** The kind of the resource that holds an object's last sync. */
  static final String KIND = "GitOpsSync";

  /** The kind of the resources by which failures are known that were told. */
  private static final String FAILURE = "GitOpsFailure";

  private static final System.Logger LOG = System.getLogger(Syncs.class.getName());
  private static final String SUFFIX = "/sync";

  /** How long a change waits for the sync that brought it, and a sync for its changes. */
  private static final Duration PATIENCE = Duration.ofMinutes(15);

  private static final int MOST_PENDING = 5000;

  /** A controller writes its status a moment after the objects. */
  private static final Duration LAG = Duration.ofSeconds(5);

  /** Parts of the names of accounts and field managers of those tools. */
  private static final List<String> TOOLS =
      List.of("argocd", "argo-cd", "kustomize-controller", "helm", "flux");

  private static final Map<String, String> DONE =
      Map.of(
          Sync.SYNC,
          "synced ",
          Change.ROLLBACK,
          "rolled back to ",
          "install",
          "installed ",
          "upgrade",
          "upgraded ",
          "uninstall",
          "uninstalled ");

  private final String clusterUid;
  private final String source;
  private final Places places;
  private final Baselines server;
  private final Executor later;
  private final Consumer<AuditEvent> shipper;
  private final InstantSource clock;

  /** The last sync of each object, by its uid. */
  private final Map<String, Recorded> last = new HashMap<>();

  /** Failures that were told, by their objects' uids. */
  private final Set<String> failures = new HashSet<>();

  /** Objects that were seen by this process. */
  private final Set<String> known = new HashSet<>();

  /** URLs of Flux's repositories, by namespace and name. */
  private final Map<String, String> repositories = new HashMap<>();

  /** The last sync that was told, by what its objects are marked with. */
  private final Map<String, Told> told = new HashMap<>();

  private final Deque<Pending> pending = new ArrayDeque<>();

  /** Where a first state is recorded. */
  @FunctionalInterface
  public interface Baselines {
    /** Records it, and waits for that. */
    void baseline(Target target, Instant since, ObjectNode state) throws IOException;
  }

  /**
   * The last sync.
   *
   * @param succeeded when the last one ended that did not fail; {@code null} if none did
   */
  private record Recorded(ObjectNode state, Instant since, @Nullable Instant succeeded) {}

  private record Told(EventRef event, Instant from, Instant to) {}

  /** A change of an object that is applied by somebody, whose sync has not been seen to end. */
  private record Pending(String by, AuditEvent event, Instant at) {}

  /**
   * @param later runs what waits for the server
   * @param shipper takes events and returns at once
   */
  public Syncs(
      String clusterUid,
      String source,
      Places places,
      Baselines server,
      Executor later,
      Consumer<AuditEvent> shipper,
      InstantSource clock) {
    this.clusterUid = clusterUid;
    this.source = source;
    this.places = places;
    this.server = server;
    this.later = later;
    this.shipper = shipper;
    this.clock = clock;
  }

  @Override
  public synchronized void recorded(RecordedState recorded) {
    Resource resource = recorded.target().resource();
    if (resource == null || resource.uid() == null) {
      return;
    }
    if (resource.kind().equals(FAILURE)) {
      failures.add(resource.uid());
    } else if (resource.kind().equals(KIND)) {
      last.put(
          resource.uid().substring(0, resource.uid().length() - SUFFIX.length()),
          new Recorded(recorded.state(), recorded.since(), recorded.since()));
    }
  }

  @Override
  public synchronized void seen(
      ResourceType type, ObjectNode object, Instant recordedSince, @Nullable AuditEvent shipped) {
    if (Flux.isRepository(object)) {
      repositories.put(
          object.at("/metadata/namespace").asText() + "/" + object.at("/metadata/name").asText(),
          object.at("/spec/url").asText());
    } else if (ArgoCd.is(object)) {
      ArgoCd.sync(object)
          .ifPresent(sync -> synced(object, sync, ArgoCd.names(object), shipped != null));
    } else if (Flux.isKustomization(object)) {
      Flux.kustomization(object, repositories.get(Flux.source(object)))
          .ifPresent(sync -> synced(object, sync, Set.of(Flux.name(object)), shipped != null));
    } else if (Flux.isHelmRelease(object)) {
      Flux.helmRelease(object)
          .ifPresent(sync -> synced(object, sync, Set.of(Flux.name(object)), shipped != null));
    }
    known.add(object.at("/metadata/uid").asText());
    if (shipped != null) {
      changed(object, shipped);
    }
  }

  /**
   * The newest revision of a release of Helm's.
   *
   * @param release stands for it
   * @param live whether it is known to be new
   * @return what was told of it; {@code null} if nothing was
   */
  synchronized @Nullable AuditEvent released(ObjectNode release, Sync sync, boolean live) {
    AuditEvent event = synced(release, sync, Set.of(HelmRelease.name(release)), live);
    known.add(release.at("/metadata/uid").asText());
    return event;
  }

  /** What was recorded of a release's last revision; empty if nothing was. */
  synchronized Optional<String> lastOf(String uid) {
    return Optional.ofNullable(last.get(uid)).map(one -> one.state().path("sync").asText());
  }

  /** The releases of which something was recorded, of one namespace or of all, by uid. */
  synchronized List<String> releases(@Nullable String namespace) {
    String prefix = namespace == null ? HelmRelease.UID : HelmRelease.uid(namespace, "");
    return last.keySet().stream().filter(uid -> uid.startsWith(prefix)).toList();
  }

  /** A release is there no longer. */
  synchronized AuditEvent uninstalled(ObjectNode release, Actor actor, Instant time, boolean live) {
    String uid = release.at("/metadata/uid").asText();
    Recorded before = last.remove(uid);
    known.remove(uid);
    ObjectNode state = before == null ? null : before.state();
    Change.Builder change =
        Change.of(ChangeKind.OPERATION, Phase.FINISHED, "uninstall")
            .outcome(Outcome.SUCCESS)
            .state(StructuralDiff.between(state, null))
            .summary(
                title(release)
                    + ": uninstalled "
                    + (state == null ? "" : state.path("revision").asText()));
    if (!live && before != null && !before.since().isAfter(time)) {
      change.observedLate(new Interval(before.since(), time));
    }
    AuditEvent event =
        AuditEvent.builder(
                new EventRef(source, clusterUid + "/" + uid + SUFFIX + "/gone/" + time),
                time,
                actor,
                change.build())
            .observedTime(clock.instant())
            .target(target(release, uid, null, null))
            .build();
    shipper.accept(event);
    return event;
  }

  private @Nullable AuditEvent synced(
      ObjectNode object, Sync sync, Set<String> names, boolean changed) {
    String uid = object.at("/metadata/uid").asText();
    Recorded before = last.get(uid);
    ObjectNode state = sync.state();
    Instant now = clock.instant();
    if (before != null && before.state().path("sync").asText().equals(sync.id())) {
      return null;
    }
    if (before == null && !known.contains(uid) && !changed) {
      // What was synced before anybody watched is no change; the next one is told.
      Instant since = sync.end() == null ? now : sync.end();
      last.put(uid, new Recorded(state, since, since));
      return null;
    }
    boolean isFailure = sync.outcome() != Outcome.SUCCESS;
    String failure = isFailure ? failure(object, sync, before) : "";
    if (isFailure && before != null && failures.contains(uid + SUFFIX + "/" + failure)) {
      last.put(uid, new Recorded(state, before.since(), before.succeeded()));
      return null;
    }
    Instant end = sync.end();
    Instant ended = end == null || end.isAfter(now) ? now : end;
    // Never before the state that it ends, or the order of states would be another.
    Instant time = before != null && ended.isBefore(before.since()) ? before.since() : ended;
    boolean late = !known.contains(uid);
    AuditEvent event = event(object, uid, sync, before, state, time, late);
    shipper.accept(event);
    if (isFailure) {
      mark(object, uid, sync, failure, time);
    }
    Instant succeeded = !isFailure ? time : before == null ? null : before.succeeded();
    last.put(uid, new Recorded(state, time, succeeded));
    Told one = new Told(event.ref(), before == null ? time.minus(PATIENCE) : before.since(), time);
    for (String name : names) {
      told.put(name, one);
      pending.removeIf(
          waiting -> {
            boolean fits = waiting.by().equals(name) && fits(one, waiting.event());
            if (fits) {
              link(waiting.event(), one);
            }
            return fits;
          });
    }
    return event;
  }

  /**
   * The API server tells times in whole seconds: a change may be told up to one too early, and the
   * end of the sync before, where nobody saw it, up to one too late.
   */
  private static boolean fits(Told sync, AuditEvent change) {
    return !change.time().isBefore(sync.from().minusSeconds(2))
        && !change.time().isAfter(sync.to().plus(LAG));
  }

  private AuditEvent event(
      ObjectNode object,
      String uid,
      Sync sync,
      @Nullable Recorded before,
      ObjectNode state,
      Instant time,
      boolean late) {
    Change.Builder change =
        Change.of(ChangeKind.OPERATION, Phase.FINISHED, sync.action())
            .outcome(sync.outcome())
            .reason(sync.message())
            .state(StructuralDiff.between(before == null ? null : before.state(), state))
            .summary(summary(object, sync, before));
    if (late && before != null && !before.since().isAfter(time)) {
      change.observedLate(new Interval(before.since(), time));
    }
    return AuditEvent.builder(
            new EventRef(
                source,
                clusterUid
                    + "/"
                    + uid
                    + SUFFIX
                    + "/"
                    + CanonicalContent.hash(state).substring(0, 16)
                    + "/"
                    + object.at("/metadata/resourceVersion").asText()),
            time,
            sync.actor(),
            change.build())
        .observedTime(clock.instant())
        .target(target(object, uid, sync.namespace(), sync.cluster()))
        .provenance(
            sync.repository() == null
                ? Provenance.none()
                : new Provenance(
                    new Provenance.Vcs(
                        sync.repository(), sync.revision(), sync.ref(), null, null, null, null),
                    null,
                    List.of()))
        .build();
  }

  /**
   * Names a failure. It may come again as it was, but not before something succeeded in between.
   */
  private static String failure(ObjectNode object, Sync sync, @Nullable Recorded before) {
    String what =
        sync.id()
            + (HelmRelease.is(object)
                ? "/" + object.at("/metadata/resourceVersion").asText()
                : before == null || before.succeeded() == null
                    ? ""
                    : "/" + before.succeeded().truncatedTo(ChronoUnit.SECONDS));
    return "failed/" + CanonicalContent.hash(TextNode.valueOf(what)).substring(0, 16);
  }

  /** What failed leaves no state by which it would be known after a restart: it has one beside. */
  private void mark(ObjectNode object, String uid, Sync sync, String failure, Instant time) {
    failures.add(uid + SUFFIX + "/" + failure);
    Target of = target(object, uid, sync.namespace(), sync.cluster());
    Target marker =
        new Target(
            of.service(),
            of.environment(),
            of.region(),
            of.cluster(),
            of.namespace(),
            new Resource(
                FAILURE,
                object.path("kind").asText() + "/" + object.at("/metadata/name").asText(),
                uid + SUFFIX + "/" + failure));
    ObjectNode state = JsonNodeFactory.instance.objectNode().put("failed", sync.id());
    later.execute(
        () -> {
          try {
            server.baseline(marker, time, state);
          } catch (IOException | RuntimeException e) {
            LOG.log(
                System.Logger.Level.WARNING,
                "that {0} was told could not be recorded, so a restart may tell it again: {1}",
                sync.id(),
                String.valueOf(e.getMessage()));
          }
        });
  }

  private static String summary(ObjectNode object, Sync sync, @Nullable Recorded before) {
    String from = before == null ? "" : before.state().path("revision").asText("");
    String to = String.valueOf(sync.revision());
    String what =
        sync.outcome() == Outcome.SUCCESS
            ? DONE.getOrDefault(sync.action(), sync.action() + " of ")
            : sync.action() + " failed at ";
    String revisions =
        from.isEmpty() || from.equals(to) ? shortened(to) : shortened(from) + " → " + shortened(to);
    String text =
        title(object)
            + ": "
            + what
            + revisions
            + (sync.repository() == null ? "" : " of " + sync.repository())
            + (sync.message() == null ? "" : ": " + sync.message());
    return text.length() <= 2000 ? text : text.substring(0, 1999) + "…";
  }

  private static String title(ObjectNode object) {
    return object.path("kind").asText()
        + " "
        + object.at("/metadata/namespace").asText()
        + "/"
        + object.at("/metadata/name").asText();
  }

  static String shortened(String revision) {
    return revision.matches("[0-9a-f]{40}") ? revision.substring(0, 7) : revision;
  }

  /** Where the sync applied something, which need not be where its own object lies. */
  private Target target(
      ObjectNode object, String uid, @Nullable String namespace, @Nullable String cluster) {
    Target own = places.of(object, uid);
    return new Target(
        own.service() == null ? object.at("/metadata/name").asText() : own.service(),
        cluster == null ? places.environmentOf(namespace) : cluster,
        null,
        cluster == null ? own.cluster() : cluster,
        namespace == null ? own.namespace() : namespace,
        new Resource(
            KIND,
            object.path("kind").asText() + "/" + object.at("/metadata/name").asText(),
            uid + SUFFIX));
  }

  /** A change that one of the tools made is linked to its sync, which may have ended or not. */
  private void changed(ObjectNode object, AuditEvent shipped) {
    Instant now = clock.instant();
    while (!pending.isEmpty()
        && (pending.size() >= MOST_PENDING
            || pending.element().at().plus(PATIENCE).isBefore(now))) {
      pending.remove();
    }
    if (!isByTool(shipped.actor())) {
      return;
    }
    String flux = Flux.tracked(object);
    String helm = flux.isEmpty() && !isByArgo(shipped.actor()) ? HelmRelease.tracked(object) : "";
    String by = !flux.isEmpty() ? flux : !helm.isEmpty() ? helm : ArgoCd.tracked(object);
    if (by.isEmpty()) {
      return;
    }
    Told sync = told.get(by);
    if (sync != null && fits(sync, shipped)) {
      link(shipped, sync);
    } else {
      pending.add(new Pending(by, shipped, now));
    }
  }

  /** It renders charts itself, so that Helm knows nothing of them. */
  private static boolean isByArgo(Actor actor) {
    return (actor.id() + " " + actor.via()).contains("argo");
  }

  private static boolean isByTool(Actor actor) {
    String names = (actor.id() + " " + actor.via()).toLowerCase(Locale.ROOT);
    return TOOLS.stream().anyMatch(names::contains);
  }

  private void link(AuditEvent change, Told sync) {
    shipper.accept(
        AuditEvent.builder(
                new EventRef(change.ref().source(), change.ref().id() + SUFFIX),
                change.time(),
                Actor.unknown(),
                Change.of(change.change().kind(), Phase.OCCURRED, Folding.AMEND)
                    .summary("by a sync")
                    .build())
            .links(new Links(null, null, List.of(sync.event()), Map.of()))
            .amends(change.ref())
            .build());
  }

  @Override
  public synchronized void gone(ResourceType type, String uid, AuditEvent shipped) {
    known.remove(uid);
    last.remove(uid);
  }
}
