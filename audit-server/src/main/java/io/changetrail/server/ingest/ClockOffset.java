// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.ingest;

import io.changetrail.server.http.Request;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How far a sender's clock is ahead of ours, by the {@code Date} of its request. That has whole
 * seconds and is a little older than the moment of arrival, so the estimate is good to a second.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9110#name-date">RFC 9110, Date</a>
 */
final class ClockOffset {
  private static final Duration BELIEVABLE = Duration.ofDays(1);
  private static final Duration HALF_A_SECOND = Duration.ofMillis(500);

  private ClockOffset() {}

  static @Nullable Duration of(Request request) {
    Optional<String> date = request.headers().one("date");
    if (date.isEmpty()) {
      return null;
    }
    try {
      Instant sent =
          DateTimeFormatter.RFC_1123_DATE_TIME.parse(date.get(), Instant::from).plus(HALF_A_SECOND);
      return Duration.between(request.received(), sent);
    } catch (DateTimeException e) {
      // A date that cannot be read says nothing of the clock, and is no reason to lose events.
      return null;
    }
  }

  /**
   * The moment of a request by the sender's clock, by which its events are told to be old or of the
   * future: where the two clocks disagree, ours may be the wrong one, and a refusal is for good. A
   * clock that is more than a day off is not believed.
   */
  static Instant sent(Instant received, @Nullable Duration offset) {
    return offset == null || offset.abs().compareTo(BELIEVABLE) > 0
        ? received
        : received.plus(offset);
  }
}
