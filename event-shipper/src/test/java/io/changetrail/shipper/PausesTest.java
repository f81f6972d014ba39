// SPDX-License-Identifier: Apache-2.0
package io.changetrail.shipper;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PausesTest {
  private static final Instant NOW = Instant.parse("2026-01-31T02:00:00Z");

  @Test
  void T3_pausesDoubleUpToTheLongestAndAreOfRandomLength() {
    Backoff backoff = new Backoff(Duration.ofMillis(500), Duration.ofMinutes(1), new Random(7));
    long most = 500;
    for (int i = 0; i < 80; i++) {
      assertThat(backoff.next()).isBetween(Duration.ofMillis(most / 2), Duration.ofMillis(most));
      most = Math.min(60_000, 2 * most);
    }
    backoff.reset();
    assertThat(backoff.next()).isLessThanOrEqualTo(Duration.ofMillis(500));

    Backoff one = new Backoff(Duration.ofMinutes(1), Duration.ofMinutes(1), new Random(1));
    Backoff other = new Backoff(Duration.ofMinutes(1), Duration.ofMinutes(1), new Random(2));
    assertThat(one.next()).as("not all at the same moment").isNotEqualTo(other.next());
  }

  @Test
  void T5_aPauseIsAskedForInSecondsOrUntilAMoment() {
    assertThat(RetryAfter.of("120", null, NOW)).isEqualTo(Duration.ofMinutes(2));
    assertThat(RetryAfter.of("Sat, 31 Jan 2026 02:00:30 GMT", null, NOW))
        .isEqualTo(Duration.ofSeconds(30));
    assertThat(RetryAfter.of("Sat, 31 Jan 2026 01:00:00 GMT", null, NOW)).isZero();
    assertThat(RetryAfter.of(null, null, NOW)).isNull();
    assertThat(RetryAfter.of("soon", null, NOW)).isNull();
    assertThat(RetryAfter.of("-5", null, NOW)).isNull();
    assertThat(RetryAfter.of("999999999", null, NOW)).isEqualTo(RetryAfter.MOST);
    assertThat(RetryAfter.of("99999999999999999999", null, NOW)).isNull();
  }

  @Test
  void T5_aMomentIsComparedWithTheClockOfTheServerThatNamedIt() {
    assertThat(RetryAfter.of("Sun, 01 Feb 2026 12:00:10 GMT", "Sun, 01 Feb 2026 12:00:00 GMT", NOW))
        .isEqualTo(Duration.ofSeconds(10));
  }
}
