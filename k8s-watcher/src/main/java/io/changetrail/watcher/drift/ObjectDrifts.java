// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.drift;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Interval;
import io.changetrail.model.Links;
import io.changetrail.model.Phase;
import io.changetrail.model.Resource;
import io.changetrail.model.Target;
import io.changetrail.model.content.CanonicalContent;
import io.changetrail.model.diff.StructuralDiff;
import io.changetrail.watcher.capture.ClusterWatch;
import io.changetrail.watcher.capture.Latest;
import io.changetrail.watcher.capture.Observer;
import io.changetrail.watcher.capture.Places;
import io.changetrail.watcher.cluster.ResourceType;
import io.changetrail.watcher.recorded.RecordedState;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Drift that shows in no field: an object that is not there, or of which only somebody else knows
 * how it should be. It is judged again and again, and told and recorded as that of fields is. An
 * object whose fields are told to have drifted is not told again as a whole. Thread-safe.
 */
public final class ObjectDrifts implements Observer {
  private static final String SUFFIX = "/drift";

  /** Stands for the object among its fields. */
  static final String WHOLE = "(object)";

  private final String clusterUid;
  private final String source;
  private final Places places;
  private final Drifts ofFields;
  private final List<ObjectFinder> finders;
  private final Consumer<AuditEvent> shipper;
  private final InstantSource clock;
  private final Map<String, Open> open = new HashMap<>();

  /** The end of each drift that is over, which the next of the same object must not precede. */
  private final Latest<Instant> ended = new Latest<>();

  private record Open(Target target, Instant since, ObjectNode state) {}

  /**
   * @param clusterUid part of each event's id
   * @param source of all events
   * @param ofFields drifts that are told by field
   * @param finders of one object the first that finds it tells
   * @param shipper takes events and returns at once
   */
  public ObjectDrifts(
      String clusterUid,
      String source,
      Places places,
      Drifts ofFields,
      List<ObjectFinder> finders,
      Consumer<AuditEvent> shipper,
      InstantSource clock) {
    this.clusterUid = clusterUid;
    this.source = source;
    this.places = places;
    this.ofFields = ofFields;
    this.finders = List.copyOf(finders);
    this.shipper = shipper;
    this.clock = clock;
  }

  @Override
  public synchronized void recalling() {
    open.clear();
  }

  @Override
  public synchronized void recorded(RecordedState recorded) {
    Resource resource = recorded.target().resource();
    if (resource == null || resource.uid() == null || !resource.kind().equals(Drifts.KIND)) {
      return;
    }
    String id = resource.uid().substring(0, resource.uid().length() - SUFFIX.length());
    if (recorded.state().path("fields").has(WHOLE)) {
      String since = recorded.state().path("since").asText("");
      open.put(
          id,
          new Open(
              recorded.target(),
              since.isEmpty() ? recorded.since() : Instant.parse(since),
              recorded.state()));
    }
  }

  @Override
  public void seen(
      ResourceType type, ObjectNode object, Instant recordedSince, @Nullable AuditEvent shipped) {
    finders.forEach(finder -> finder.seen(type, object, recordedSince, shipped));
  }

  @Override
  public void gone(ResourceType type, String uid, AuditEvent shipped) {
    finders.forEach(finder -> finder.gone(type, uid, shipped));
  }

  @Override
  public void passedOver(ResourceType type, ObjectNode object) {
    finders.forEach(finder -> finder.passedOver(type, object));
  }

  @Override
  public void vanished(ResourceType type, ObjectNode object) {
    finders.forEach(finder -> finder.vanished(type, object));
  }

  @Override
  public void listed(ResourceType type, @Nullable String namespace, Set<String> uids) {
    finders.forEach(finder -> finder.listed(type, namespace, uids));
  }

  /** Looks at all of it, once everything was seen. */
  public void judge(ClusterWatch watch) {
    Set<String> told = ofFields.places();
    for (ObjectFinder finder : finders) {
      Set<String> now = new HashSet<>();
      for (Finding finding : finder.found(watch)) {
        if (told.add(place(finding.object()))) {
          now.add(finding.id());
          begin(finding);
        }
      }
      end(finder, now);
    }
  }

  /** Where an object is, as the targets of drifts tell it. */
  private static String place(JsonNode object) {
    return Drifts.where(object.at("/metadata/namespace").textValue(), Drifts.title(object));
  }

  private synchronized void begin(Finding finding) {
    if (open.containsKey(finding.id())) {
      return;
    }
    Instant now = clock.instant();
    AuditEvent cause = finding.cause();
    Instant last = ended.get(finding.id());
    Instant time =
        cause == null || (last != null && cause.time().isBefore(last)) ? now : cause.time();
    ObjectNode state =
        Drifts.state(
            finding.object(),
            time,
            List.of(
                new DriftedField(
                    List.of(WHOLE), text(finding.declared()), text(finding.live()), finding.by())));
    Target of = places.of(finding.object(), finding.id());
    Target target =
        new Target(
            of.service() == null && cause != null ? cause.targets().get(0).service() : of.service(),
            of.environment(),
            of.region(),
            of.cluster(),
            of.namespace(),
            new Resource(Drifts.KIND, Drifts.title(finding.object()), finding.id() + SUFFIX));
    Change.Builder change =
        change(finding.id(), time, Change.DRIFT)
            .state(StructuralDiff.between(null, state))
            .summary(
                Drifts.place(finding.object())
                    + " drifted: declared "
                    + (finding.declared() == null ? "absent" : finding.declared())
                    + ", live "
                    + (finding.live() == null ? "absent" : finding.live())
                    + " ("
                    + finding.by()
                    + ")");
    if (cause == null && finding.since().isBefore(time)) {
      change.observedLate(new Interval(finding.since(), time));
    }
    ship(finding.id(), target, change.build(), state, time, cause, null);
    open.put(finding.id(), new Open(target, time, state));
  }

  private static @Nullable JsonNode text(@Nullable String word) {
    return word == null ? null : TextNode.valueOf(word);
  }

  /** Ends what is not found any longer, or is told by its fields now. */
  private void end(ObjectFinder finder, Set<String> found) {
    Set<String> over = new HashSet<>();
    synchronized (this) {
      for (String id : open.keySet()) {
        if (id.startsWith(finder.prefix()) && !found.contains(id)) {
          over.add(id);
        }
      }
    }
    Set<String> byField = ofFields.places();
    for (String id : over) {
      synchronized (this) {
        Open drift = open.get(id);
        if (drift != null) {
          boolean told = byField.contains(place(drift.target()));
          if (told || finder.isOver(id)) {
            end(id, drift, finder.endedBy(id), told);
          }
        }
      }
    }
  }

  private static String place(Target target) {
    Resource resource = target.resource();
    return Drifts.where(target.namespace(), resource == null ? "" : resource.name());
  }

  private void end(String id, Open drift, @Nullable AuditEvent by, boolean told) {
    Instant now = clock.instant();
    Instant time = by == null || by.time().isBefore(drift.since()) ? now : by.time();
    Duration lasted = Duration.between(drift.since(), time);
    Change change =
        change(id, drift.since(), Change.DRIFT_RESOLVED)
            .state(StructuralDiff.between(drift.state(), null))
            .summary(
                drift.state().path("object").asText()
                    + (told
                        ? ": drift is told by its fields from here on"
                        : ": drift is over after " + lasted.toSeconds() + " s"))
            .build();
    ship(id, drift.target(), change, drift.state(), time, by, lasted);
    open.remove(id);
    ended.put(id, time);
  }

  private static Change.Builder change(String id, Instant since, String action) {
    return Change.of(ChangeKind.CONFIG, Phase.OCCURRED, action).id("drift/" + id + "/" + since);
  }

  private void ship(
      String id,
      Target target,
      Change change,
      ObjectNode state,
      Instant time,
      @Nullable AuditEvent by,
      @Nullable Duration lasted) {
    AuditEvent.Builder event =
        AuditEvent.builder(
                new EventRef(
                    source,
                    clusterUid
                        + "/"
                        + id
                        + SUFFIX
                        + "/"
                        + CanonicalContent.hash(state).substring(0, 16)
                        + (lasted == null ? "" : "/end")),
                time,
                by == null ? Actor.unknown() : by.actor(),
                change)
            .observedTime(clock.instant())
            .target(target);
    if (by != null) {
      event.onBehalfOf(by.onBehalfOf()).links(new Links(null, null, List.of(by.ref()), Map.of()));
    }
    if (lasted != null) {
      event.attribute("changetrail.drift.duration", TextNode.valueOf(lasted.toString()));
    }
    shipper.accept(event.build());
  }
}
