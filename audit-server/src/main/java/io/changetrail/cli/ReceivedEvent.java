// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.InvalidEventException;
import io.changetrail.model.codec.CloudEventsCodec;
import java.util.Optional;

/**
 * An event as the server gives it: a CloudEvent with the server's own facts as extension
 * attributes.
 */
record ReceivedEvent(
    String eventId,
    Optional<String> seq,
    Optional<String> ingestedTime,
    Optional<String> clockOffset,
    boolean conflicting,
    boolean reduced,
    AuditEvent event) {
  private static final CloudEventsCodec CODEC = new CloudEventsCodec();

  static ReceivedEvent from(JsonNode json) {
    if (!(json instanceof ObjectNode envelope)) {
      throw Failure.refused("the server sent something else where an event belongs", null);
    }
    try {
      return new ReceivedEvent(
          envelope.path("eventid").asText(),
          text(envelope, "seq"),
          text(envelope, "ingestedtime"),
          text(envelope, "clockoffset"),
          envelope.path("conflicting").asBoolean(),
          envelope.path("reduced").asBoolean(),
          CODEC.decode(envelope.deepCopy()));
    } catch (InvalidEventException e) {
      throw Failure.refused(
          "the server sent an event that this version cannot read: " + e.getMessage(),
          "use the changetrail of the server's version, or --json",
          e);
    }
  }

  private static Optional<String> text(ObjectNode envelope, String name) {
    return Optional.ofNullable(envelope.get(name)).map(JsonNode::asText);
  }
}
