// SPDX-License-Identifier: Apache-2.0
package io.changetrail.correlation;

import io.changetrail.model.ChangeKind;
import io.changetrail.model.Target;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.hipparchus.stat.StatUtils;
import org.hipparchus.stat.inference.MannWhitneyUTest;
import org.jspecify.annotations.Nullable;

/**
 * Those that got a change beside those that did not, at the same time under the same load. Who got
 * it is told, the first that tells, by
 *
 * <ol>
 *   <li>labels of the series: the version, or the variant of the flag
 *   <li>the instances that were changed, each compared with its own past first, as pods differ
 *   <li>the region or cluster that it was made in, where the series have labels of others, likewise
 *   <li>the age of the instances: of a rollout under way those that began after it are the new ones
 * </ol>
 *
 * <p>The rank test of Mann and Whitney, two-sided, corrected for the number of signals. Better
 * latencies and fewer errors are no symptom.
 *
 * @param signal that differs most clearly
 * @param with median of those that got it; as if all had had the same past, where that is compared
 * @param without median of the others
 * @param p how often samples in random order would differ at least as much
 * @param separation how often a sample of the one side lies beyond one of the other, from ½ to 1
 */
record CohortComparison(String signal, double with, double without, double p, double separation) {
  static final Comparator<CohortComparison> CLEAREST_FIRST =
      Comparator.comparingDouble(CohortComparison::p)
          .thenComparing(CohortComparison::separation, Comparator.reverseOrder())
          .thenComparing(CohortComparison::signal);

  private static final Duration COMPARED = Duration.ofMinutes(30);
  private static final int LEAST_SAMPLES = 4;

  /** Of each series at most so many samples, spread evenly. */
  private static final int SAMPLES = 100;

  /** Samples of one series depend on each other, so that p alone is soon small. */
  private static final double CLEAR = 0.001;

  private static final double CLEARLY_APART = 0.9;

  /** Pods of one version differ by this much now and then. */
  private static final double HALF_AS_MUCH_AGAIN = 1.5;

  /** The labels in which OpenTelemetry's attributes of an evaluated flag come to Prometheus. */
  private static final String FLAG_KEY = "feature_flag_key";

  private static final Set<String> FLAG_VALUES =
      Set.of("feature_flag_result_variant", "feature_flag_variant", "feature_flag_result_value");

  /** What may stand before a flag's key in a label named after it. */
  private static final List<String> NAMES_OF_LABELS =
      List.of("", "flag_", "feature_", "feature_flag_", "ff_");

  /** Labels that say where, as OpenTelemetry, Kubernetes and people name them. */
  private static final List<String> REGIONS =
      List.of(
          "cloud_availability_zone",
          "topology_kubernetes_io_zone",
          "availability_zone",
          "zone",
          "cloud_region",
          "topology_kubernetes_io_region",
          "region");

  private static final List<String> CLUSTERS = List.of("k8s_cluster_name", "cluster");

  /** Words that so many labels have that they name no variant by themselves. */
  private static final Set<String> SAY_NOTHING =
      Set.of("true", "false", "on", "off", "enabled", "disabled", "yes", "no", "0", "1");

  /** The samples of one signal on both sides. */
  private record Sides(List<Double> with, List<Double> without) {
    boolean isEnough() {
      return with.size() >= LEAST_SAMPLES && without.size() >= LEAST_SAMPLES;
    }
  }

  /** Tells who got it; empty where it does not. */
  private interface Split extends Function<Series, Optional<Boolean>> {}

  /** The comparison that the series allow, if any. */
  static Optional<CohortComparison> of(CandidateChange change, Situation situation) {
    List<Series> own =
        situation.signals().series().stream()
            .filter(one -> change.services().contains(one.service()))
            .toList();
    if (own.size() < 2) {
      return Optional.empty();
    }
    Instant live = change.exposure().start();
    Instant end = situation.anomaly().window().latest();
    Instant until = end.isBefore(live.plus(COMPARED)) ? end : live.plus(COMPARED);
    return best(own, byLabel(change.exposure(), own), false, live, until)
        .or(() -> best(own, byInstance(change.exposure()), true, live, until))
        .or(() -> best(own, byPlace(change), true, live, until))
        .or(() -> best(own, byAge(change), false, live, until));
  }

  private static Optional<CohortComparison> best(
      List<Series> own, Split split, boolean ownPast, Instant live, Instant until) {
    Map<String, List<Series>> told = new TreeMap<>();
    for (Series one : own) {
      if (split.apply(one).isPresent()
          && !(ownPast && Double.isNaN(median(one, live.minus(COMPARED), live)))) {
        told.computeIfAbsent(one.signal(), any -> new ArrayList<>()).add(one);
      }
    }
    Map<String, Sides> signals = new TreeMap<>();
    told.forEach(
        (signal, series) -> {
          double level =
              series.stream()
                  .mapToDouble(one -> median(one, live.minus(COMPARED), live))
                  .average()
                  .orElse(0);
          Sides both = new Sides(new ArrayList<>(), new ArrayList<>());
          for (Series one : series) {
            double apart = ownPast ? median(one, live.minus(COMPARED), live) - level : 0;
            add(one, live, until, apart, split.apply(one).orElse(false) ? both.with : both.without);
          }
          signals.put(signal, both);
        });
    signals.values().removeIf(sides -> !sides.isEnough());
    return signals.entrySet().stream()
        .map(one -> compared(one.getKey(), one.getValue(), signals.size()))
        .min(CLEAREST_FIRST);
  }

  private static CohortComparison compared(String signal, Sides sides, int signals) {
    double[] with = array(sides.with);
    double[] without = array(sides.without);
    double middleWith = StatUtils.percentile(with, 50);
    double middleWithout = StatUtils.percentile(without, 50);
    MannWhitneyUTest test = new MannWhitneyUTest();
    double p = test.mannWhitneyUTest(with, without);
    boolean isSymptom = SignalFamily.isWorse(signal, middleWithout, middleWith);
    return new CohortComparison(
        signal,
        middleWith,
        middleWithout,
        Double.isNaN(p) || !isSymptom ? 1 : Math.min(1, p * signals),
        shareBeyond(test.mannWhitneyU(with, without), (double) with.length * without.length));
  }

  private static double shareBeyond(double u, double pairs) {
    return Math.max(u, pairs - u) / pairs;
  }

  /** Whether it is more than chance, and than what instances of one version differ by. */
  boolean isClear() {
    boolean success = SignalFamily.isSuccess(signal);
    double whole = Math.max(with, without) <= 1 ? 1 : 100;
    double more = Math.abs(success ? whole - with : with);
    double less = Math.abs(success ? whole - without : without);
    return p < CLEAR
        && separation >= CLEARLY_APART
        && Math.max(more, less) >= HALF_AS_MUCH_AGAIN * Math.min(more, less);
  }

  /** For the reader: {@code error_rate 0.09 in those that got it, 0.01 in the others}. */
  String levels() {
    return signal
        + " "
        + Shift.number(with)
        + " in those that got it, "
        + Shift.number(without)
        + " in the others";
  }

  String words() {
    return signal
        + (p < 0.05 ? " differs between" : " is alike in")
        + " those that got it and those that did not ("
        + Shift.number(with)
        + " and "
        + Shift.number(without)
        + ", p = "
        + Shift.number(p)
        + ")";
  }

  private static Split byLabel(CandidateChange.Exposure exposure, List<Series> own) {
    CandidateChange.Variant variant = exposure.variant();
    if (variant.names().isEmpty()) {
      return any -> Optional.empty();
    }
    Set<String> telling = new TreeSet<>();
    for (Series one : own) {
      one.labels()
          .forEach(
              (label, value) -> {
                if (isOf(variant, label, one) && isOneOf(variant, value)) {
                  telling.add(label);
                }
              });
    }
    return one ->
        telling.stream()
            .filter(label -> one.labels().containsKey(label) && isOf(variant, label, one))
            .findFirst()
            .map(label -> isOneOf(variant, one.labels().getOrDefault(label, "")));
  }

  /**
   * Whether a label may name the variant: by its name, or because its values are not just words.
   */
  private static boolean isOf(CandidateChange.Variant variant, String label, Series series) {
    String flag = variant.flag();
    if (flag != null) {
      String key = series.labels().get(FLAG_KEY);
      if (key != null) {
        return FLAG_VALUES.contains(label) && key.equals(flag);
      }
      if (NAMES_OF_LABELS.stream().anyMatch(prefix -> plain(label).equals(prefix + plain(flag)))) {
        return true;
      }
    }
    return variant.names().stream().noneMatch(name -> SAY_NOTHING.contains(plain(name)));
  }

  /** As {@code 1.4.2}, {@code v1.4.2} or the tag of an image. */
  private static boolean isOneOf(CandidateChange.Variant variant, String value) {
    return variant.names().contains(value)
        || variant.names().stream()
            .anyMatch(name -> value.equals("v" + name) || value.endsWith(":" + name));
  }

  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "_");
  }

  private static Split byInstance(CandidateChange.Exposure exposure) {
    return one ->
        exposure.instances().isEmpty()
            ? Optional.empty()
            : one.instance().map(exposure.instances()::contains);
  }

  private static Split byPlace(CandidateChange change) {
    Set<String> regions = told(change, Target::region);
    Set<String> clusters = told(change, Target::cluster);
    return one -> isIn(one, REGIONS, regions).or(() -> isIn(one, CLUSTERS, clusters));
  }

  /** What all targets tell; empty if one does not: then it may have been everywhere. */
  private static Set<String> told(
      CandidateChange change, Function<Target, @Nullable String> place) {
    Set<String> told = new TreeSet<>();
    for (Target target : change.targets()) {
      String one = place.apply(target);
      if (one == null) {
        return Set.of();
      }
      told.add(one);
    }
    return told;
  }

  /** Whether one of the labels names one of the places; empty where no label names any. */
  private static Optional<Boolean> isIn(Series series, List<String> labels, Set<String> places) {
    List<String> named = labels.stream().filter(series.labels()::containsKey).toList();
    return places.isEmpty() || named.isEmpty()
        ? Optional.empty()
        : Optional.of(
            named.stream()
                .anyMatch(label -> places.contains(series.labels().getOrDefault(label, ""))));
  }

  /** Of a rollout: an instance is new if it has no samples from before. */
  private static Split byAge(CandidateChange change) {
    long live = change.exposure().start().toEpochMilli();
    return one ->
        change.kind().equals(ChangeKind.DEPLOYMENT) && one.instance().isPresent() && one.size() > 0
            ? Optional.of(one.time(0) > live)
            : Optional.empty();
  }

  private static double median(Series series, Instant from, Instant to) {
    List<Double> samples = new ArrayList<>();
    add(series, from, to, 0, samples);
    return samples.size() < LEAST_SAMPLES ? Double.NaN : StatUtils.percentile(array(samples), 50);
  }

  /** Samples after the one moment and up to the other, each less how far apart it usually is. */
  private static void add(
      Series series, Instant after, Instant to, double apart, List<Double> into) {
    int first = series.indexAt(after.plusMillis(1));
    int last = series.indexAt(to.plusMillis(1));
    int stride = Math.max(1, (last - first) / SAMPLES);
    for (int i = first; i < last; i += stride) {
      into.add(series.value(i) - apart);
    }
  }

  private static double[] array(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }
}
