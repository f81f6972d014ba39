// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.codec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;

/** Cuts JSON trees to what the decoder reads back. What is cut says so in its place. */
final class TreeTrim {
  /** Longer texts are cut to this length. */
  private static final int LONG_TEXT = 1024;

  /** The decoder takes 64 levels, of which an event's own fields need up to eight. */
  private static final int DEEPEST = 56;

  private static final int LONGEST_NAME = 512;
  private static final int MOST_DIGITS = 100;

  private TreeTrim() {}

  /** Without what the decoder would refuse; the same instance if there is nothing of that kind. */
  static JsonNode readable(JsonNode node) {
    return isReadable(node, 0) ? node : rebuilt(node, 0, Integer.MAX_VALUE);
  }

  /** With long texts cut. */
  static JsonNode shortened(JsonNode node) {
    return rebuilt(node, 0, LONG_TEXT);
  }

  /** The text, cut if it is long. */
  static String cut(String text) {
    return cut(text, LONG_TEXT);
  }

  private static String cut(String text, int longest) {
    if (text.length() <= longest) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(longest - 1)) ? longest - 1 : longest;
    return text.substring(0, end) + "… (" + (text.length() - end) + " characters cut)";
  }

  private static boolean isReadable(JsonNode node, int depth) {
    if (node.isTextual()) {
      return isUnicode(node.textValue());
    }
    if (node.isNumber()) {
      return isReadableNumber(node);
    }
    if (!node.isContainerNode()) {
      return true;
    }
    if (depth == DEEPEST) {
      return false;
    }
    if (node.isObject()) {
      for (var field : node.properties()) {
        boolean fine = field.getKey().length() <= LONGEST_NAME && isUnicode(field.getKey());
        if (!fine || !isReadable(field.getValue(), depth + 1)) {
          return false;
        }
      }
      return true;
    }
    for (JsonNode item : node) {
      if (!isReadable(item, depth + 1)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isReadableNumber(JsonNode node) {
    return node.isBigDecimal()
        ? ReadableNumbers.isReadable(node.decimalValue()) && node.asText().length() <= MOST_DIGITS
        : !node.isBigInteger() || node.asText().length() <= MOST_DIGITS;
  }

  private static JsonNode rebuilt(JsonNode node, int depth, int longestText) {
    if (node.isTextual()) {
      return TextNode.valueOf(cut(unicode(node.textValue()), longestText));
    }
    if (node.isNumber() && !isReadableNumber(node)) {
      return TextNode.valueOf(cut(node.asText(), MOST_DIGITS));
    }
    if (node.isContainerNode() && depth == DEEPEST) {
      return TextNode.valueOf("… (deeper levels cut)");
    }
    if (node instanceof ObjectNode object) {
      ObjectNode copy = JsonNodeFactory.instance.objectNode();
      object
          .properties()
          .forEach(
              field ->
                  copy.set(
                      name(field.getKey()), rebuilt(field.getValue(), depth + 1, longestText)));
      return copy;
    }
    if (node instanceof ArrayNode array) {
      ArrayNode copy = JsonNodeFactory.instance.arrayNode(array.size());
      array.forEach(item -> copy.add(rebuilt(item, depth + 1, longestText)));
      return copy;
    }
    return node;
  }

  /** Two long names that begin alike stay two. */
  private static String name(String name) {
    String text = unicode(name);
    return text.length() <= LONGEST_NAME
        ? text
        : cut(text, LONGEST_NAME - 64) + " #" + Integer.toHexString(text.hashCode());
  }

  /** Whether each surrogate has its partner, without which there is no UTF-8 of it. */
  static boolean isUnicode(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isSurrogate(c)) {
        boolean pair =
            Character.isHighSurrogate(c)
                && i + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(i + 1));
        if (!pair) {
          return false;
        }
        i++;
      }
    }
    return true;
  }

  private static String unicode(String text) {
    if (isUnicode(text)) {
      return text;
    }
    StringBuilder mended = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            point ->
                mended.appendCodePoint(
                    point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE
                        ? 0xFFFD
                        : point));
    return mended.toString();
  }
}
