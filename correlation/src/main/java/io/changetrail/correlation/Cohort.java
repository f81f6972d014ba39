// SPDX-License-Identifier: Apache-2.0
package io.changetrail.correlation;

import io.changetrail.correlation.Calibration.Constant;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.hipparchus.stat.inference.MannWhitneyUTest;

/**
 * Whether those that got the change differ from those that did not, at the same time under the same
 * load: instances, or series labelled with its version or flag variant, against the others of the
 * service (two-sided rank test of Mann and Whitney, corrected for the number of signals).
 */
final class Cohort implements Evidence {
  private static final Duration COMPARED = Duration.ofMinutes(30);
  private static final int LEAST_SAMPLES = 4;

  /** Of each series at most so many samples, spread evenly. */
  private static final int SAMPLES = 100;

  /** The samples of one signal on both sides. */
  private record Sides(List<Double> with, List<Double> without) {}

  @Override
  public Optional<Factor> weigh(CandidateChange change, Situation situation) {
    Map<String, Sides> signals = sides(change, situation.signals().series(), situation.anomaly());
    signals
        .values()
        .removeIf(one -> one.with.size() < LEAST_SAMPLES || one.without.size() < LEAST_SAMPLES);
    String clearest = null;
    double least = 1;
    for (Map.Entry<String, Sides> one : signals.entrySet()) {
      double p =
          new MannWhitneyUTest()
              .mannWhitneyUTest(array(one.getValue().with), array(one.getValue().without));
      if (p < least || clearest == null) {
        clearest = one.getKey();
        least = Double.isNaN(p) ? 1 : p;
      }
    }
    if (clearest == null) {
      return Optional.empty();
    }
    double corrected = Math.min(1, least * signals.size());
    return Optional.of(
        new Factor(
            "cohort",
            1 - corrected,
            situation.calibration().of(Constant.WEIGHT_COHORT),
            clearest
                + (corrected < 0.05
                    ? " differs between those that got it and those that did not"
                    : " is alike in those that got it and those that did not")
                + " (p = "
                + Shift.number(corrected)
                + ")"));
  }

  private static Map<String, Sides> sides(
      CandidateChange change, List<Series> series, Anomaly anomaly) {
    Instant live = change.exposure().start();
    Instant until = live.plus(COMPARED);
    Instant end = anomaly.window().latest().isBefore(until) ? anomaly.window().latest() : until;
    Set<String> telling = labelsOf(change, series);
    Map<String, Sides> signals = new TreeMap<>();
    for (Series one : series) {
      if (change.services().contains(one.service())) {
        Optional<Boolean> got = got(change.exposure(), one, telling);
        if (got.isPresent()) {
          Sides both =
              signals.computeIfAbsent(
                  one.signal(), any -> new Sides(new ArrayList<>(), new ArrayList<>()));
          add(one, live, end, got.get() ? both.with : both.without);
        }
      }
    }
    return signals;
  }

  /** The labels that name the version of the change on some series of its services. */
  private static Set<String> labelsOf(CandidateChange change, List<Series> series) {
    Set<String> names = new TreeSet<>();
    for (Series one : series) {
      if (change.services().contains(one.service())) {
        one.labels()
            .forEach(
                (name, value) -> {
                  if (value.equals(change.exposure().version())) {
                    names.add(name);
                  }
                });
      }
    }
    return names;
  }

  /** Empty where neither a label nor the instance tells. */
  private static Optional<Boolean> got(
      CandidateChange.Exposure exposure, Series series, Set<String> telling) {
    for (String label : telling) {
      String value = series.labels().get(label);
      if (value != null) {
        return Optional.of(value.equals(exposure.version()));
      }
    }
    return exposure.instances().isEmpty()
        ? Optional.empty()
        : series.instance().map(exposure.instances()::contains);
  }

  private static void add(Series series, Instant from, Instant to, List<Double> into) {
    int first = series.indexAt(from.plusMillis(1));
    int last = series.indexAt(to.plusMillis(1));
    int stride = Math.max(1, (last - first) / SAMPLES);
    for (int i = first; i < last; i += stride) {
      into.add(series.value(i));
    }
  }

  private static double[] array(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }
}
