// SPDX-License-Identifier: Apache-2.0
package io.changetrail.shipper;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;

/** Numbers that will not come by themselves, both inclusive, and why. */
record Loss(Sequence sequence, long first, long last, String reason, Instant at) {
  /** The spool was full, so the oldest went. */
  static final String SPOOL_FULL = "spool full";

  /** The disk took nothing, and memory was full too. */
  static final String DISK_FULL = "disk full";

  /** Files of the spool are damaged or were removed. */
  static final String SPOOL_DAMAGED = "spool damaged";

  /** An event could not be redacted, encoded or appended; more words follow. */
  static final String NOT_SPOOLED = "could not be spooled";

  long count() {
    return last - first + 1;
  }

  /** Everything but its sequence. */
  ObjectNode toJson() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("first", first)
        .put("last", last)
        .put("reason", reason)
        .put("at", at.toString());
  }

  static Loss fromJson(Sequence sequence, JsonNode json) {
    return new Loss(
        sequence,
        json.path("first").longValue(),
        json.path("last").longValue(),
        json.path("reason").asText(),
        Instant.parse(json.path("at").asText()));
  }
}
