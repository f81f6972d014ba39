// SPDX-License-Identifier: Apache-2.0
package io.changetrail.correlation;

import static org.assertj.core.api.Assertions.assertThat;

import io.changetrail.model.ChangeKind;
import io.changetrail.model.Interval;
import io.changetrail.model.Target;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

class OnsetDetectionTest {
  private static final Instant ALERT = Instant.parse("2026-03-04T02:08:00Z");

  /** How many minutes before the alert it began. */
  private static final int BEGAN = 8;

  private final Random random = new Random(13);

  @Test
  void anAlertEightMinutesLateStillPointsAtTheRightMinute() {
    Onset onset = onset(120, back -> noise(back <= BEGAN ? 0.9 : 0.2));

    assertRightMinute(onset);
    assertThat(onset.basis()).contains("change point").contains("latency_p99").contains("p = ");
  }

  @Test
  void aChangeAfterTheOnsetIsExcludedAlthoughItCameBeforeTheAlert() {
    Series series = series("latency_p99", 120, back -> noise(back <= BEGAN ? 0.9 : 0.2), 1);

    Answer answer =
        new CorrelationEngine()
            .correlate(
                anomaly("latency_p99"),
                List.of(change("cause", 9), change("reaction", 5)),
                Topology.unknown(),
                List.of(series));

    assertThat(answer.suspects())
        .extracting(suspect -> suspect.change().id())
        .containsExactly("cause");
    assertThat(answer.excluded().get(0).change().id()).isEqualTo("reaction");
  }

  @Test
  void noiseHidesNoStep() {
    assertRightMinute(onset(150, back -> (back <= BEGAN ? 8 : 4) + 0.8 * random.nextGaussian()));
  }

  @Test
  void aDailyPatternIsNoOnset() {
    assertRightMinute(
        onset(2000, back -> noise(10 + 8 * Math.sin(back / 1440.0 * 2 * Math.PI)) + step(back, 8)));
  }

  @Test
  void gapsAreWithinTheInterval() {
    Series whole = series("latency_p99", 120, back -> noise(back <= BEGAN ? 0.9 : 0.2), 1);
    Onset onset =
        detected("latency_p99", kept(whole, i -> whole.size() - i < 7 || whole.size() - i > 12));

    assertThat(onset.interval().earliest()).isBefore(minutesBefore(BEGAN));
    assertThat(onset.interval().latest()).isAfter(minutesBefore(BEGAN));
    assertThat(onset.basis()).contains("change point");
  }

  @Test
  void aCounterIsReadByItsIncreaseAlsoOverAReset() {
    double[] sum = {0};
    Onset onset =
        onset(
            "errors_total",
            120,
            back -> {
              sum[0] = back == 40 ? 0 : sum[0] + noise(back <= BEGAN ? 90 : 10);
              return sum[0];
            });

    assertRightMinute(onset);
  }

  @Test
  void aShortHistoryIsEnoughForAClearStep() {
    assertRightMinute(onset(20, back -> noise(back <= BEGAN ? 0.9 : 0.2)));
  }

  @Test
  void aSeriesOfEveryFifteenSecondsIsReadByTheMinute() {
    assertRightMinute(
        detected("latency_p99", series("latency_p99", 480, q -> noise(q < 34 ? 0.9 : 0.2), 4)));
  }

  @Test
  void anAccuracyThatFallsIsWorseAndOneThatRisesIsNot() {
    assertRightMinute(onset("success_rate", 120, back -> noise(back <= BEGAN ? 80 : 99)));
    assertThat(onset("success_rate", 120, back -> noise(back <= BEGAN ? 99 : 80)).basis())
        .startsWith("from the alert alone");
  }

  @Test
  void withoutASeriesTheAlertAndItsForTell() {
    Anomaly anomaly =
        new Anomaly(
            "cart",
            "production",
            "latency_p99",
            Map.of(),
            ALERT,
            Duration.ofMinutes(5),
            new Interval(ALERT.minusSeconds(7200), ALERT));

    Onset onset = OnsetDetection.of(anomaly, List.of(), Calibration.usual());

    assertThat(onset.interval()).isEqualTo(new Interval(minutesBefore(15), minutesBefore(5)));
  }

  @Test
  void aCalmConstantOrTinySeriesTellsNothing() {
    for (IntToDoubleFunction values :
        List.<IntToDoubleFunction>of(back -> 7, back -> Double.NaN, back -> back % 2)) {
      assertThat(onset(60, values).basis()).startsWith("from the alert alone");
    }
    assertThat(onset(2, back -> back).basis()).startsWith("from the alert alone");
  }

  private static double step(int back, double height) {
    return back <= BEGAN ? height : 0;
  }

  private static void assertRightMinute(Onset onset) {
    assertThat(onset.basis()).contains("change point");
    assertThat(onset.interval().earliest()).isBeforeOrEqualTo(minutesBefore(BEGAN));
    assertThat(onset.interval().latest()).isAfterOrEqualTo(minutesBefore(BEGAN + 1));
    assertThat(Duration.between(onset.interval().earliest(), onset.interval().latest()))
        .isLessThanOrEqualTo(Duration.ofMinutes(3));
  }

  private Onset onset(int samples, IntToDoubleFunction value) {
    return onset("latency_p99", samples, value);
  }

  private Onset onset(String signal, int samples, IntToDoubleFunction value) {
    return detected(signal, series(signal, samples, value, 1));
  }

  private static Onset detected(String signal, Series series) {
    return OnsetDetection.of(anomaly(signal), List.of(series), Calibration.usual());
  }

  private static Anomaly anomaly(String signal) {
    return Anomaly.detected("cart", "production", ALERT).withSignal(signal);
  }

  private static CandidateChange change(String id, int minutesBefore) {
    return CandidateChange.at(
        id,
        ChangeKind.CONFIG,
        minutesBefore(minutesBefore),
        List.of(Target.service("cart", "production")),
        id);
  }

  private static Instant minutesBefore(int minutes) {
    return ALERT.minus(Duration.ofMinutes(minutes));
  }

  private double noise(double level) {
    return level * (1 + 0.05 * random.nextGaussian());
  }

  /** So many samples, {@code perMinute} of them in a minute, up to the alert; values by age. */
  private static Series series(
      String signal, int samples, IntToDoubleFunction value, int perMinute) {
    long[] times = new long[samples];
    double[] values = new double[samples];
    for (int i = 0; i < samples; i++) {
      int back = samples - 1 - i;
      times[i] = ALERT.toEpochMilli() - back * 60_000L / perMinute;
      values[i] = value.applyAsDouble(back);
    }
    return new Series("cart", "cart-1", signal, Map.of(), times, values);
  }

  private static Series kept(Series series, java.util.function.IntPredicate which) {
    int[] left = java.util.stream.IntStream.range(0, series.size()).filter(which).toArray();
    return new Series(
        series.service(),
        null,
        series.signal(),
        Map.of(),
        java.util.Arrays.stream(left).mapToLong(series::time).toArray(),
        java.util.Arrays.stream(left).mapToDouble(series::value).toArray());
  }
}
