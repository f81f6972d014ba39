// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.capture;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Folding;
import io.changetrail.model.Interval;
import io.changetrail.model.Phase;
import io.changetrail.model.RedactedValue;
import io.changetrail.model.Resource;
import io.changetrail.model.Target;
import io.changetrail.model.codec.ExpectedState;
import io.changetrail.model.content.CanonicalContent;
import io.changetrail.model.diff.Difference;
import io.changetrail.watcher.attribution.Attribution;
import io.changetrail.watcher.attribution.FieldManagers;
import io.changetrail.watcher.attribution.Witness;
import io.changetrail.watcher.cluster.ResourceType;
import io.changetrail.watcher.recorded.RecordedState;
import io.changetrail.watcher.recorded.RecordedStates;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Compares what is seen with what was recorded last, and ships the difference. The truth is that
 * comparison, however often and in whatever order objects are seen: a change that nobody watched is
 * found, and one that is seen twice is shipped once. Thread-safe.
 */
public final class Capture implements ObjectSink {
  /** The kind of the marker that says from when on a type's objects are recorded. */
  public static final String MARKER = "WatchedType";

  /** Services that one object may be told to be of. */
  private static final int MOST_USERS = 50;

  private static final System.Logger LOG = System.getLogger(Capture.class.getName());

  private final String clusterUid;
  private final String source;
  private final Places places;
  private final ServiceUses uses;
  private final Selection selection;
  private final CanonicalState canonical;
  private final RecordedStates server;
  private final Witness witness;
  private final Consumer<AuditEvent> shipper;
  private final List<Observer> observers;
  private final CaptureMetrics metrics;
  private final InstantSource clock;
  private final HeldStates held = new HeldStates();
  private final TemplateHistory history;
  private final ChangeCauses causes = new ChangeCauses();

  /**
   * Hashes of states that cannot be compared with what is recorded, since the key is another: from
   * here on a change is known by its being unlike the first that was seen.
   */
  private final Map<String, String> underNewKey = new HashMap<>();

  /** The event that began the rollout of each workload's present template, if it was seen. */
  private final Map<String, EventRef> lastRollouts = new HashMap<>();

  /** When objects were deleted, the latest of them, by where others of their name would be. */
  private final Latest<Instant> deletions = new Latest<>();

  /** Objects whose first sight is on its way to the server. */
  private final Set<String> beingRecorded = new HashSet<>();

  /** Objects that were seen and are not among those that are told of, though their namespace is. */
  private final Set<String> passedOver = new HashSet<>();

  /** The lists that are under way, by what they are to be marked with. */
  private final Map<String, Listing> beingListed = new HashMap<>();

  /** Since when the audit server has a baseline of all objects of a type, by what marks it. */
  private final Map<String, Instant> recordedTypes = new HashMap<>();

  /**
   * What was so when a list began.
   *
   * @param begun when that was
   * @param selected the namespaces that were selected
   * @param held the uids of what was recorded, by where it was
   */
  private record Listing(Instant begun, Set<String> selected, Map<String, String> held) {
    static final Listing NONE = new Listing(Instant.MAX, Set.of(), Map.of());
  }

  /**
   * @param clusterUid part of each event's id
   * @param source of all events
   * @param uses is kept up to date with what is seen
   * @param shipper takes events and returns at once
   */
  public Capture(
      String clusterUid,
      String source,
      Places places,
      ServiceUses uses,
      Selection selection,
      CanonicalState canonical,
      RecordedStates server,
      Witness witness,
      TemplateHistory history,
      Consumer<AuditEvent> shipper,
      List<Observer> observers,
      CaptureMetrics metrics,
      InstantSource clock) {
    this.clusterUid = clusterUid;
    this.source = source;
    this.places = places;
    this.uses = uses;
    this.selection = selection;
    this.canonical = canonical;
    this.server = server;
    this.witness = witness;
    this.history = history;
    this.shipper = shipper;
    this.observers = List.copyOf(observers);
    this.metrics = metrics;
    this.clock = clock;
  }

  /**
   * Reads what was recorded. Nothing may be compared before; later it is read again where events
   * may not have arrived, and everything is to be compared anew.
   */
  public synchronized void recall() throws IOException {
    observers.forEach(Observer::recalling);
    // What is being recorded just now may be missing from the answer.
    held.keepOnly(beingRecorded);
    uses.keepOnly(beingRecorded);
    server.forEach(this::remember);
    metrics.objects(held.count());
  }

  private void remember(RecordedState recorded) {
    Resource resource = recorded.target().resource();
    if (resource == null || resource.uid() == null) {
      return;
    }
    if (resource.kind().equals(MARKER)) {
      String since = recorded.state().path("since").asText("");
      recordedTypes.put(resource.name(), since.isEmpty() ? recorded.since() : Instant.parse(since));
    } else if (!recorded.state().has("apiVersion")) {
      observers.forEach(observer -> observer.recorded(recorded));
    } else {
      hold(resource.uid(), typeName(recorded.state()), recorded.state(), recorded.since());
    }
  }

  private void hold(String uid, String type, ObjectNode state, Instant since) {
    held.hold(uid, type, state, since);
    uses.hold(uid, state, places.of(state, uid).service());
  }

  private void forget(String uid) {
    held.forget(uid);
    uses.forget(uid);
  }

  /** Group and kind, as a state tells them. */
  private static String typeName(JsonNode state) {
    String apiVersion = state.path("apiVersion").asText();
    int slash = apiVersion.indexOf('/');
    return (slash < 0 ? "" : apiVersion.substring(0, slash)) + "/" + state.path("kind").asText();
  }

  private static String typeName(ResourceType type) {
    return type.group() + "/" + type.kind();
  }

  /**
   * Whether an object that is not recorded was made since all of its type were, there or
   * everywhere. One that a list shows and that is older was there then, and nobody was to be told
   * of it: it has come to be as the selection says since. One whose deletion was told is back.
   */
  private boolean isMade(ResourceType type, JsonNode object, Sight sight) {
    JsonNode metadata = object.path("metadata");
    String namespace = metadata.path("namespace").textValue();
    Instant since = recordedTypes.get(marker(type, namespace));
    if (namespace != null && selection.comesAndGoes(type)) {
      if (selection.isBorn(namespace)) {
        return true;
      }
    } else if (recordedTypes.containsKey(type.name())) {
      since = recordedTypes.get(type.name());
    }
    if (since == null) {
      return false;
    }
    String created = metadata.path("creationTimestamp").asText("");
    return sight.live()
        || created.isEmpty()
        || deletions.get(type.path(namespace, metadata.path("name").asText())) != null
        // It stands in whole seconds.
        || Instant.parse(created).plusSeconds(1).isAfter(since);
  }

  /** What a type, or its objects of one namespace, are marked as recorded with. */
  private static String marker(ResourceType type, @Nullable String namespace) {
    return type.name() + (namespace == null ? "" : " of " + namespace);
  }

  /**
   * Notes that all objects of a type have a recorded state.
   *
   * @param since when the list of them began
   */
  private void record(ResourceType type, @Nullable String namespace, Instant since)
      throws IOException {
    String marker = marker(type, namespace);
    synchronized (this) {
      if (recordedTypes.containsKey(type.name()) || recordedTypes.containsKey(marker)) {
        return;
      }
    }
    Target target =
        new Target(
            null,
            null,
            null,
            places.cluster(),
            null,
            new Resource(MARKER, marker, clusterUid + "/" + marker));
    ObjectNode state = JsonNodeFactory.instance.objectNode().put("since", since.toString());
    server.baseline(target, clock.instant(), state);
    synchronized (this) {
      recordedTypes.put(marker, since);
    }
  }

  @Override
  public void present(ResourceType type, ObjectNode object, Sight sight) throws IOException {
    String uid = object.at("/metadata/uid").asText();
    Baseline baseline = null;
    synchronized (this) {
      String namespace = object.at("/metadata/namespace").textValue();
      if (!selection.includes(object)) {
        if (namespace == null || selection.includesNamespace(namespace)) {
          passedOver.add(uid);
        }
        metrics.noise("not selected");
        observers.forEach(observer -> observer.passedOver(type, object));
        return;
      }
      boolean passed = passedOver.remove(uid);
      Optional<HeldStates.Held> before = held.of(uid);
      if (before.isEmpty()) {
        replaced(type, object, sight);
      }
      ObjectNode recorded =
          before.isPresent() && CanonicalState.isAutoscaled(object) ? before.get().state() : null;
      ObjectNode after = canonical.of(object, recorded);
      if (before.isEmpty() && (passed || !isMade(type, object, sight))) {
        baseline = new Baseline(object, uid, after, since(object));
        hold(uid, typeName(type), after, baseline.since());
        beingRecorded.add(uid);
        metrics.objects(held.count());
      } else {
        changed(type, object, uid, before.orElse(null), after, sight);
      }
      causes.seen(uid, object);
    }
    if (baseline != null) {
      // Outside of the lock: it waits for the server.
      try {
        server.baseline(
            target(baseline.object(), uid, uses.of(baseline.object())),
            baseline.since(),
            baseline.state());
      } catch (IOException e) {
        synchronized (this) {
          forget(uid);
        }
        throw e;
      } finally {
        synchronized (this) {
          beingRecorded.remove(uid);
        }
      }
      seen(type, object, baseline.since(), null);
    }
  }

  /**
   * What a list shows in the place of another tells that the other is gone, and since when: a list
   * names what is there first, and what is missing when it ends.
   */
  private void replaced(ResourceType type, ObjectNode object, Sight sight) {
    JsonNode metadata = object.path("metadata");
    String namespace = metadata.path("namespace").textValue();
    Listing everywhere = beingListed.getOrDefault(marker(type, null), Listing.NONE);
    String old =
        beingListed
            .getOrDefault(marker(type, namespace), everywhere)
            .held()
            .get(
                HeldStates.place(
                    namespace == null ? "" : namespace, metadata.path("name").asText()));
    HeldStates.Held before = old == null ? null : held.of(old).orElse(null);
    if (old != null && before != null) {
      String created = metadata.path("creationTimestamp").asText("");
      Sight then = created.isEmpty() ? sight : sight.before(Instant.parse(created));
      gone(type, old, before, null, then);
    }
  }

  private record Baseline(ObjectNode object, String uid, ObjectNode state, Instant since) {}

  private Instant since(JsonNode object) {
    Instant now = clock.instant();
    return FieldManagers.lastWrite(object).filter(time -> time.isBefore(now)).orElse(now);
  }

  private void changed(
      ResourceType type,
      ObjectNode object,
      String uid,
      HeldStates.@Nullable Held before,
      ObjectNode after,
      Sight sight) {
    if (before != null && before.hexHash().equals(CanonicalContent.hash(after))) {
      metrics.noise(
          CanonicalState.isAutoscaled(object) ? "autoscaled" : "nothing declared changed");
      seen(type, object, before.since(), null);
      return;
    }
    ObjectChange change = new ObjectChange(type, before == null ? null : before.state(), after);
    if (before != null && change.differences().isEmpty()) {
      metrics.noise("recorded in another form");
      seen(type, object, before.since(), null);
      return;
    }
    if (before != null && isIncomparable(change.differences())) {
      String now = CanonicalContent.hash(after);
      if (underNewKey.getOrDefault(uid, now).equals(now)) {
        underNewKey.put(uid, now);
        metrics.noise("redacted with another key");
        seen(type, object, before.since(), null);
        return;
      }
    }
    AuditEvent event = ship(change, object, uid, before, sight);
    hold(uid, typeName(type), after, event.time());
    underNewKey.remove(uid);
    metrics.objects(held.count());
    seen(type, object, event.time(), event);
  }

  /** Hashes of different keys tell nothing of what they stand for. */
  private static boolean isIncomparable(List<Difference> differences) {
    return !differences.isEmpty()
        && differences.stream()
            .allMatch(
                one ->
                    one.before() != null
                        && one.after() != null
                        && RedactedValue.is(one.before().asText())
                        && RedactedValue.is(one.after().asText())
                        && !RedactedValue.keyIdOf(one.before().asText())
                            .equals(RedactedValue.keyIdOf(one.after().asText())));
  }

  private void seen(
      ResourceType type, ObjectNode object, Instant since, @Nullable AuditEvent event) {
    observers.forEach(observer -> observer.seen(type, object, since, event));
  }

  @Override
  public synchronized void deleted(ResourceType type, ObjectNode object) {
    String uid = object.at("/metadata/uid").asText();
    passedOver.remove(uid);
    held.of(uid)
        .filter(before -> !selection.isLeft(before.namespace()))
        .ifPresentOrElse(
            before -> gone(type, uid, before, object, Sight.LIVE),
            () -> observers.forEach(observer -> observer.vanished(type, object)));
  }

  @Override
  public synchronized void listing(ResourceType type, @Nullable String namespace) {
    beingListed.put(
        marker(type, namespace),
        new Listing(
            clock.instant(), selection.selectedNow(), held.uidsByPlace(typeName(type), namespace)));
  }

  @Override
  public void listed(ResourceType type, @Nullable String namespace, Set<String> uids, Sight sight)
      throws IOException {
    removeAllBut(type, namespace, uids, sight);
    observers.forEach(observer -> observer.listed(type, namespace, uids));
    Listing listing;
    synchronized (this) {
      listing = beingListed.remove(marker(type, namespace));
    }
    Instant begun = listing == null ? clock.instant() : listing.begun();
    if (!selection.comesAndGoes(type)) {
      record(type, namespace, begun);
    } else if (listing != null) {
      for (String one : listing.selected()) {
        record(type, one, begun);
      }
    }
  }

  /** What is recorded and is not among all that there are is gone. */
  private synchronized void removeAllBut(
      ResourceType type, @Nullable String namespace, Set<String> uids, Sight sight) {
    for (String uid : held.uidsOf(typeName(type), namespace)) {
      if (!uids.contains(uid)) {
        held.of(uid)
            .filter(before -> !selection.isLeft(before.namespace()))
            .ifPresent(before -> gone(type, uid, before, null, sight));
      }
    }
  }

  private void gone(
      ResourceType type,
      String uid,
      HeldStates.Held before,
      @Nullable ObjectNode last,
      Sight sight) {
    ObjectNode state = before.state();
    AuditEvent event =
        ship(new ObjectChange(type, state, null), last == null ? state : last, uid, before, sight);
    forget(uid);
    lastRollouts.remove(uid);
    underNewKey.remove(uid);
    causes.forget(uid);
    metrics.objects(held.count());
    observers.forEach(observer -> observer.gone(type, uid, event));
  }

  private AuditEvent ship(
      ObjectChange change,
      ObjectNode object,
      String uid,
      HeldStates.@Nullable Held before,
      Sight sight) {
    Instant now = clock.instant();
    Witness.Seen seen =
        new Witness.Seen(
            change.type(),
            object,
            change.differences(),
            change.after() == null,
            before == null ? null : before.since(),
            sight.live());
    Attribution by = witness.attribute(seen);
    Instant time = afterDeletion(change, object, time(change, object, before, by, sight, now));
    String old = before == null ? "" : before.hexHash();
    String fresh = change.after() == null ? "" : CanonicalContent.hash(change.after());
    Change.Builder what = change.change(object);
    tellRollback(change, uid, what);
    what.reason(causes.ofChange(uid, object, change));
    what.observedLate(interval(sight, before, object, time));
    List<String> users = uses.of(object);
    AuditEvent event =
        AuditEvent.builder(
                new EventRef(source, id(uid, old, fresh, object)), time, by.actor(), what.build())
            .onBehalfOf(by.onBehalfOf())
            .observedTime(now)
            .target(target(object, uid, users))
            .provenance(DeclaredOrigin.of(change))
            .build();
    shipper.accept(ExpectedState.expecting(old, event));
    tellUsers(event, users);
    if (change.isRollout()) {
      lastRollouts.put(uid, event.ref());
    }
    witness.shipped(seen, event);
    metrics.shipped(event, now);
    return event;
  }

  /** Where an object is; of the one service that it is there for if it says no other. */
  private Target target(JsonNode object, String uid, List<String> users) {
    Target target = places.of(object, uid);
    return target.service() == null && users.size() == 1
        ? new Target(
            users.get(0),
            target.environment(),
            target.region(),
            target.cluster(),
            target.namespace(),
            target.resource())
        : target;
  }

  /** What several services use concerns each; an event with a state has but one target. */
  private void tellUsers(AuditEvent event, List<String> users) {
    Target target = event.targets().get(0);
    if (target.service() != null || users.isEmpty()) {
      return;
    }
    AuditEvent.Builder more =
        AuditEvent.builder(
                new EventRef(source, event.ref().id() + "/users"),
                event.time(),
                Actor.unknown(),
                Change.of(event.change().kind(), Phase.OCCURRED, Folding.AMEND)
                    .summary("used by " + String.join(", ", users))
                    .build())
            .amends(event.ref());
    users.stream()
        .limit(MOST_USERS)
        .forEach(
            service ->
                more.target(
                    new Target(
                        service,
                        target.environment(),
                        target.region(),
                        target.cluster(),
                        target.namespace(),
                        null)));
    shipper.accept(more.build());
  }

  /** A template that the workload had before it took the one that is replaced now. */
  private void tellRollback(ObjectChange change, String uid, Change.Builder what) {
    ObjectNode before = change.before();
    ObjectNode after = change.after();
    if (before == null || after == null || !change.isRollout()) {
      return;
    }
    history
        .backTo(uid, after.at("/spec/template"), before.at("/spec/template"))
        .ifPresent(
            revision ->
                what.kind(ChangeKind.DEPLOYMENT)
                    .action(Change.ROLLBACK)
                    .summary(change.rollbackSummary(revision))
                    .rollbackOf(lastRollouts.get(uid)));
  }

  /** Never before the state that it ends, or the order of states would be another. */
  private static Instant time(
      ObjectChange change,
      JsonNode object,
      HeldStates.@Nullable Held before,
      Attribution by,
      Sight sight,
      Instant now) {
    Instant time = by.time();
    String stamp =
        change.after() == null
            ? object.at("/metadata/deletionTimestamp").asText("")
            : before == null ? object.at("/metadata/creationTimestamp").asText("") : "";
    if (time == null && !stamp.isEmpty()) {
      time = Instant.parse(stamp);
    }
    if (time == null) {
      time = sight.atTheLatest();
    }
    if (time == null || time.isAfter(now)) {
      time = now;
    }
    return before != null && time.isBefore(before.since()) ? before.since() : time;
  }

  /**
   * What an object is replaced with is made in whole seconds, of which the old one's deletion may
   * be in the midst: it was made after that.
   */
  private Instant afterDeletion(ObjectChange change, JsonNode object, Instant time) {
    JsonNode metadata = object.path("metadata");
    String place =
        change.type().path(metadata.path("namespace").textValue(), metadata.path("name").asText());
    if (change.after() == null) {
      deletions.put(place, time);
    } else if (change.before() == null) {
      Instant deletion = deletions.get(place);
      return deletion != null && deletion.isAfter(time) ? deletion : time;
    }
    return time;
  }

  private static @Nullable Interval interval(
      Sight sight, HeldStates.@Nullable Held before, JsonNode object, Instant time) {
    if (sight.live()) {
      return null;
    }
    Instant earliest = before == null ? null : before.since();
    String created = object.at("/metadata/creationTimestamp").asText("");
    if (earliest == null && !created.isEmpty()) {
      earliest = Instant.parse(created);
    }
    Instant seen = sight.unseenSince();
    if (seen != null && (earliest == null || seen.isAfter(earliest))) {
      earliest = seen;
    }
    return new Interval(earliest == null || earliest.isAfter(time) ? time : earliest, time);
  }

  private String id(String uid, String old, String fresh, JsonNode object) {
    return clusterUid
        + "/"
        + uid
        + "/"
        + shortened(old)
        + "-"
        + shortened(fresh)
        + "/"
        + object.at("/metadata/resourceVersion").asText("gone");
  }

  private static String shortened(String hash) {
    return hash.isEmpty() ? "none" : hash.substring(0, 16);
  }

  /**
   * The server has another state than an event began with, because another watcher was faster or
   * events were lost on the way: what it has counts from now on.
   *
   * @param live the object; {@code null} if it is gone
   */
  void superseded(ResourceType type, String uid, @Nullable ObjectNode live) throws IOException {
    Optional<RecordedState> recorded = server.of(type.kind(), uid);
    Instant unseen = recorded.map(RecordedState::since).orElse(null);
    synchronized (this) {
      metrics.superseded();
      LOG.log(
          System.Logger.Level.INFO,
          "{0} {1} was recorded in another state than was thought; it is compared anew",
          type,
          uid);
      if (recorded.isPresent()) {
        hold(uid, typeName(type), recorded.get().state(), recorded.get().since());
      } else {
        forget(uid);
      }
      if (live == null) {
        held.of(uid).ifPresent(before -> gone(type, uid, before, null, Sight.listed(unseen)));
        return;
      }
    }
    present(type, live, Sight.listed(unseen));
  }

  /** How many objects' states are held. */
  public synchronized int objects() {
    return held.count();
  }
}
