// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.redaction;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** What stands where a secret would, and is none: a reference, a switch, a mask. */
final class Placeholders {
  private static final int LONGEST = 256;

  private static final Set<String> WORDS =
      Set.of(
          "true",
          "false",
          "yes",
          "no",
          "on",
          "off",
          "null",
          "nil",
          "none",
          "undefined",
          "read",
          "write",
          "inherit");

  /**
   * {@code ${{ secrets.NAME }}} of GitHub Actions, {@code {{ .Values.name }}} of Helm, {@code
   * ${NAME}}, {@code $NAME} and {@code $(NAME)} of shells and Kubernetes, {@code %NAME%} of
   * Windows, and asterisks.
   */
  private static final Pattern REFERENCE =
      Pattern.compile(
          "\\$?\\{\\{-?[ A-Za-z0-9_.|\\[\\]()-]{1,200}\\}\\}"
              + "|\\$\\{[A-Za-z_][A-Za-z0-9_.-]{0,100}\\}"
              + "|\\$[A-Z_][A-Z0-9_]{2,100}"
              + "|\\$\\([A-Z_][A-Z0-9_]{0,100}\\)"
              + "|%[A-Z_][A-Z0-9_]{1,100}%"
              + "|\\*{3,64}"
              + "|\\[?(?:REDACTED|FILTERED|MASKED)\\]?");

  private Placeholders() {}

  static boolean is(String value) {
    if (value.length() > LONGEST) {
      return false;
    }
    return switch (value.isEmpty() ? ' ' : value.charAt(0)) {
      case ' ' -> value.isBlank();
      case '$', '{', '%', '*', '[', 'R', 'F', 'M' ->
          REFERENCE.matcher(value).matches() || isWord(value);
      default -> isWord(value);
    };
  }

  private static boolean isWord(String value) {
    return value.length() <= 9 && WORDS.contains(value.toLowerCase(Locale.ROOT));
  }
}
