// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.codec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/** Overlaying JSON trees and taking them apart again. */
final class Trees {
  private Trees() {}

  /** Puts {@code over} on top of {@code base}, object by object; anything else replaces. */
  static void overlay(ObjectNode base, ObjectNode over) {
    for (Map.Entry<String, JsonNode> field : over.properties()) {
      JsonNode below = base.get(field.getKey());
      if (below instanceof ObjectNode lower && field.getValue() instanceof ObjectNode upper) {
        overlay(lower, upper);
      } else {
        base.set(field.getKey(), field.getValue());
      }
    }
  }

  /**
   * What must be {@linkplain #overlay overlaid} on {@code derived} to have all of {@code whole}.
   */
  static ObjectNode remainder(ObjectNode whole, ObjectNode derived) {
    ObjectNode rest = JsonNodeFactory.instance.objectNode();
    for (Map.Entry<String, JsonNode> field : whole.properties()) {
      JsonNode value = field.getValue();
      JsonNode known = derived.get(field.getKey());
      if (known == null) {
        rest.set(field.getKey(), value);
      } else if (value instanceof ObjectNode object && known instanceof ObjectNode derivedObject) {
        ObjectNode deeper = remainder(object, derivedObject);
        if (!deeper.isEmpty()) {
          rest.set(field.getKey(), deeper);
        }
      } else if (!same(known, value)) {
        rest.set(field.getKey(), value);
      }
    }
    return rest;
  }

  /** Numbers are the same whatever way they are held: 50 read from text and 50.0 of a record. */
  private static boolean same(JsonNode one, JsonNode other) {
    return one.equals(other)
        || (one.isNumber()
            && other.isNumber()
            && one.decimalValue().compareTo(other.decimalValue()) == 0);
  }
}
