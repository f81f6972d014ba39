// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.codec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.StateChange;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Keeps events within {@value #MAX_BYTES} encoded bytes. A larger one keeps its envelope: who,
 * what, when and where are never cut; first long texts of the diff go, then whole states, then what
 * the wire carried beside the fields. What was cut is marked.
 */
public final class EventLimits {
  /** The largest encoding of an event that is kept whole. */
  public static final int MAX_BYTES = 256 << 10;

  /** The attribute that names the parts which were cut from an event. */
  public static final String TRUNCATED = "changetrail.truncated";

  /** Texts of a diff that are longer are cut to this length first. */
  private static final int LONG_TEXT = 1024;

  private static final CloudEventsCodec CODEC = new CloudEventsCodec();

  /** The event, or a cut one if it is too large. */
  public AuditEvent fit(AuditEvent event) {
    if (size(event) <= MAX_BYTES) {
      return event;
    }
    StateChange state = event.change().state();
    AuditEvent cut = event;
    if (!state.isEmpty()) {
      cut =
          withState(
              event,
              new StateChange(
                  shortened(state.before()),
                  shortened(state.after()),
                  (ArrayNode) shortened(state.patch()),
                  state.redacted(),
                  true));
      if (size(cut) > MAX_BYTES) {
        cut =
            withState(
                event,
                new StateChange(null, null, (ArrayNode) shortened(state.patch()), List.of(), true));
      }
      if (size(cut) > MAX_BYTES) {
        cut = withState(event, new StateChange(null, null, null, List.of(), true));
      }
    }
    if (size(cut) > MAX_BYTES) {
      cut = withoutExtras(cut, "unmapped", true, false);
    }
    if (size(cut) > MAX_BYTES) {
      cut = withoutExtras(cut, "attributes", true, true);
    }
    return cut;
  }

  private static AuditEvent withState(AuditEvent event, StateChange state) {
    return event.toBuilder().change(event.change().toBuilder().state(state).build()).build();
  }

  private static AuditEvent withoutExtras(
      AuditEvent event, String part, boolean unmapped, boolean attributes) {
    Map<String, JsonNode> kept = new LinkedHashMap<>(attributes ? Map.of() : event.attributes());
    kept.put(TRUNCATED, TextNode.valueOf(part));
    return event.toBuilder()
        .unmapped(unmapped ? JsonNodeFactory.instance.objectNode() : event.unmapped())
        .attributes(kept)
        .build();
  }

  private static int size(AuditEvent event) {
    return CODEC.encode(event).length;
  }

  private static @Nullable JsonNode shortened(@Nullable JsonNode node) {
    if (node == null) {
      return null;
    }
    if (node.isTextual() && node.textValue().length() > LONG_TEXT) {
      String text = node.textValue();
      int end = Character.isHighSurrogate(text.charAt(LONG_TEXT - 1)) ? LONG_TEXT - 1 : LONG_TEXT;
      return TextNode.valueOf(
          text.substring(0, end) + "… (" + (text.length() - end) + " characters cut)");
    }
    if (node instanceof ObjectNode object) {
      ObjectNode copy = JsonNodeFactory.instance.objectNode();
      object.properties().forEach(field -> copy.set(field.getKey(), shortened(field.getValue())));
      return copy;
    }
    if (node instanceof ArrayNode array) {
      ArrayNode copy = JsonNodeFactory.instance.arrayNode();
      array.forEach(item -> copy.add(shortened(item)));
      return copy;
    }
    return node;
  }
}
