// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.codec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.Links;
import io.changetrail.model.Provenance;
import io.changetrail.model.StateChange;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/**
 * Keeps events within {@value #MAX_BYTES} encoded bytes, and within what {@link CloudEventsCodec}
 * reads back. A larger one keeps its envelope: who, what, when and where. Its parts are cut in this
 * order until it fits: long texts of the diff, whole states, the patch, what the wire carried
 * beside the fields, attributes, links, artifacts, free text, and at the very last targets. What
 * was cut is named in the attribute {@value #TRUNCATED}; of a diff {@link StateChange#truncated()}
 * says it too.
 */
public final class EventLimits {
  /** The largest encoding of an event that is kept whole. */
  public static final int MAX_BYTES = 256 << 10;

  /** The attribute that names the parts which were cut from an event: an array of texts. */
  public static final String TRUNCATED = "changetrail.truncated";

  private static final CloudEventsCodec CODEC = new CloudEventsCodec();
  private static final int FEW = 16;

  /** One way to make an event smaller, and the name of the part that it cuts. */
  private record Cut(String part, UnaryOperator<AuditEvent> cut) {}

  private static final List<Cut> CUTS =
      List.of(
          new Cut("change.state", event -> withState(event, shortTexts(state(event)))),
          new Cut("change.state", event -> withState(event, patchOnly(state(event)))),
          new Cut("change.state", event -> withState(event, nothing(state(event)))),
          new Cut("unmapped", EventLimits::withoutUnmapped),
          new Cut("attributes", event -> event.toBuilder().attributes(marker(event)).build()),
          new Cut("links", EventLimits::withFewLinks),
          new Cut("artifacts", EventLimits::withFewArtifacts),
          new Cut("text", EventLimits::withShortTexts),
          new Cut("targets", EventLimits::withFewTargets));

  /** The event, or a cut one if it is too large. Never fails because of size or depth. */
  public AuditEvent fit(AuditEvent event) {
    AuditEvent fitting = readable(event);
    if (SizeBound.of(fitting) <= MAX_BYTES) {
      return fitting;
    }
    for (Cut cut : CUTS) {
      if (CODEC.encode(fitting).length <= MAX_BYTES) {
        return fitting;
      }
      AuditEvent smaller = cut.cut().apply(fitting);
      fitting = smaller.equals(fitting) ? fitting : marked(smaller, cut.part());
    }
    return fitting;
  }

  /** Trees that are deeper than the decoder takes, or hold what is no Unicode, are mended. */
  private static AuditEvent readable(AuditEvent event) {
    AuditEvent readable = event;
    StateChange state = trimmed(state(event), TreeTrim::readable);
    if (!state.equals(state(event))) {
      readable = marked(withState(readable, state), "change.state");
    }
    Map<String, JsonNode> attributes = new LinkedHashMap<>();
    readable.attributes().forEach((name, value) -> attributes.put(name, TreeTrim.readable(value)));
    if (!attributes.equals(readable.attributes())) {
      readable = marked(readable.toBuilder().attributes(attributes).build(), "attributes");
    }
    ObjectNode unmapped = JsonNodeFactory.instance.objectNode();
    event
        .unmapped()
        .properties()
        .forEach(field -> unmapped.set(field.getKey(), TreeTrim.readable(field.getValue())));
    return unmapped.equals(event.unmapped())
        ? readable
        : marked(readable.toBuilder().unmapped(unmapped).build(), "unmapped");
  }

  private static StateChange state(AuditEvent event) {
    return event.change().state();
  }

  private static AuditEvent withState(AuditEvent event, StateChange state) {
    return event.toBuilder().change(event.change().toBuilder().state(state).build()).build();
  }

  private static AuditEvent withoutUnmapped(AuditEvent event) {
    return event.toBuilder().unmapped(JsonNodeFactory.instance.objectNode()).build();
  }

  private static AuditEvent withFewLinks(AuditEvent event) {
    Links links = event.links();
    Map<String, String> urls = new LinkedHashMap<>();
    links.urls().entrySet().stream()
        .limit(FEW)
        .forEach(url -> urls.put(url.getKey(), url.getValue()));
    return event.toBuilder()
        .links(
            new Links(
                links.traceparent(),
                links.tracestate(),
                links.causedBy().stream().limit(FEW).toList(),
                urls))
        .build();
  }

  private static AuditEvent withFewArtifacts(AuditEvent event) {
    Provenance provenance = event.provenance();
    return event.toBuilder()
        .provenance(
            new Provenance(
                provenance.vcs(),
                provenance.build(),
                provenance.artifacts().stream().limit(FEW).toList()))
        .build();
  }

  private static AuditEvent withShortTexts(AuditEvent event) {
    Change change = event.change();
    String reason = change.reason();
    AuditEvent.Builder cut =
        event.toBuilder()
            .change(
                change.toBuilder().reason(reason == null ? null : TreeTrim.cut(reason)).build());
    Provenance.Vcs vcs = event.provenance().vcs();
    if (vcs != null && vcs.message() != null) {
      cut.provenance(
          new Provenance(
              new Provenance.Vcs(
                  vcs.repository(),
                  vcs.revision(),
                  vcs.ref(),
                  vcs.author(),
                  TreeTrim.cut(vcs.message()),
                  vcs.pullRequest(),
                  vcs.compareUrl()),
              event.provenance().build(),
              event.provenance().artifacts()));
    }
    return cut.build();
  }

  private static AuditEvent withFewTargets(AuditEvent event) {
    AuditEvent cut = event;
    while (cut.targets().size() > 1 && CODEC.encode(cut).length > MAX_BYTES - MARKER_ROOM) {
      cut = cut.toBuilder().targets(cut.targets().subList(0, cut.targets().size() / 2)).build();
    }
    return cut;
  }

  /** What the marker itself may take. */
  private static final int MARKER_ROOM = 256;

  /** The marker, if there is one. */
  private static Map<String, JsonNode> marker(AuditEvent event) {
    JsonNode marker = event.attributes().get(TRUNCATED);
    return marker == null ? Map.of() : Map.of(TRUNCATED, marker);
  }

  private static AuditEvent marked(AuditEvent event, String part) {
    TreeSet<String> parts = new TreeSet<>();
    event
        .attributes()
        .getOrDefault(TRUNCATED, JsonNodeFactory.instance.arrayNode())
        .forEach(known -> parts.add(known.asText()));
    parts.add(part);
    ArrayNode names = JsonNodeFactory.instance.arrayNode();
    parts.forEach(names::add);
    Map<String, JsonNode> attributes = new LinkedHashMap<>();
    attributes.put(TRUNCATED, names);
    event
        .attributes()
        .forEach(
            (name, value) -> {
              if (attributes.size() < AuditEvent.MAX_ATTRIBUTES) {
                attributes.putIfAbsent(name, value);
              }
            });
    return event.toBuilder().attributes(attributes).build();
  }

  private static StateChange shortTexts(StateChange state) {
    return trimmed(state, TreeTrim::shortened);
  }

  private static StateChange patchOnly(StateChange state) {
    return state.isEmpty() ? state : new StateChange(null, null, state.patch(), List.of(), true);
  }

  private static StateChange nothing(StateChange state) {
    return state.isEmpty() ? state : new StateChange(null, null, null, List.of(), true);
  }

  /** The same instance if no part of it changes. */
  private static StateChange trimmed(StateChange state, UnaryOperator<JsonNode> trim) {
    JsonNode before = state.before() == null ? null : trim.apply(state.before());
    JsonNode after = state.after() == null ? null : trim.apply(state.after());
    JsonNode patch = state.patch() == null ? null : trim.apply(state.patch());
    boolean same =
        Objects.equals(before, state.before())
            && Objects.equals(after, state.after())
            && Objects.equals(patch, state.patch());
    return same ? state : new StateChange(before, after, (ArrayNode) patch, state.redacted(), true);
  }
}
