// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.codec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Interval;
import io.changetrail.model.InvalidEventException;
import io.changetrail.model.Links;
import io.changetrail.model.Origin;
import io.changetrail.model.Outcome;
import io.changetrail.model.Phase;
import io.changetrail.model.Provenance;
import io.changetrail.model.Resource;
import io.changetrail.model.StateChange;
import io.changetrail.model.Target;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** From a tree on the wire to the event; what no field takes stays in {@code unmapped}. */
final class EventReader {
  /** What the server adds when it gives events back; never part of an event. */
  static final Set<String> SERVER_ATTRIBUTES =
      Set.of("eventid", "seq", "ingestedtime", "conflicting", "reduced");

  private static final List<String> TIMES =
      List.of(
          "/time",
          "/data/context/timestamp",
          "/data/customData/changetrail/observedTime",
          "/data/customData/changetrail/change/observedLate/earliest",
          "/data/customData/changetrail/change/observedLate/latest");

  private static final Pattern CDEVENTS_VERSION = Pattern.compile("0\\.[1-6]\\.[0-9]+(-draft)?");

  private EventReader() {}

  static AuditEvent read(ObjectNode envelope) {
    AuditEvent event = known(envelope);
    ObjectNode unmapped = Trees.remainder(envelope, EventWriter.write(event));
    SERVER_ATTRIBUTES.forEach(name -> unmapped.remove("/" + name));
    // The same moment in another spelling; kept, it would make a redelivery a conflict.
    TIMES.forEach(unmapped::remove);
    return unmapped.isEmpty() ? event : event.toBuilder().unmapped(unmapped).build();
  }

  /** Only what fields take; what it does not look for is most of the work. */
  static AuditEvent known(ObjectNode envelope) {
    Fields fields = new Fields(envelope, "");
    String version = fields.requiredText("specversion");
    if (!version.equals("1.0")) {
      throw fields.wrong("specversion", "must be 1.0, the only CloudEvents version supported");
    }
    EventRef ref = new EventRef(fields.requiredText("source"), fields.requiredText("id"));
    String type = fields.requiredText("type");
    CdEventTypes.Meaning meaning = meaning(type);
    Fields data = fields.requiredObject("data");
    Fields context = data.requiredObject("context");
    checkVersion(context);
    equal(context, "id", ref.id());
    equal(context, "source", ref.source());
    equal(context, "type", type);
    Instant time = fields.time("time");
    Instant timestamp = context.time("timestamp");
    if (time == null) {
      time = timestamp;
    }
    if (time == null) {
      throw fields.wrong("time", "is required: when did it happen?");
    }
    if (timestamp != null && !timestamp.equals(time)) {
      throw context.wrong("timestamp", "differs from the CloudEvents time; send the same in both");
    }
    Fields subject = data.requiredObject("subject");
    String subjectId = subject.requiredText("id");
    Fields content = subject.object("content");
    JsonNode custom = data.raw("customData");
    Fields ours =
        custom instanceof ObjectNode customData && customData.has("changetrail")
            ? new Fields(customData, "data.customData").requiredObject("changetrail")
            : null;
    AuditEvent withoutType;
    if (ours == null) {
      withoutType =
          foreignEvent(ref, time, type, subjectId, content, meaning)
              .links(links(fields, null))
              .build();
    } else {
      try {
        withoutType = ownEvent(ref, time, ours).links(links(fields, ours)).build();
      } catch (InvalidEventException e) {
        throw WireNames.onTheWire(e, ours.path());
      }
    }
    return CdEventTypes.derive(withoutType).equals(type)
        ? withoutType
        : withoutType.toBuilder().type(type).build();
  }

  private static CdEventTypes.@Nullable Meaning meaning(String type) {
    if (type.startsWith(CdEventTypes.CUSTOM)) {
      return null;
    }
    if (!type.startsWith(CdEventTypes.STANDARD)) {
      throw new InvalidEventException(
          "type",
          "is not a CDEvents type; use a standard one such as dev.cdevents.service.deployed.0.3.0"
              + " or a custom one such as dev.cdeventsx.mytool-thing.changed.0.1.0");
    }
    return CdEventTypes.meaning(type)
        .orElseThrow(
            () ->
                new InvalidEventException(
                    "type",
                    "is not a type of CDEvents 0.1 to 0.6; the nearest is "
                        + CdEventTypes.STANDARD
                        + Names.nearest(
                            CdEventTypes.subjectAndPredicate(type), CdEventTypes.known())
                        + ", custom types begin with "
                        + CdEventTypes.CUSTOM));
  }

  private static void checkVersion(Fields context) {
    String version =
        context.raw("specversion") != null ? context.text("specversion") : context.text("version");
    if (version == null) {
      throw context.wrong("specversion", "is required: the version of CDEvents, such as 0.5.1");
    }
    if (!CDEVENTS_VERSION.matcher(version).matches()) {
      throw context.wrong("specversion", "must be a CDEvents version from 0.1 to 0.6");
    }
  }

  private static void equal(Fields context, String field, String expected) {
    if (!context.requiredText(field).equals(expected)) {
      throw context.wrong(
          field, "differs from the CloudEvents " + field + "; send the same in both");
    }
  }

  private static AuditEvent.Builder ownEvent(EventRef ref, Instant time, Fields ours) {
    EventRef amends = ref(ours.object("amends"));
    Actor actor = actor(ours.object("actor"));
    if (actor == null) {
      if (amends == null) {
        throw ours.wrong(
            "actor",
            "is required; if nobody knows who it was, say"
                + " {\"id\":\"unknown\",\"kind\":\"system\",\"evidence\":\"unknown\"}");
      }
      actor = Actor.unknown();
    }
    AuditEvent.Builder event =
        AuditEvent.builder(ref, time, actor, change(ours.requiredObject("change")));
    event.onBehalfOf(actor(ours.object("onBehalfOf")));
    for (Fields target : ours.objects("targets")) {
      event.target(WireNames.within(target, EventReader::target));
    }
    event.provenance(provenance(ours));
    event.origin(origin(ours.object("origin")));
    event.amends(amends);
    event.observedTime(ours.time("observedTime"));
    Fields attributes = ours.object("attributes");
    if (attributes != null) {
      Map<String, JsonNode> all = new LinkedHashMap<>();
      attributes.node().properties().forEach(entry -> all.put(entry.getKey(), entry.getValue()));
      event.attributes(all);
    }
    return event;
  }

  private static @Nullable Actor actor(@Nullable Fields fields) {
    return fields == null
        ? null
        : WireNames.within(
            fields,
            given ->
                new Actor(
                    given.requiredText("id"),
                    given.text("name"),
                    given.requiredOneOf(Actor.Kind.class, "kind"),
                    given.text("via"),
                    given.requiredOneOf(Actor.Evidence.class, "evidence")));
  }

  private static Target target(Fields fields) {
    Fields resource = fields.object("resource");
    String flag = fields.text("feature_flag.key");
    Resource changed = null;
    if (resource != null) {
      changed =
          new Resource(
              resource.requiredText("kind"), resource.requiredText("name"), resource.text("uid"));
    } else if (flag != null) {
      changed = new Resource(Resource.FEATURE_FLAG, flag, null);
    }
    return new Target(
        fields.text("service.name"),
        fields.text("deployment.environment.name"),
        fields.text("cloud.region"),
        fields.text("k8s.cluster.name"),
        fields.text("k8s.namespace.name"),
        changed);
  }

  private static Change change(Fields fields) {
    Fields late = fields.object("observedLate");
    Interval observedLate = null;
    if (late != null) {
      Instant earliest = late.time("earliest");
      Instant latest = late.time("latest");
      if (earliest == null || latest == null) {
        throw late.wrong(earliest == null ? "earliest" : "latest", "is required");
      }
      observedLate = new Interval(earliest, latest);
    }
    return Change.of(
            ChangeKind.of(fields.requiredText("kind")),
            fields.requiredOneOf(Phase.class, "phase"),
            fields.requiredText("action"))
        .outcome(fields.oneOf(Outcome.class, "outcome"))
        .id(fields.text("id"))
        .summary(fields.text("summary"))
        .reason(fields.text("reason"))
        .ticket(fields.text("ticket"))
        .state(state(fields))
        .rollout(fields.number("rollout"))
        .rollbackOf(ref(fields.object("rollbackOf")))
        .observedLate(observedLate)
        .backfilled(fields.flag("backfilled"))
        .build();
  }

  private static StateChange state(Fields fields) {
    JsonNode patch = fields.raw("patch");
    if (patch != null && !patch.isArray()) {
      throw fields.wrong("patch", "must be a JSON array of RFC 6902 operations");
    }
    for (Fields operation : fields.objects("patch")) {
      operation.requiredText("op");
      String path = operation.text("path");
      if (path == null || !(path.isEmpty() || path.startsWith("/"))) {
        throw operation.wrong("path", "must be a JSON Pointer (RFC 6901), such as /spec/replicas");
      }
    }
    return new StateChange(
        fields.raw("before"),
        fields.raw("after"),
        (ArrayNode) patch,
        fields.texts("redacted"),
        fields.flag("truncated"));
  }

  private static Provenance provenance(Fields fields) {
    Provenance.Vcs vcs =
        new Provenance.Vcs(
            fields.text("vcs.repository.url.full"),
            fields.text("vcs.ref.head.revision"),
            fields.text("vcs.ref.head.name"),
            fields.text("vcs.commit.author"),
            fields.text("vcs.commit.message"),
            fields.text("vcs.change.id"),
            fields.text("vcs.compare.url.full"));
    Provenance.Build build =
        new Provenance.Build(
            fields.text("cicd.system.name"),
            fields.text("cicd.pipeline.name"),
            fields.text("cicd.pipeline.run.id"),
            fields.text("cicd.pipeline.run.url.full"),
            fields.text("cicd.pipeline.task.name"));
    List<Provenance.Artifact> artifacts = new ArrayList<>();
    for (Fields artifact : fields.objects("artifacts")) {
      artifacts.add(WireNames.within(artifact, EventReader::artifact));
    }
    return new Provenance(
        vcs.equals(NO_VCS) ? null : vcs, build.equals(NO_BUILD) ? null : build, artifacts);
  }

  private static Provenance.Artifact artifact(Fields fields) {
    return new Provenance.Artifact(
        fields.text("purl"), fields.text("digest"), fields.text("version"));
  }

  private static final Provenance.Vcs NO_VCS =
      new Provenance.Vcs(null, null, null, null, null, null, null);
  private static final Provenance.Build NO_BUILD =
      new Provenance.Build(null, null, null, null, null);

  private static Links links(Fields envelope, @Nullable Fields ours) {
    List<EventRef> causes = new ArrayList<>();
    Map<String, String> urls = new LinkedHashMap<>();
    if (ours != null) {
      for (Fields cause : ours.objects("causedBy")) {
        causes.add(WireNames.within(cause, EventReader::reference));
      }
      Fields named = ours.object("urls");
      if (named != null) {
        named
            .node()
            .fieldNames()
            .forEachRemaining(name -> urls.put(name, named.requiredText(name)));
      }
    }
    return new Links(envelope.text("traceparent"), envelope.text("tracestate"), causes, urls);
  }

  private static @Nullable Origin origin(@Nullable Fields fields) {
    if (fields == null) {
      return null;
    }
    Long number = fields.count("number");
    return new Origin(
        fields.requiredText("installation"),
        fields.text("replica"),
        fields.text("epoch"),
        number == null ? 0 : number,
        fields.text("previousEpoch"),
        fields.count("previousLast"));
  }

  private static @Nullable EventRef ref(@Nullable Fields fields) {
    return fields == null ? null : WireNames.within(fields, EventReader::reference);
  }

  private static EventRef reference(Fields fields) {
    return new EventRef(fields.requiredText("source"), fields.requiredText("id"));
  }

  /** Says of a foreign event what its type and subject show, and no more. */
  private static AuditEvent.Builder foreignEvent(
      EventRef ref,
      Instant time,
      String type,
      String subjectId,
      @Nullable Fields content,
      CdEventTypes.@Nullable Meaning meaning) {
    if (meaning == null) {
      Change custom =
          Change.of(ChangeKind.ACTIVITY, Phase.OCCURRED, "report")
              .summary(CdEventTypes.subjectAndPredicate(type) + " " + subjectId)
              .build();
      return AuditEvent.builder(ref, time, Actor.unknown(), custom);
    }
    ForeignSubject subject = new ForeignSubject(type, subjectId, content);
    Change change =
        Change.of(meaning.kind(), meaning.phase(), meaning.action())
            .outcome(subject.outcome(meaning.outcome()))
            .summary(CdEventTypes.subjectAndPredicate(type).replace('.', ' ') + ": " + subjectId)
            .build();
    AuditEvent.Builder event = AuditEvent.builder(ref, time, subject.actor(), change);
    subject.targets().forEach(event::target);
    return event.provenance(subject.provenance());
  }
}
