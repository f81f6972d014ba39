// SPDX-License-Identifier: Apache-2.0
package io.changetrail.shipper;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/**
 * How long a server asks to be left alone.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9110#name-retry-after">RFC 9110, Retry-After</a>
 */
final class RetryAfter {
  /** A server that is up again earlier should not have to wait for longer than that. */
  static final Duration MOST = Duration.ofHours(1);

  private RetryAfter() {}

  /**
   * The pause; {@code null} if none is asked for, or not in a form that exists.
   *
   * @param date the answer's {@code Date}: a moment is compared with the clock that named it
   * @param now by our clock, where the answer has no {@code Date}
   */
  static @Nullable Duration of(@Nullable String retryAfter, @Nullable String date, Instant now) {
    if (retryAfter == null) {
      return null;
    }
    String value = retryAfter.strip();
    if (value.matches("\\d{1,18}")) {
      return bounded(Duration.ofSeconds(Long.parseLong(value)));
    }
    Instant until = moment(value);
    Instant sent = date == null ? null : moment(date.strip());
    return until == null ? null : bounded(Duration.between(sent == null ? now : sent, until));
  }

  private static Duration bounded(Duration asked) {
    return asked.isNegative() ? Duration.ZERO : asked.compareTo(MOST) > 0 ? MOST : asked;
  }

  private static @Nullable Instant moment(String date) {
    try {
      return DateTimeFormatter.RFC_1123_DATE_TIME.parse(date, Instant::from);
    } catch (DateTimeException e) {
      // Whoever writes a date that is none has not asked for a pause.
      return null;
    }
  }
}
