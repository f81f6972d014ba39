// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import java.time.DateTimeException;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Lengths of time as people write them: {@code 90s}, {@code 5m}, {@code 24h}, or ISO 8601. */
final class SpanArgument implements ITypeConverter<Duration> {
  private static final Pattern SHORT = Pattern.compile("(\\d{1,6})([smhdw])");

  @Override
  public Duration convert(String value) {
    Matcher matcher = SHORT.matcher(value);
    if (matcher.matches()) {
      return of(Long.parseLong(matcher.group(1)), matcher.group(2));
    }
    try {
      return Duration.parse(value);
    } catch (DateTimeException e) {
      TypeConversionException wrong =
          new TypeConversionException(
              "'" + value + "' is not a length of time; write 90s, 5m, 24h, 7d or PT5M");
      wrong.addSuppressed(e);
      throw wrong;
    }
  }

  /**
   * So many of a unit.
   *
   * @param unit one of {@code s m h d w}
   */
  static Duration of(long amount, String unit) {
    return switch (unit) {
      case "s" -> Duration.ofSeconds(amount);
      case "m" -> Duration.ofMinutes(amount);
      case "h" -> Duration.ofHours(amount);
      case "d" -> Duration.ofDays(amount);
      default -> Duration.ofDays(7 * amount);
    };
  }
}
