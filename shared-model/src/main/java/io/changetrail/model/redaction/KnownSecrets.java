// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.redaction;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Secrets that were found by where they stood in an event, wherever else they stand in it: a
 * summary that was made from the state before it was redacted, an argument that repeats a
 * variable's value.
 */
@SuppressWarnings("ReferenceEquality") // the same instance says that nothing was replaced
final class KnownSecrets {
  /** Shorter values are words that stand elsewhere for reasons of their own. */
  private static final int SHORTEST = 6;

  private static final int SHORTEST_IN_TREES = 8;
  private static final int MOST_IN_TREES = 64;

  private final List<String> longestFirst;
  private final List<String> inTrees;
  private final Replacement replacement;

  KnownSecrets(Collection<String> found, Replacement replacement) {
    this.longestFirst =
        found.stream()
            .filter(value -> value.length() >= SHORTEST)
            .sorted(Comparator.comparingInt(String::length).reversed())
            .toList();
    this.inTrees =
        longestFirst.stream().filter(KnownSecrets::isUnmistakable).limit(MOST_IN_TREES).toList();
    this.replacement = replacement;
  }

  /** Free text without them. */
  String outOf(String text) {
    return replaced(text, longestFirst);
  }

  /** The tree with them taken out of its values. */
  JsonNode outOf(JsonNode node) {
    if (inTrees.isEmpty()) {
      return node;
    }
    if (node instanceof ObjectNode object) {
      ObjectNode copy = JsonNodeFactory.instance.objectNode();
      boolean changed = false;
      for (Map.Entry<String, JsonNode> field : object.properties()) {
        JsonNode value = outOf(field.getValue());
        changed |= value != field.getValue();
        copy.set(field.getKey(), value);
      }
      return changed ? copy : object;
    }
    if (node instanceof ArrayNode array) {
      ArrayNode copy = JsonNodeFactory.instance.arrayNode(array.size());
      boolean changed = false;
      for (JsonNode item : array) {
        JsonNode value = outOf(item);
        changed |= value != item;
        copy.add(value);
      }
      return changed ? copy : array;
    }
    if (!node.isTextual()) {
      return node;
    }
    String text = replaced(node.textValue(), inTrees);
    return text.equals(node.textValue()) ? node : TextNode.valueOf(text);
  }

  private String replaced(String text, List<String> secrets) {
    String result = text;
    for (String secret : secrets) {
      result = replaced(result, secret);
    }
    return result;
  }

  private String replaced(String text, String secret) {
    StringBuilder out = null;
    int copied = 0;
    for (int at = text.indexOf(secret); at >= 0; at = text.indexOf(secret, at + 1)) {
      int end = at + secret.length();
      if (at >= copied && isWhole(text, at, end)) {
        out = out == null ? new StringBuilder(text.length() + 96) : out;
        out.append(text, copied, at).append(replacement.of(secret, false));
        copied = end;
      }
    }
    return out == null ? text : out.append(text, copied, text.length()).toString();
  }

  private static boolean isWhole(String text, int start, int end) {
    return (start == 0
            || !Character.isLetterOrDigit(text.charAt(start - 1))
            || !Character.isLetterOrDigit(text.charAt(start)))
        && (end == text.length()
            || !Character.isLetterOrDigit(text.charAt(end))
            || !Character.isLetterOrDigit(text.charAt(end - 1)));
  }

  /** Not the name of anything: letters and digits mixed, or signs that names do not have. */
  private static boolean isUnmistakable(String value) {
    boolean letter = false;
    boolean digit = false;
    boolean sign = false;
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      letter |= Character.isLetter(c);
      digit |= Character.isDigit(c);
      sign |= !Character.isLetterOrDigit(c) && "-_./: ".indexOf(c) < 0;
    }
    return value.length() >= SHORTEST_IN_TREES && ((letter && digit) || sign);
  }
}
