// SPDX-License-Identifier: Apache-2.0
package io.changetrail.source.repository;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which files are meant, and what their path says of them: a glob in which {@code *} and {@code ?}
 * stay within a directory and {@code **} does not, and {@code {service}} and {@code {environment}}
 * stand for names, for example {@code deploy/{service}/values-{environment}.yaml}.
 */
public final class PathPattern {
  private static final int LONGEST_PATH = 4096;
  private static final List<String> NAMES = List.of("service", "environment");

  private final String glob;
  private final Pattern regex;

  private PathPattern(String glob, Pattern regex) {
    this.glob = glob;
    this.regex = regex;
  }

  /**
   * What a path says.
   *
   * @param service {@code null} if it does not tell
   * @param environment {@code null} if it does not tell
   */
  public record Place(@Nullable String service, @Nullable String environment) {}

  /**
   * The pattern of that form.
   *
   * @throws IllegalArgumentException if it is none; the message says why
   */
  public static PathPattern of(String glob) {
    StringBuilder regex = new StringBuilder();
    int at = 0;
    while (at < glob.length()) {
      char next = glob.charAt(at);
      if (glob.startsWith("**/", at)) {
        regex.append("(?:[^/]+/)*");
        at += 3;
      } else if (glob.startsWith("**", at)) {
        regex.append(".*");
        at += 2;
      } else if (next == '{') {
        int end = glob.indexOf('}', at);
        String name = end < 0 ? "" : glob.substring(at + 1, end).toLowerCase(Locale.ROOT);
        if (!NAMES.contains(name) || regex.indexOf("(?<" + name + ">") >= 0) {
          throw new IllegalArgumentException(
              "'" + glob + "': braces hold service or environment, each once");
        }
        regex.append("(?<").append(name).append(">[^/]+)");
        at = end + 1;
      } else {
        regex.append(
            switch (next) {
              case '*' -> "[^/]*";
              case '?' -> "[^/]";
              default -> Pattern.quote(String.valueOf(next));
            });
        at++;
      }
    }
    return new PathPattern(glob, Pattern.compile(regex.toString()));
  }

  /** The place of a file; empty if it is not among those that are meant. */
  public Optional<Place> match(String path) {
    Matcher matcher = regex.matcher(path);
    return path.length() <= LONGEST_PATH && matcher.matches()
        ? Optional.of(new Place(named(matcher, "service"), named(matcher, "environment")))
        : Optional.empty();
  }

  private @Nullable String named(Matcher matcher, String name) {
    return regex.pattern().contains("(?<" + name + ">") ? matcher.group(name) : null;
  }

  @Override
  public String toString() {
    return glob;
  }
}
