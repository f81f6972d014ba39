// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.codec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.InvalidEventException;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The condition that an event may be sent under: it counts only if its resource is still in the
 * state that the sender started from. On the wire the CloudEvents extension attribute {@value
 * #ATTRIBUTE}: hex SHA-256 of the canonical state, or {@value #NONE} for a resource without one. It
 * is of the sending, not of the event, and is not stored.
 */
public final class ExpectedState {
  static final String ATTRIBUTE = "expectedstate";
  static final String NONE = "none";

  private static final String PLACE = "/" + ATTRIBUTE;
  private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");

  private ExpectedState() {}

  /**
   * The event under this condition.
   *
   * @param hash of the state before; the empty string expects a resource without a state
   */
  public static AuditEvent expecting(String hash, AuditEvent event) {
    ObjectNode unmapped = event.unmapped().deepCopy();
    unmapped.put(PLACE, hash.isEmpty() ? NONE : hash);
    return event.toBuilder().unmapped(unmapped).build();
  }

  /**
   * The hash that an event is sent under; the empty string expects a resource without a state.
   *
   * @throws InvalidEventException if the attribute is none of the two
   */
  public static Optional<String> of(AuditEvent event) {
    JsonNode given = event.unmapped().get(PLACE);
    if (given == null) {
      return Optional.empty();
    }
    String text = given.asText();
    if (!text.equals(NONE) && !HASH.matcher(text).matches()) {
      throw new InvalidEventException(
          ATTRIBUTE, "is neither '" + NONE + "' nor the 64 hex digits of a state's SHA-256");
    }
    return Optional.of(text.equals(NONE) ? "" : text);
  }

  /** The event itself. */
  public static AuditEvent without(AuditEvent event) {
    if (!event.unmapped().has(PLACE)) {
      return event;
    }
    ObjectNode unmapped = event.unmapped().deepCopy();
    unmapped.remove(PLACE);
    return event.toBuilder().unmapped(unmapped).build();
  }
}
