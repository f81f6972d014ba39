// SPDX-License-Identifier: Apache-2.0
package io.changetrail.correlation;

import static org.assertj.core.api.Assertions.assertThat;

import io.changetrail.model.ChangeKind;
import io.changetrail.model.Target;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever numbers the metrics hold, there is an answer. */
class ExtremeSeriesTest {
  private static final Instant DEPLOYED = Instant.parse("2026-03-04T02:00:00Z");
  private static final List<Double> EXTREMES =
      List.of(
          0.0,
          1.0,
          Double.MAX_VALUE,
          -Double.MAX_VALUE,
          1e308,
          -1e308,
          1e200,
          1e154,
          -1e154,
          1e100,
          1e60,
          -1e60,
          1e30,
          1e-30,
          1e-60,
          1e-154,
          1e-300,
          Double.MIN_VALUE,
          -Double.MIN_VALUE,
          Double.NaN,
          Double.POSITIVE_INFINITY,
          Double.NEGATIVE_INFINITY);

  private static Series series(String signal, String instance, List<Double> values) {
    long[] times = new long[values.size()];
    double[] all = new double[values.size()];
    for (int i = 0; i < times.length; i++) {
      times[i] = DEPLOYED.minus(Duration.ofHours(2)).plusSeconds(60L * i).toEpochMilli();
      all[i] = values.get(i);
    }
    Map<String, String> labels = instance.equals("a") ? Map.of("version", "2") : Map.of();
    return new Series("checkout", instance, signal, labels, times, all);
  }

  @Provide
  Arbitrary<List<Series>> anySeries() {
    Arbitrary<Double> extreme = Arbitraries.of(EXTREMES);
    Arbitrary<List<Double>> wild = extreme.list().ofSize(130);
    Arbitrary<List<Double>> step =
        Combinators.combine(extreme, extreme)
            .as(
                (before, after) -> {
                  List<Double> values = new ArrayList<>();
                  for (int i = 0; i < 130; i++) {
                    values.add(i < 120 ? before : after);
                  }
                  return values;
                });
    Arbitrary<List<Double>> noisy =
        Combinators.combine(extreme, Arbitraries.randomValue(random -> random.nextLong()))
            .as(
                (size, seed) -> {
                  java.util.Random random = new java.util.Random(seed);
                  List<Double> values = new ArrayList<>();
                  for (int i = 0; i < 130; i++) {
                    values.add(size * random.nextDouble() * (i < 120 ? 0.1 : 1));
                  }
                  return values;
                });
    return Combinators.combine(
            Arbitraries.of("error_rate", "latency_p99", "requests_total", "success_rate", "x"),
            Arbitraries.oneOf(wild, step, noisy),
            Arbitraries.oneOf(wild, step, noisy),
            Arbitraries.oneOf(wild, step, noisy))
        .as(
            (signal, a, b, c) ->
                List.of(series(signal, "a", a), series(signal, "b", b), series(signal, "c", c)));
  }

  @Property(tries = 300)
  void whateverIsMeasuredIsJudgedAndEachScoreIsANumber(@ForAll("anySeries") List<Series> series) {
    Instant alert = DEPLOYED.plus(Duration.ofMinutes(5));
    Anomaly anomaly =
        Anomaly.detected("checkout", "prod", alert).withSignal(series.get(0).signal());
    CandidateChange change =
        new CandidateChange(
            "c",
            ChangeKind.DEPLOYMENT,
            DEPLOYED,
            null,
            new CandidateChange.Exposure(DEPLOYED, Duration.ofSeconds(30), Set.of(), "2", 1),
            List.of(Target.service("checkout", "prod")),
            null,
            Set.of(),
            null,
            "checkout 2");

    Answer answer =
        new CorrelationEngine().correlate(anomaly, List.of(change), Topology.unknown(), series);

    // Numbers at random may also worsen before the deployment, which was not it then.
    assertThat(answer.excluded())
        .allSatisfy(
            excluded -> assertThat(excluded.reason()).contains("after the anomaly had begun"));
    assertThat(answer.suspects())
        .hasSize(1 - answer.excluded().size())
        .allSatisfy(suspect -> assertThat(suspect.score()).isBetween(0.0, 1.0))
        .allSatisfy(
            suspect ->
                assertThat(suspect.effects())
                    .allSatisfy(
                        effect ->
                            assertThat(
                                    List.of(
                                        effect.before(),
                                        effect.after(),
                                        effect.difference(),
                                        effect.p()))
                                .allMatch(number -> Double.isFinite(number))));
  }
}
