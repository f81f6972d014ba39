// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.codec;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Comparator;
import java.util.Map;

/**
 * Takes from a tree what another one does not have, and puts it back.
 *
 * <p>What is left over is kept by its place, as a JSON Pointer, rather than as a tree of its own: a
 * field beside {@code targets[1]} then comes back only if that target is still there, and never
 * brings a part of the event to life again that somebody has removed.
 */
final class Trees {
  /** Tells what differs; has no order. */
  private static final Comparator<JsonNode> BY_VALUE = Trees::compare;

  private Trees() {}

  /** Puts values to their places; one whose surroundings are gone goes too. */
  static void overlay(ObjectNode base, ObjectNode valuesByPointer) {
    for (Map.Entry<String, JsonNode> entry : valuesByPointer.properties()) {
      JsonPointer place = JsonPointer.compile(entry.getKey());
      if (base.at(place.head()) instanceof ObjectNode parent) {
        parent.set(place.last().getMatchingProperty(), entry.getValue());
      }
    }
  }

  /**
   * What must be {@linkplain #overlay overlaid} on {@code derived} to have all of {@code whole}.
   */
  static ObjectNode remainder(ObjectNode whole, ObjectNode derived) {
    ObjectNode rest = JsonNodeFactory.instance.objectNode();
    collect(whole, derived, JsonPointer.empty(), rest);
    return rest;
  }

  private static void collect(
      ObjectNode whole, ObjectNode derived, JsonPointer place, ObjectNode rest) {
    for (Map.Entry<String, JsonNode> field : whole.properties()) {
      JsonNode value = field.getValue();
      JsonNode known = derived.get(field.getKey());
      if (known != null && same(known, value)) {
        continue;
      }
      JsonPointer here = place.appendProperty(field.getKey());
      if (value instanceof ObjectNode object && known instanceof ObjectNode derivedObject) {
        collect(object, derivedObject, here, rest);
      } else if (value instanceof ArrayNode array
          && known instanceof ArrayNode derivedArray
          && pairwiseObjects(array, derivedArray)) {
        for (int i = 0; i < array.size(); i++) {
          collect(
              (ObjectNode) array.get(i),
              (ObjectNode) derivedArray.get(i),
              here.appendIndex(i),
              rest);
        }
      } else {
        rest.set(here.toString(), value);
      }
    }
  }

  private static boolean pairwiseObjects(ArrayNode one, ArrayNode other) {
    if (one.size() != other.size()) {
      return false;
    }
    for (int i = 0; i < one.size(); i++) {
      if (!one.get(i).isObject() || !other.get(i).isObject()) {
        return false;
      }
    }
    return true;
  }

  /** Numbers are the same whatever way they are held: 50 read from text and 50.0 of a record. */
  private static boolean same(JsonNode one, JsonNode other) {
    return one.equals(BY_VALUE, other);
  }

  private static int compare(JsonNode one, JsonNode other) {
    if (one.equals(other)) {
      return 0;
    }
    return one.isNumber() && other.isNumber()
        ? one.decimalValue().compareTo(other.decimalValue())
        : 1;
  }
}
