// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.drift;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
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
import io.changetrail.model.diff.Difference;
import io.changetrail.model.diff.StructuralDiff;
import io.changetrail.watcher.attribution.Attribution;
import io.changetrail.watcher.attribution.Witness;
import io.changetrail.watcher.capture.CanonicalState;
import io.changetrail.watcher.capture.Observer;
import io.changetrail.watcher.capture.Places;
import io.changetrail.watcher.cluster.ResourceType;
import io.changetrail.watcher.recorded.RecordedState;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Live objects that are not as they were declared: each drift has an event when it begins, one when
 * it becomes another, and one when it is over. Which drifts are open is recorded as the state of a
 * resource of its own beside the object, so a restart neither repeats nor forgets one. Thread-safe.
 */
public final class Drifts implements Observer {
  /** The kind of the resource that holds an object's drift. */
  public static final String KIND = "ConfigDrift";

  private static final String SUFFIX = "/drift";

  /** So that one event can tell all of them. */
  private static final int MOST = 100;

  private final String clusterUid;
  private final String source;
  private final Places places;
  private final CanonicalState canonical;
  private final List<Declaration> declarations;
  private final Witness witness;
  private final Consumer<AuditEvent> shipper;
  private final InstantSource clock;
  private final AppliedFields applied = new AppliedFields();
  private final Map<String, Open> open = new HashMap<>();

  /**
   * A drift that is not over.
   *
   * @param target the resource that holds it
   */
  private record Open(Target target, Instant since, ObjectNode state, List<DriftedField> fields) {}

  /**
   * @param clusterUid part of each event's id
   * @param source of all events
   * @param shipper takes events and returns at once
   */
  public Drifts(
      String clusterUid,
      String source,
      Places places,
      CanonicalState canonical,
      List<Declaration> declarations,
      Witness witness,
      Consumer<AuditEvent> shipper,
      InstantSource clock) {
    this.clusterUid = clusterUid;
    this.source = source;
    this.places = places;
    this.canonical = canonical;
    this.declarations = List.copyOf(declarations);
    this.witness = witness;
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
    if (resource == null || resource.uid() == null || !resource.kind().equals(KIND)) {
      return;
    }
    if (recorded.state().path("fields").has(ObjectDrifts.WHOLE)) {
      return;
    }
    List<DriftedField> fields = new ArrayList<>();
    recorded.state().path("fields").forEach(field -> fields.add(DriftedField.of(field)));
    String since = recorded.state().path("since").asText("");
    open.put(
        resource.uid().substring(0, resource.uid().length() - SUFFIX.length()),
        new Open(
            recorded.target(),
            since.isEmpty() ? recorded.since() : Instant.parse(since),
            recorded.state(),
            fields));
  }

  @Override
  public synchronized void seen(
      ResourceType type, ObjectNode object, Instant recordedSince, @Nullable AuditEvent shipped) {
    String uid = object.at("/metadata/uid").asText();
    Open before = open.get(uid);
    List<Difference> changed =
        shipped == null ? List.of() : StructuralDiff.differences(shipped.change().state());
    List<DriftedField> taken = applied.taken(object, changed);
    applied.remember(object);
    List<List<Declaration.Declared>> declared =
        declarations.stream()
            .map(declaration -> declaration.of(object))
            .filter(versions -> !versions.isEmpty())
            .toList();
    if (before == null && taken.isEmpty() && declared.isEmpty()) {
      return;
    }
    ObjectNode live = canonical.whole(object, null);
    Map<List<String>, DriftedField> fields = new LinkedHashMap<>();
    for (List<Declaration.Declared> versions : declared) {
      nearest(versions, live).forEach(field -> fields.putIfAbsent(field.path(), field));
    }
    stillTaken(before, object, live).forEach(field -> fields.putIfAbsent(field.path(), field));
    taken.forEach(field -> fields.putIfAbsent(field.path(), field));
    fields.keySet().removeIf(path -> isAutoscaled(object, path));
    List<DriftedField> now =
        fields.values().stream().limit(MOST).map(DriftedField::bounded).toList();
    tell(type, object, uid, recordedSince, before, now, shipped);
  }

  /** How an object departs from the version that it is most like. */
  private List<DriftedField> nearest(List<Declaration.Declared> versions, ObjectNode live) {
    return versions.stream()
        .map(one -> DeclaredFields.compare(canonical.whole(one.state(), null), live, one.by()))
        .min(Comparator.comparing(List::size))
        .orElse(List.of());
  }

  /** What was taken from an applier stays drift until it is as before or somebody applies it. */
  private static List<DriftedField> stillTaken(
      @Nullable Open before, ObjectNode object, ObjectNode live) {
    if (before == null) {
      return List.of();
    }
    List<DriftedField> still = new ArrayList<>();
    for (DriftedField field : before.fields()) {
      if (!AppliedFields.isTaken(field)) {
        continue;
      }
      JsonNode value = DeclaredFields.at(live, field.path());
      JsonNode present = DriftedField.bounded(value.isMissingNode() ? null : value);
      if (!Objects.equals(present, field.declared())
          && !AppliedFields.isApplied(object, field.path())) {
        still.add(new DriftedField(field.path(), field.declared(), present, field.by()));
      }
    }
    return still;
  }

  private static boolean isAutoscaled(JsonNode object, List<String> path) {
    return path.equals(List.of("spec", "replicas")) && CanonicalState.isAutoscaled(object);
  }

  private void tell(
      ResourceType type,
      ObjectNode object,
      String uid,
      Instant recordedSince,
      @Nullable Open before,
      List<DriftedField> now,
      @Nullable AuditEvent shipped) {
    if (before == null ? now.isEmpty() : isSame(before.fields(), now)) {
      return;
    }
    Instant seen = clock.instant();
    Instant time = shipped == null ? seen : shipped.time();
    Instant since = before == null ? time : before.since();
    ObjectNode state = now.isEmpty() ? null : state(object, since, now);
    Target target = before == null ? target(object, uid, shipped) : before.target();
    Change.Builder change =
        Change.of(
                ChangeKind.CONFIG,
                Phase.OCCURRED,
                now.isEmpty() ? Change.DRIFT_RESOLVED : Change.DRIFT)
            .id("drift/" + uid + "/" + since)
            .state(StructuralDiff.between(before == null ? null : before.state(), state))
            .summary(now.isEmpty() ? resolved(object, since, time) : drifted(object, now));
    if (shipped == null && recordedSince.isBefore(time)) {
      change.observedLate(new Interval(recordedSince, time));
    } else if (shipped != null) {
      change.observedLate(shipped.change().observedLate());
    }
    ship(type, object, uid, target, change.build(), time, since, now, shipped);
    if (state == null) {
      open.remove(uid);
    } else {
      open.put(uid, new Open(target, since, state, now));
    }
  }

  private static boolean isSame(List<DriftedField> before, List<DriftedField> now) {
    if (before.size() != now.size()) {
      return false;
    }
    for (int i = 0; i < now.size(); i++) {
      if (!before.get(i).isSame(now.get(i))) {
        return false;
      }
    }
    return true;
  }

  private void ship(
      ResourceType type,
      ObjectNode object,
      String uid,
      Target target,
      Change change,
      Instant time,
      Instant since,
      List<DriftedField> now,
      @Nullable AuditEvent shipped) {
    List<Difference> drifted =
        now.stream()
            .map(field -> new Difference(field.path(), field.declared(), field.live()))
            .toList();
    Witness.Seen write =
        new Witness.Seen(
            type,
            object,
            shipped == null ? drifted : StructuralDiff.differences(shipped.change().state()),
            false,
            null,
            shipped != null && shipped.change().observedLate() == null);
    Attribution by = witness.attribute(write);
    AuditEvent.Builder event =
        AuditEvent.builder(
                new EventRef(source, id(uid, change, object)),
                time,
                shipped == null ? by.actor() : shipped.actor(),
                change)
            .onBehalfOf(shipped == null ? by.onBehalfOf() : shipped.onBehalfOf())
            .observedTime(clock.instant())
            .target(target);
    if (shipped != null) {
      event.links(new Links(null, null, List.of(shipped.ref()), Map.of()));
    }
    if (now.isEmpty()) {
      event.attribute(
          "changetrail.drift.duration", TextNode.valueOf(Duration.between(since, time).toString()));
    }
    AuditEvent told = event.build();
    shipper.accept(told);
    witness.shipped(write, told);
  }

  private String id(String uid, Change change, JsonNode object) {
    return clusterUid
        + "/"
        + uid
        + SUFFIX
        + "/"
        + hash(change.state().before())
        + "-"
        + hash(change.state().after())
        + "/"
        + object.at("/metadata/resourceVersion").asText("gone");
  }

  private static String hash(@Nullable JsonNode state) {
    return state == null ? "none" : CanonicalContent.hash(state).substring(0, 16);
  }

  private Target target(ObjectNode object, String uid, @Nullable AuditEvent shipped) {
    Target of = places.of(object, uid);
    return new Target(
        of.service() == null && shipped != null ? shipped.targets().get(0).service() : of.service(),
        of.environment(),
        of.region(),
        of.cluster(),
        of.namespace(),
        new Resource(KIND, title(object), uid + SUFFIX));
  }

  static ObjectNode state(ObjectNode object, Instant since, List<DriftedField> fields) {
    ObjectNode state = JsonNodeFactory.instance.objectNode();
    state.put("object", title(object)).put("since", since.toString());
    ObjectNode byName = state.putObject("fields");
    fields.forEach(field -> byName.set(String.join(".", field.path()), field.json()));
    return state;
  }

  /** Kind and name, as kubectl takes them. */
  static String title(JsonNode object) {
    return object.path("kind").asText() + "/" + object.at("/metadata/name").asText();
  }

  private static String drifted(ObjectNode object, List<DriftedField> fields) {
    String declaredBy =
        fields.stream().map(DriftedField::by).distinct().collect(Collectors.joining(", "));
    String first =
        fields.stream().limit(3).map(DriftedField::line).collect(Collectors.joining("; "));
    return line(
        place(object)
            + " drifted: "
            + first
            + (fields.size() > 3 ? "; and " + (fields.size() - 3) + " more" : "")
            + " ("
            + declaredBy
            + ")");
  }

  private static String resolved(ObjectNode object, Instant since, Instant time) {
    return place(object)
        + ": as declared again after "
        + Duration.between(since, time).toSeconds()
        + " s";
  }

  /** Where drifts are open. */
  synchronized Set<String> places() {
    Set<String> places = new HashSet<>();
    open.values()
        .forEach(
            drift ->
                places.add(
                    where(drift.target().namespace(), drift.state().path("object").asText())));
    return places;
  }

  /**
   * Where an object is.
   *
   * @param title as {@link #title} has it
   */
  static String where(@Nullable String namespace, String title) {
    return (namespace == null ? "" : namespace) + "/" + title;
  }

  static String place(JsonNode object) {
    String namespace = object.at("/metadata/namespace").asText("");
    return object.path("kind").asText()
        + " "
        + (namespace.isEmpty() ? "" : namespace + "/")
        + object.at("/metadata/name").asText();
  }

  private static String line(String text) {
    return text.length() <= 2000 ? text : text.substring(0, 1999) + "…";
  }

  @Override
  public synchronized void gone(ResourceType type, String uid, AuditEvent shipped) {
    applied.forget(uid);
    Open drift = open.remove(uid);
    if (drift == null) {
      return;
    }
    Instant now = clock.instant();
    Change change =
        Change.of(ChangeKind.CONFIG, Phase.OCCURRED, Change.DRIFT_RESOLVED)
            .id("drift/" + uid + "/" + drift.since())
            .state(StructuralDiff.between(drift.state(), null))
            .summary(drift.state().path("object").asText() + ": drift is over, as the object is")
            .build();
    shipper.accept(
        AuditEvent.builder(
                new EventRef(source, id(uid, change, JsonNodeFactory.instance.objectNode())),
                now,
                shipped.actor(),
                change)
            .onBehalfOf(shipped.onBehalfOf())
            .observedTime(now)
            .links(new Links(null, null, List.of(shipped.ref()), Map.of()))
            .target(drift.target())
            .attribute(
                "changetrail.drift.duration",
                TextNode.valueOf(Duration.between(drift.since(), now).toString()))
            .build());
  }
}
