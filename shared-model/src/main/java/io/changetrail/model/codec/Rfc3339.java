// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.codec;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import org.jspecify.annotations.Nullable;

/** Date and time with an offset. The usual spelling, in UTC, is read without a parser of Java's. */
final class Rfc3339 {
  private static final int NOT_DIGITS = -1;

  private Rfc3339() {}

  /**
   * The moment that a text names.
   *
   * @throws DateTimeException if it is none
   * @see <a href="https://www.rfc-editor.org/rfc/rfc3339#section-5.6">RFC 3339 section 5.6</a>
   */
  static Instant parse(String text) {
    Instant usual = inUtc(text);
    return usual != null ? usual : OffsetDateTime.parse(text).toInstant();
  }

  /** Of {@code 2026-01-31T02:03:00Z}, with or without a fraction; {@code null} of any other. */
  private static @Nullable Instant inUtc(String text) {
    int length = text.length();
    boolean shaped =
        length >= 20
            && length <= 30
            && text.charAt(4) == '-'
            && text.charAt(7) == '-'
            && text.charAt(10) == 'T'
            && text.charAt(13) == ':'
            && text.charAt(16) == ':'
            && text.charAt(length - 1) == 'Z'
            && (length == 20 || (length > 21 && text.charAt(19) == '.'));
    if (!shaped) {
      return null;
    }
    int year = digits(text, 0, 4);
    int month = digits(text, 5, 7);
    int day = digits(text, 8, 10);
    int hour = digits(text, 11, 13);
    int minute = digits(text, 14, 16);
    int second = digits(text, 17, 19);
    int fraction = length == 20 ? 0 : digits(text, 20, length - 1);
    boolean plain =
        year >= 0
            && month >= 1
            && month <= 12
            && day >= 1
            && day <= YearMonth.of(year, month).lengthOfMonth()
            && hour >= 0
            && hour <= 23
            && minute >= 0
            && minute <= 59
            && second >= 0
            && second <= 59
            && fraction >= 0;
    if (!plain) {
      return null;
    }
    int nanos = fraction;
    for (int digit = length - 21; digit < 9; digit++) {
      nanos *= 10;
    }
    long days = LocalDate.of(year, month, day).toEpochDay();
    return Instant.ofEpochSecond(days * 86_400 + hour * 3600L + minute * 60L + second, nanos);
  }

  private static int digits(String text, int from, int to) {
    int number = 0;
    for (int i = from; i < to; i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return NOT_DIGITS;
      }
      number = number * 10 + digit;
    }
    return number;
  }
}
