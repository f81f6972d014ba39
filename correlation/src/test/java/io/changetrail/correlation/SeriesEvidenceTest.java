// SPDX-License-Identifier: Apache-2.0
package io.changetrail.correlation;

import static org.assertj.core.api.Assertions.assertThat;

import io.changetrail.correlation.Answer.Verdict;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.Target;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Small made-up incidents, a sample a minute: what the series say decides. */
class SeriesEvidenceTest {
  private static final Instant ALERT = Instant.parse("2026-03-04T02:08:00Z");
  private static final int MINUTES = 45;

  /** The minute before the alert in which things break. */
  private static final int FAULT = 5;

  private static final Topology SHOP =
      new Topology(
          List.of(
              new Topology.Edge("frontend", "cart"),
              new Topology.Edge("frontend", "checkout"),
              new Topology.Edge("checkout", "cart"),
              new Topology.Edge("checkout", "payment")));

  private final CorrelationEngine engine = new CorrelationEngine();
  private final Random random = new Random(11);

  @Test
  void R3_theChangeWhoseOwnSignalsMovedIsNamedWithBeforeAndAfter() {
    Answer answer =
        ask(
            List.of(change("innocent", "payment", 6), change("culprit", "cart", 6)),
            calm("payment", "cpu_usage", 20),
            faulty("cart", "cpu_usage", 20, 90),
            calm("checkout", "cpu_usage", 20));

    assertThat(answer.verdict()).isEqualTo(Verdict.EXPLAINED);
    Suspect first = answer.suspects().get(0);
    assertThat(first.change().id()).isEqualTo("culprit");
    assertThat(beforeAfter(first).reason()).contains("cpu_usage of cart").contains("→");
    assertThat(beforeAfter(first).value())
        .isGreaterThan(beforeAfter(answer.suspects().get(1)).value());
  }

  @Test
  void R3_eachChangeHasAnEffectWithItsIntervalAndPValue() {
    Answer answer =
        ask(
            List.of(change("innocent", "payment", 6), change("culprit", "cart", 6)),
            calm("payment", "cpu_usage", 20),
            faulty("cart", "cpu_usage", 20, 90));

    Effect effect = answer.suspects().get(0).effects().get(0);
    assertThat(effect.service()).isEqualTo("cart");
    assertThat(effect.difference()).isBetween(60.0, 80.0);
    assertThat(effect.lower()).isBetween(50.0, effect.difference());
    assertThat(effect.upper()).isBetween(effect.difference(), 90.0);
    assertThat(effect.p()).isLessThan(0.01);
    assertThat(effect.samplesBefore()).isEqualTo(20);
    assertThat(beforeAfter(answer.suspects().get(0)).reason()).contains(effect.words());
    Effect none = answer.suspects().get(1).effects().get(0);
    assertThat(none.p()).isGreaterThan(0.05);
    assertThat(none.lower()).isNegative();
    assertThat(none.upper()).isPositive();
  }

  /** Two columns of Welch's kind whose statistics can be worked out by hand. */
  @Test
  void R3_intervalAndPValueAreThoseOfWelchAndOfMannAndWhitney() {
    Effect effect =
        Effect.of(
                raw("x", new long[0], new double[0]),
                new double[] {1, 2, 3, 4, 5},
                new double[] {11, 12, 13, 14, 15})
            .orElseThrow();

    // Standard error 1, 8 degrees of freedom: 10 ± 2.306. All 25 pairs ascend: p = 2/252.
    assertThat(effect.difference()).isEqualTo(10);
    assertThat(effect.lower()).isCloseTo(7.694, org.assertj.core.api.Assertions.within(1e-3));
    assertThat(effect.upper()).isCloseTo(12.306, org.assertj.core.api.Assertions.within(1e-3));
    assertThat(effect.p()).isCloseTo(2.0 / 252, org.assertj.core.api.Assertions.within(1e-4));
  }

  /** A hundred series and 20,000 changes, each at a moment of its own. */
  @Test
  void manyChangesBesideManySeriesAreAnswered() {
    List<CandidateChange> many = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      many.add(
          CandidateChange.at(
              "c" + i,
              ChangeKind.CONFIG,
              ALERT.minusMillis(60_000 + 100L * i),
              List.of(Target.service("payment", "production")),
              "x"));
    }
    many.add(change("culprit", "cart", 6));
    List<Series> series = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      series.add(calm("payment", "signal_" + i, 20));
    }
    series.add(faulty("cart", "cpu_usage", 20, 90));

    Answer answer = engine.correlate(anomaly(), many, SHOP, series);

    assertThat(answer.suspects().get(0).change().id()).isEqualTo("culprit");
    assertThat(answer.suspects().size() + answer.moreSuspects()).isEqualTo(20_001);
  }

  @Test
  void R3_aDelayThatOnlyTheCallersSeePointsAtTheServiceThatTheyShare() {
    Answer answer =
        ask(
            List.of(change("payment", "payment", 6), change("cart", "cart", 6)),
            faulty("frontend", "latency_client_p95", 0.1, 0.9),
            faulty("checkout", "latency_client_p95", 0.1, 0.9),
            calm("cart", "latency_server_p95", 0.05),
            calm("payment", "latency_server_p95", 0.05));

    assertThat(answer.suspects().get(0).change().id()).isEqualTo("cart");
  }

  @Test
  void aFaultThatWasOverBeforeTheAlertIsStillFound() {
    Answer answer =
        ask(
            List.of(change("culprit", "cart", 12), change("later", "cart", 4)),
            series("cart", "cpu_usage", back -> back <= 11 && back > 7 ? 90 : noise(20)),
            calm("payment", "cpu_usage", 20));

    assertThat(answer.suspects().get(0).change().id()).isEqualTo("culprit");
  }

  @Test
  void R7_calmSeriesBlameNobody() {
    Answer answer =
        ask(
            List.of(change("a", "cart", 6), change("b", "payment", 6)),
            calm("cart", "cpu_usage", 20),
            calm("payment", "cpu_usage", 20),
            calm("frontend", "latency_server_p99", 0.2),
            calm("frontend", "latency_client_p99", 0.2),
            calm("checkout", "latency_client_p99", 0.1));

    assertThat(answer.verdict()).isEqualTo(Verdict.NONE);
  }

  @Test
  void aSingleSpikeIsNoShift() {
    Answer answer =
        ask(
            List.of(change("a", "cart", 6)),
            series("cart", "cpu_usage", back -> back == 4 ? 500 : noise(20)),
            calm("payment", "cpu_usage", 20));

    assertThat(beforeAfter(answer.suspects().get(0)).reason()).startsWith("nothing moved");
  }

  @Test
  void seriesOfAMachineSayNothingOfOneService() {
    Answer answer =
        ask(List.of(change("a", "cart", 6)), faulty("cart", "node_cpu_usage_rate", 20, 90));

    assertThat(answer.suspects().get(0).factors())
        .extracting(Factor::name)
        .doesNotContain("before_after");
  }

  @Test
  void R2_theOrderOfSeriesDoesNotMatter() {
    List<Series> series = new ArrayList<>();
    for (String service : List.of("cart", "payment", "checkout", "frontend")) {
      series.add(faulty(service, "cpu_usage", 20, 20 + 10 * service.length()));
      series.add(calm(service, "latency_server_p95", 0.1));
    }
    List<CandidateChange> changes = List.of(change("a", "cart", 6), change("b", "payment", 7));
    Answer answer = engine.correlate(anomaly(), changes, SHOP, series);
    Collections.shuffle(series, random);

    assertThat(engine.correlate(anomaly(), changes, SHOP, series)).isEqualTo(answer);
  }

  @Test
  void badSeriesAreAnswered() {
    long now = ALERT.toEpochMilli();
    List<CandidateChange> changes = List.of(change("a", "cart", 6));
    List<Series> bad =
        List.of(
            raw("empty", new long[0], new double[0]),
            raw("one", new long[] {now - 60_000}, new double[] {1}),
            raw("two", new long[] {now - 600_000, now - 60_000}, new double[] {1, 2}),
            raw("nan", new long[] {now - 600_000, now}, new double[] {Double.NaN, Double.NaN}),
            raw("same", new long[] {now - 9, now - 9, now - 9}, new double[] {1, 2, 3}),
            raw("unsorted", new long[] {now, now - 900_000, now - 450_000}, new double[] {3, 1, 2}),
            raw(
                "ages",
                new long[] {0, 1, 2, 3, 4, 5, 6, now},
                new double[] {1, 2, 1, 2, 1, 2, 1, 9}),
            raw("epochs", new long[] {5000, 6000, Long.MAX_VALUE}, new double[] {1, 2, 3}),
            raw("huge", new long[] {now - 600_000, now}, new double[] {-1e308, 1e308}),
            series("cart", "constant", back -> 7),
            series("cart", "zero", back -> 0));

    for (Series one : bad) {
      assertScored(engine.correlate(anomaly(), changes, SHOP, List.of(one)));
    }
    assertScored(engine.correlate(anomaly(), changes, SHOP, bad));
  }

  @Test
  void tenMillionPointsAreAnswered() {
    int n = 10_000_000;
    long[] times = new long[n];
    double[] values = new double[n];
    long first = ALERT.toEpochMilli() - n;
    for (int i = 0; i < n; i++) {
      times[i] = first + i;
      values[i] = i > n - 300_000 ? 90 : 20;
    }
    Series series = new Series("cart", null, "cpu_usage", Map.of(), times, values);

    Answer answer =
        engine.correlate(anomaly(), List.of(change("a", "cart", 5)), SHOP, List.of(series));

    assertThat(beforeAfter(answer.suspects().get(0)).reason()).contains("20 → 90");
  }

  @Test
  void samplesAfterTheEndOfTheWindowAreNotRead() {
    List<CandidateChange> changes = List.of(change("a", "cart", 6));
    Series upToTheAlert = series("cart", "cpu_usage", back -> 20 + back % 3);
    Series beyond =
        series("cart", "cpu_usage", back -> back < 0 ? 900 : 20 + Math.floorMod(back, 3), -10);

    assertThat(beforeAfter(only(engine.correlate(anomaly(), changes, SHOP, List.of(beyond)))))
        .isEqualTo(
            beforeAfter(only(engine.correlate(anomaly(), changes, SHOP, List.of(upToTheAlert)))));
  }

  private static Suspect only(Answer answer) {
    assertThat(answer.suspects()).hasSize(1);
    return answer.suspects().get(0);
  }

  /** Forty nights: in half of them one service breaks after its change, in half nothing does. */
  @Test
  void R12_onMadeUpNightsTheCauseComesFirstAndCalmOnesAccuseNobody() {
    List<String> services = List.of("cart", "payment", "checkout");
    int first = 0;
    int accused = 0;
    for (int night = 0; night < 20; night++) {
      String broken = services.get(night % 3);
      String signal = List.of("cpu_usage", "latency_server_p95").get(night % 2);
      List<CandidateChange> changes =
          services.stream().map(service -> change(service, service, 6)).toList();
      Answer answer = engine.correlate(anomaly(), changes, SHOP, night(broken, signal));
      first += answer.suspects().get(0).change().id().equals(broken) ? 1 : 0;
      Answer calm = engine.correlate(anomaly(), changes, SHOP, night("none", signal));
      accused += calm.verdict() == Verdict.NONE ? 0 : 1;
    }

    assertThat(first).isGreaterThanOrEqualTo(18);
    assertThat(accused).isLessThanOrEqualTo(1);
  }

  private List<Series> night(String broken, String signal) {
    List<Series> series = new ArrayList<>();
    for (String service : List.of("frontend", "cart", "payment", "checkout")) {
      for (String one : List.of("cpu_usage", "latency_server_p95", "latency_client_p95")) {
        series.add(
            service.equals(broken) && one.equals(signal)
                ? faulty(service, one, 20, 80)
                : calm(service, one, 20));
      }
    }
    return series;
  }

  @Test
  void R5_theChangeThatSplitsTheOldVersionFromTheNewRises() {
    Answer answer =
        engine.correlate(
            anomaly(),
            List.of(versioned("flag", "cart", "variant-b"), versioned("other", "cart", "zone-2")),
            SHOP,
            List.of(
                labelled("variant", "variant-a", "zone-1", noise(1)),
                labelled("variant", "variant-a", "zone-2", noise(1)),
                labelled("variant", "variant-b", "zone-1", noise(9)),
                labelled("variant", "variant-b", "zone-2", noise(9))));

    assertThat(answer.suspects().get(0).change().id()).isEqualTo("flag");
    assertThat(factor(answer.suspects().get(0), "cohort").value()).isGreaterThan(0.99);
    assertThat(factor(answer.suspects().get(1), "cohort").value()).isLessThan(0.9);
  }

  @Test
  void R5_ofARolloutUnderWayTheNewPodsAreComparedWithTheOldAndOtherChangesFallBehind() {
    CandidateChange deployment =
        CandidateChange.at(
            "deployment",
            ChangeKind.DEPLOYMENT,
            ALERT.minus(Duration.ofMinutes(6)),
            List.of(Target.service("cart", "production")),
            "cart 1.4.2 to one pod");
    List<CandidateChange> changes = List.of(deployment, change("settings", "cart", 6));

    Answer split =
        ask(
            changes,
            ofPod("cart-old-1", MINUTES, back -> noise(1)),
            ofPod("cart-old-2", MINUTES, back -> noise(1)),
            ofPod("cart-new-1", FAULT, back -> noise(9)));
    Answer alike =
        ask(
            changes,
            ofPod("cart-old-1", MINUTES, back -> noise(back <= FAULT ? 9 : 1)),
            ofPod("cart-old-2", MINUTES, back -> noise(back <= FAULT ? 9 : 1)),
            ofPod("cart-new-1", FAULT, back -> noise(9)));

    Suspect first = split.suspects().get(0);
    assertThat(first.change().id()).isEqualTo("deployment");
    assertThat(factor(first, "cohort").value()).isGreaterThan(0.99);
    assertThat(factor(first, "cohort").reason())
        .contains("error_rate differs between those that got it and those that did not");
    assertThat(factor(split.suspects().get(1), "cohort").value()).isEqualTo(0.5);
    assertThat(factor(split.suspects().get(1), "cohort").reason()).contains("another change");
    assertThat(alike.suspects().get(0).change().id()).isEqualTo("settings");
    assertThat(factor(alike.suspects().get(1), "cohort").value()).isLessThan(0.9);
  }

  @Test
  void R5_podsThatDifferedBeforeTheyWereChangedAreComparedWithTheirOwnPast() {
    CandidateChange plain = change("by hand", "cart", 6);
    CandidateChange byHand =
        new CandidateChange(
            plain.id(),
            ChangeKind.MANUAL,
            plain.start(),
            null,
            new CandidateChange.Exposure(
                plain.start(), Duration.ofSeconds(30), Set.of("cart-1"), null, 1),
            plain.targets(),
            null,
            Set.of(),
            null,
            plain.summary());

    Answer always =
        ask(
            List.of(byHand),
            ofPod("cart-1", MINUTES, back -> 4 + 0.1 * (back * 7 % 5)),
            ofPod("cart-2", MINUTES, back -> 1 + 0.1 * (back * 7 % 5)));
    Answer since =
        ask(
            List.of(byHand),
            ofPod("cart-1", MINUTES, back -> (back <= FAULT ? 9 : 4) + 0.1 * (back * 7 % 5)),
            ofPod("cart-2", MINUTES, back -> 1 + 0.1 * (back * 7 % 5)));

    assertThat(factor(only(always), "cohort").value()).isLessThan(0.5);
    assertThat(factor(only(since), "cohort").value()).isGreaterThan(0.95);
  }

  @Test
  void R5_aChangeOfOneZoneIsComparedWithTheOthersAndTheirPast() {
    CandidateChange inOneZone =
        CandidateChange.at(
            "zone",
            ChangeKind.INFRASTRUCTURE,
            ALERT.minus(Duration.ofMinutes(6)),
            List.of(new Target("cart", "production", "eu-1a", null, null, null)),
            "network of eu-1a");
    CandidateChange everywhere = change("everywhere", "cart", 6);

    Answer answer =
        ask(
            List.of(inOneZone, everywhere),
            ofZone("eu-1a", back -> noise(back <= FAULT ? 9 : 2)),
            ofZone("eu-1b", back -> noise(1)),
            ofZone("eu-1c", back -> noise(1)));

    Suspect first = answer.suspects().get(0);
    assertThat(first.change().id()).isEqualTo("zone");
    assertThat(factor(first, "cohort").value()).isGreaterThan(0.99);
    assertThat(beforeAfter(first).reason()).contains("in those that got it", "in the others");
    assertThat(factor(answer.suspects().get(1), "cohort").value()).isEqualTo(0.5);
  }

  private static Series ofZone(String zone, IntToDoubleFunction value) {
    Series plain = ofPod("any", MINUTES, value);
    return new Series(
        "cart",
        null,
        "error_rate",
        Map.of("zone", zone),
        IntStream.range(0, plain.size()).mapToLong(plain::time).toArray(),
        IntStream.range(0, plain.size()).mapToDouble(plain::value).toArray());
  }

  /** Error rates of a pod over its last minutes. */
  private static Series ofPod(String pod, int minutes, IntToDoubleFunction value) {
    long[] times = new long[minutes];
    double[] values = new double[minutes];
    for (int i = 0; i < minutes; i++) {
      times[i] = ALERT.toEpochMilli() - (minutes - 1 - i) * 60_000L;
      values[i] = value.applyAsDouble(minutes - 1 - i);
    }
    return new Series("cart", pod, "error_rate", Map.of(), times, values);
  }

  private Series labelled(String name, String variant, String zone, double level) {
    Series plain = series("cart", "error_rate", back -> noise(back <= FAULT ? level : 1));
    long[] times = new long[plain.size()];
    double[] values = new double[plain.size()];
    for (int i = 0; i < times.length; i++) {
      times[i] = plain.time(i);
      values[i] = plain.value(i);
    }
    return new Series(
        "cart", null, "error_rate", Map.of(name, variant, "zone", zone), times, values);
  }

  private static CandidateChange versioned(String id, String service, String version) {
    CandidateChange plain = change(id, service, 6);
    return new CandidateChange(
        plain.id(),
        ChangeKind.FEATURE_FLAG,
        plain.start(),
        null,
        new CandidateChange.Exposure(plain.start(), Duration.ofSeconds(30), Set.of(), version, 1),
        plain.targets(),
        null,
        Set.of(),
        null,
        plain.summary());
  }

  private static void assertScored(Answer answer) {
    assertThat(answer.suspects()).hasSize(1);
    assertThat(answer.suspects().get(0).score()).isBetween(0.0, 1.0);
  }

  private Answer ask(List<CandidateChange> changes, Series... series) {
    return engine.correlate(anomaly(), changes, SHOP, List.of(series));
  }

  private static Anomaly anomaly() {
    return Anomaly.detected("frontend", "production", ALERT);
  }

  private static CandidateChange change(String id, String service, int minutesBefore) {
    return CandidateChange.at(
        id,
        ChangeKind.CONFIG,
        ALERT.minus(Duration.ofMinutes(minutesBefore)),
        List.of(Target.service(service, "production")),
        service + " settings");
  }

  private static Factor beforeAfter(Suspect suspect) {
    return factor(suspect, "before_after");
  }

  private static Factor factor(Suspect suspect, String name) {
    return suspect.factors().stream()
        .filter(factor -> factor.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private double noise(double level) {
    return level * (1 + 0.05 * random.nextGaussian());
  }

  private Series calm(String service, String signal, double level) {
    return series(service, signal, back -> noise(level));
  }

  private Series faulty(String service, String signal, double before, double after) {
    return series(service, signal, back -> noise(back <= FAULT ? after : before));
  }

  private static Series series(String service, String signal, IntToDoubleFunction value) {
    return series(service, signal, value, 0);
  }

  /** The values by minutes before the alert; negative after it. */
  private static Series series(
      String service, String signal, IntToDoubleFunction value, int until) {
    int n = MINUTES - until;
    long[] times = new long[n];
    double[] values = new double[n];
    for (int i = 0; i < n; i++) {
      int back = MINUTES - 1 - i;
      times[i] = ALERT.toEpochMilli() - back * 60_000L;
      values[i] = value.applyAsDouble(back);
    }
    return new Series(service, null, signal, Map.of(), times, values);
  }

  private static Series raw(String signal, long[] times, double[] values) {
    return new Series("cart", null, signal, Map.of(), times, values);
  }
}
