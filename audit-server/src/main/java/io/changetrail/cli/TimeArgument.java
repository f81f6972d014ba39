// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Moments as people write them: {@code -2h}, {@code now}, {@code 02:03} (the last time that it was
 * that), {@code 2026-01-31}, {@code 2026-01-31T02:03} and RFC 3339 with an offset. Without an
 * offset they are in UTC, which is what all tables show.
 */
final class TimeArgument implements ITypeConverter<Instant> {
  static final String FORMS =
      "-90s, -30m, -2h, -7d, now, 02:03, 2026-01-31, 2026-01-31T02:03[:04] (all UTC)"
          + " or with an offset, 2026-01-31T02:03:00+01:00";

  private static final Pattern AGO = Pattern.compile("-(\\d{1,6})([smhdw])");

  private final InstantSource clock;

  TimeArgument(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  public Instant convert(String value) {
    String text = value.trim();
    if (text.equals("now")) {
      return clock.instant();
    }
    Duration ago = span(text);
    if (ago != null) {
      return clock.instant().minus(ago);
    }
    try {
      return parse(text);
    } catch (DateTimeException e) {
      TypeConversionException wrong =
          new TypeConversionException("'" + value + "' is not a moment; write " + FORMS);
      wrong.addSuppressed(e);
      throw wrong;
    }
  }

  private Instant parse(String text) {
    if (text.length() <= 8 && text.indexOf(':') == 2) {
      return lastTimeItWas(LocalTime.parse(text));
    }
    if (text.indexOf('T') < 0) {
      return LocalDate.parse(text).atStartOfDay().toInstant(ZoneOffset.UTC);
    }
    boolean hasOffset =
        text.endsWith("Z") || text.lastIndexOf('+') > 0 || text.lastIndexOf('-') > 10;
    return hasOffset
        ? OffsetDateTime.parse(text).toInstant()
        : LocalDateTime.parse(text).toInstant(ZoneOffset.UTC);
  }

  private Instant lastTimeItWas(LocalTime time) {
    Instant now = clock.instant();
    Instant today = time.atDate(LocalDate.ofInstant(now, ZoneOffset.UTC)).toInstant(ZoneOffset.UTC);
    return today.isAfter(now) ? today.minus(Duration.ofDays(1)) : today;
  }

  private static @Nullable Duration span(String text) {
    Matcher ago = AGO.matcher(text);
    if (!ago.matches()) {
      return null;
    }
    return SpanArgument.of(Long.parseLong(ago.group(1)), ago.group(2));
  }
}
