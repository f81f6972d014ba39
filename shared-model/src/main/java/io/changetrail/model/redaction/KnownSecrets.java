// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.redaction;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.changetrail.model.RedactedValue;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Secrets that were found in the trees of an event, wherever else they stand in it: a summary that
 * was made from the state before it was redacted, an argument that repeats a variable's value. A
 * summary may show the beginning of a value alone, with an ellipsis after it.
 */
@SuppressWarnings("ReferenceEquality") // the same instance says that nothing was replaced
final class KnownSecrets {
  /** Shorter values are words that stand elsewhere for reasons of their own. */
  private static final int SHORTEST = 6;

  private static final int SHORTEST_IN_TREES = 8;
  private static final int MOST_IN_TREES = 64;

  private static final char ELLIPSIS = '\u2026';

  /** What is shown of a value is rarely longer, and a beginning that is shorter tells nothing. */
  private static final int LONGEST_BEGINNING = 256;

  private static final int SHORTEST_BEGINNING = 4;

  private final List<String> longestFirst;
  private final List<String> inTrees;

  /** Values that held secrets, on one line, with what they became; by how they begin. */
  private final Map<String, List<Concealed>> byBeginning = new HashMap<>();

  private final Replacement replacement;

  private record Concealed(String value, int shown) {}

  /**
   * @param found values that are secret as a whole
   * @param concealed values that had a secret in them, and what they became
   */
  KnownSecrets(Collection<String> found, Map<String, String> concealed, Replacement replacement) {
    concealed.forEach(
        (value, became) -> {
          addBeginning(value, became);
          String inJson = TextNode.valueOf(value).toString();
          if (inJson.length() > value.length() + 2) { // characters of it are escaped there
            addBeginning(inJson.substring(1, inJson.length() - 1), became);
          }
        });
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
    return withoutBeginnings(replaced(text, longestFirst));
  }

  private void addBeginning(String value, String became) {
    String line = onOneLine(value);
    String shownWhole = onOneLine(became);
    if (line.length() > SHORTEST_BEGINNING) {
      int shown = 0;
      while (shown < Math.min(line.length(), shownWhole.length())
          && line.charAt(shown) == shownWhole.charAt(shown)) {
        shown++;
      }
      byBeginning
          .computeIfAbsent(line.substring(0, SHORTEST_BEGINNING), ignored -> new ArrayList<>())
          .add(new Concealed(line, shown));
    }
  }

  private static String onOneLine(String value) {
    return value.replaceAll("\\s+", " ").strip();
  }

  /** Of a value that was cut short before it was redacted, what stands before its secret. */
  private String withoutBeginnings(String text) {
    if (byBeginning.isEmpty() || text.indexOf(ELLIPSIS) < 0) {
      return text;
    }
    StringBuilder out = new StringBuilder(text.length());
    int copied = 0;
    for (int end = text.indexOf(ELLIPSIS); end >= 0; end = text.indexOf(ELLIPSIS, end + 1)) {
      int secret = secretBefore(text, Math.max(copied, end - LONGEST_BEGINNING), end);
      if (secret < end) {
        out.append(text, copied, secret).append(RedactedValue.UNKEYED);
        copied = end;
      }
    }
    return out.append(text, copied, text.length()).toString();
  }

  /** Where the part that may not be shown begins, of a value that ends there; else its end. */
  private int secretBefore(String text, int from, int end) {
    for (int start = from; start <= end - SHORTEST_BEGINNING; start++) {
      List<Concealed> values =
          byBeginning.getOrDefault(text.substring(start, start + SHORTEST_BEGINNING), List.of());
      for (Concealed concealed : values) {
        if (text.regionMatches(start, concealed.value(), 0, end - start)) {
          return Math.min(end, start + concealed.shown());
        }
      }
    }
    return end;
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
