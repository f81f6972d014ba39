// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.capture;

import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which jobs something applies to, by their full names. A pattern is a name in which {@code *}
 * stands for any characters within a folder, {@code **} for any at all, and {@code ?} for one; a
 * folder's name stands for everything in it. Several are separated by commas or line breaks.
 */
public record JobPatterns(List<Pattern> included, List<Pattern> excluded) {
  /**
   * The jobs of these patterns.
   *
   * @param include nothing stands for all
   * @param exclude wins over {@code include}
   */
  public static JobPatterns of(@Nullable String include, @Nullable String exclude) {
    return new JobPatterns(patterns(include), patterns(exclude));
  }

  private static List<Pattern> patterns(@Nullable String text) {
    return text == null
        ? List.of()
        : Pattern.compile("[,\\r\\n]+")
            .splitAsStream(text)
            .map(String::strip)
            .filter(part -> !part.isEmpty())
            .map(JobPatterns::pattern)
            .toList();
  }

  /** As a regular expression that cannot backtrack badly: literals between few wildcards. */
  private static Pattern pattern(String glob) {
    StringBuilder regex = new StringBuilder();
    for (int i = 0; i < glob.length(); i++) {
      char c = glob.charAt(i);
      if (c == '*' && i + 1 < glob.length() && glob.charAt(i + 1) == '*') {
        regex.append(".*");
        i++;
      } else if (c == '*') {
        regex.append("[^/]*");
      } else if (c == '?') {
        regex.append("[^/]");
      } else {
        regex.append(Pattern.quote(String.valueOf(c)));
      }
    }
    return Pattern.compile(regex + "(/.*)?", Pattern.DOTALL);
  }

  public boolean match(String fullName) {
    return (included.isEmpty() || matches(included, fullName)) && !matches(excluded, fullName);
  }

  private static boolean matches(List<Pattern> patterns, String fullName) {
    return patterns.stream().anyMatch(pattern -> pattern.matcher(fullName).matches());
  }
}
