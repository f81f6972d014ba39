// SPDX-License-Identifier: Apache-2.0
package io.changetrail.shipper;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Events that are numbered together, 1 upwards without a break.
 *
 * @param epoch random id that was written with the spool
 */
record Sequence(String source, String installation, String epoch) {
  ObjectNode toJson() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("source", source)
        .put("installation", installation)
        .put("epoch", epoch);
  }

  static Sequence fromJson(JsonNode json) {
    return new Sequence(
        json.path("source").asText(),
        json.path("installation").asText(),
        json.path("epoch").asText());
  }
}
