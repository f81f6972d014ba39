// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

/** Moments and lengths of time as people write them. */
class TimeArgumentTest {
  private static final Instant NOW = Instant.parse("2026-01-31T02:10:00Z");

  private final TimeArgument moments = new TimeArgument(InstantSource.fixed(NOW));
  private final SpanArgument spans = new SpanArgument();

  @ParameterizedTest
  @CsvSource({
    "now, 2026-01-31T02:10:00Z",
    "-90s, 2026-01-31T02:08:30Z",
    "-2h, 2026-01-31T00:10:00Z",
    "-7d, 2026-01-24T02:10:00Z",
    "-1w, 2026-01-24T02:10:00Z",
    "02:03, 2026-01-31T02:03:00Z",
    "23:59, 2026-01-30T23:59:00Z",
    "02:03:04, 2026-01-31T02:03:04Z",
    "2026-01-30, 2026-01-30T00:00:00Z",
    "2026-01-30T02:03, 2026-01-30T02:03:00Z",
    "2026-01-30T02:03:04.5Z, 2026-01-30T02:03:04.5Z",
    "2026-01-30T02:03:00+01:00, 2026-01-30T01:03:00Z",
    "2026-01-30T02:03:00-05:00, 2026-01-30T07:03:00Z"
  })
  void aMoment(String written, Instant meant) {
    assertThat(moments.convert(written)).isEqualTo(meant);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "yesterday", "-2x", "2h", "25:00", "2026-13-01", "2026-01-31T", "-"})
  void whatIsNoMomentIsRefusedWithExamples(String written) {
    assertThatThrownBy(() -> moments.convert(written))
        .isInstanceOf(TypeConversionException.class)
        .hasMessageContaining("write -90s");
  }

  @ParameterizedTest
  @CsvSource({"90s, PT90S", "5m, PT5M", "24h, PT24H", "7d, PT168H", "1w, PT168H", "PT1.5S, PT1.5S"})
  void aLengthOfTime(String written, Duration meant) {
    assertThat(spans.convert(written)).isEqualTo(meant);
  }

  @Test
  void whatIsNoLengthOfTimeIsRefusedWithExamples() {
    assertThatThrownBy(() -> spans.convert("soon"))
        .isInstanceOf(TypeConversionException.class)
        .hasMessageContaining("write 90s");
  }
}
