// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.diff;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.model.RedactedValue;
import io.changetrail.model.StateChange;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Puts differences into one line. */
final class DiffSummary {
  private static final int MOST_SHOWN = 4;
  private static final int LONGEST_VALUE = 40;

  private static final Pattern BREAKS = Pattern.compile("[\\s\\p{Cntrl}\\u0085\\u2028\\u2029]+");

  private DiffSummary() {}

  static String of(StateChange state, List<Difference> differences) {
    if (state.beforeState().isEmpty() && state.afterState().isPresent()) {
      return "created" + fields(state.after());
    }
    if (state.beforeState().isPresent() && state.afterState().isEmpty()) {
      return "deleted" + fields(state.before());
    }
    if (differences.isEmpty()) {
      return "no difference";
    }
    List<String> parts = new ArrayList<>();
    for (Difference difference : differences.subList(0, Math.min(MOST_SHOWN, differences.size()))) {
      parts.add(describe(difference));
    }
    int more = differences.size() - parts.size();
    return String.join(", ", parts) + (more > 0 ? " and " + more + " more" : "");
  }

  private static String fields(@Nullable JsonNode node) {
    return node == null || !node.isContainerNode() ? "" : " (" + node.size() + " fields)";
  }

  private static String describe(Difference difference) {
    String name = name(difference.path());
    JsonNode before = difference.before();
    JsonNode after = difference.after();
    if (before != null && before.isMissingNode()) {
      return after == null
          ? name + " removed"
          : name + (after.isMissingNode() ? " changed" : " → " + value(after));
    }
    if (before != null && after != null) {
      if (RedactedValue.is(before.asText()) || RedactedValue.is(after.asText())) {
        return name + " " + redacted(before.asText(), after.asText());
      }
      if (before.isTextual() && after.isTextual()) {
        String image = imageTag(before.textValue(), after.textValue());
        if (image != null) {
          return image;
        }
      }
      return name + " " + value(before) + " → " + value(after);
    }
    return after != null ? name + " " + value(after) + " added" : name + " removed";
  }

  private static String redacted(String before, String after) {
    String beforeKey = RedactedValue.keyIdOf(before).orElse(null);
    String afterKey = RedactedValue.keyIdOf(after).orElse(null);
    boolean comparable =
        beforeKey != null && afterKey != null && Objects.equals(beforeKey, afterKey);
    boolean mixed = RedactedValue.is(before) != RedactedValue.is(after);
    return comparable || mixed ? "changed (redacted)" : "not comparable (redacted, other key)";
  }

  /** {@code image tag 1.4.1 → 1.4.2} where only the tag of an image reference differs. */
  private static @Nullable String imageTag(String before, String after) {
    int left = before.lastIndexOf(':');
    int right = after.lastIndexOf(':');
    boolean tagged =
        left > before.lastIndexOf('/')
            && left > 0
            && right > 0
            && before.indexOf('/') >= 0
            && !before.contains("@")
            && !before.contains("://")
            && before.substring(0, left).equals(after.substring(0, right));
    return tagged
        ? "image tag " + before.substring(left + 1) + " → " + after.substring(right + 1)
        : null;
  }

  /** The last segment that tells a person something. */
  private static String name(List<String> path) {
    if (path.isEmpty()) {
      return "value";
    }
    String last = path.get(path.size() - 1);
    boolean bare = last.equals("value") || last.chars().allMatch(Character::isDigit);
    return line(bare && path.size() > 1 ? path.get(path.size() - 2) : last);
  }

  private static String value(JsonNode node) {
    return line(node.isTextual() ? node.textValue() : node.toString());
  }

  /** At most {@value #LONGEST_VALUE} characters without line breaks. */
  private static String line(String text) {
    String line = BREAKS.matcher(text).replaceAll(" ").strip();
    if (line.isEmpty()) {
      return "\"\"";
    }
    return line.codePointCount(0, line.length()) > LONGEST_VALUE
        ? line.substring(0, line.offsetByCodePoints(0, LONGEST_VALUE - 1)) + "…"
        : line;
  }
}
