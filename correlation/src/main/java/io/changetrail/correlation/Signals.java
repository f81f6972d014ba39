// SPDX-License-Identifier: Apache-2.0
package io.changetrail.correlation;

import io.changetrail.correlation.Calibration.Constant;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The series of a question, and how far each of them moved at a moment.
 *
 * <p>Both windows are short, because a fault may be over before the alert fires, and compared by
 * their medians, so that a single spike is none. How much is much is learnt from the same statistic
 * over earlier windows, pooled over all services that report a signal of that name: a service that
 * was hit before, or that hardly ever moves, is so measured by the same rule as the others.
 */
final class Signals {
  /** In a window of either kind there shall be about so many samples, however rare they are. */
  private static final int SAMPLES_BEFORE = 20;

  private static final int SAMPLES_AFTER = 4;

  /** More samples than this in a window are thinned out evenly: a median needs no more. */
  private static final int SAMPLES_ENOUGH = 200;

  /** The share of earlier windows that count as usual, and where it lies for a normal variable. */
  private static final double USUAL = 0.8;

  private static final double DEVIATIONS = 1.2816;

  /** Of a success rate: one per cent of the whole. */
  private static final double SUCCESS_OFFSET = 0.01;

  /** Services whose signals of that family moved, with a representative of each. */
  record Moved(Map<String, Map<SignalFamily, Shift>> byService) {
    Optional<Shift> of(String service, SignalFamily family) {
      return Optional.ofNullable(byService.getOrDefault(service, Map.of()).get(family));
    }
  }

  private final Calibration calibration;
  private final double smallest;
  private final List<Prepared> prepared = new ArrayList<>();
  private final long end;
  private final long first;
  private final long step;
  private final Map<Long, Moved> known = new HashMap<>();

  /**
   * Prepares the series.
   *
   * @param end no sample after it is read
   */
  Signals(List<Series> series, Instant end, Calibration calibration) {
    this.calibration = calibration;
    this.smallest = calibration.of(Constant.SMALLEST_MOVEMENT);
    this.end = end.toEpochMilli();
    List<Series> ordered = new ArrayList<>(series);
    ordered.sort(
        Comparator.comparing(Series::service)
            .thenComparing(Series::signal)
            .thenComparing(one -> one.instance().orElse(""))
            .thenComparing(one -> new TreeMap<>(one.labels()).toString()));
    long earliest = Long.MAX_VALUE;
    for (Series one : ordered) {
      if (one.indexAt(end.plusMillis(1)) > 1
          && SignalFamily.of(one.signal()) != SignalFamily.HOST) {
        prepared.add(new Prepared(one));
        earliest = Math.min(earliest, one.time(0));
      }
    }
    this.first = earliest;
    this.step = Math.max(minutes(Constant.MINUTES_AFTER) / SAMPLES_AFTER, usualStep());
  }

  /** Those that say something of a service, in an order of their own. */
  List<Series> series() {
    return prepared.stream().map(one -> one.series).toList();
  }

  boolean isEmpty() {
    return prepared.isEmpty();
  }

  /** Whether there are samples on both sides of that moment. */
  boolean cover(Instant moment) {
    long at = moment.toEpochMilli();
    return at >= first + step && at <= end - step / 2;
  }

  /** How far each service moved at that moment. */
  Moved at(Instant moment) {
    return known.computeIfAbsent(
        moment.toEpochMilli(), instant -> compute(instant, usual(instant)));
  }

  /**
   * How far each service moved at that moment, in multiples of what was usual before an earlier
   * one: what happened in between is then no part of the usual.
   */
  Moved at(Instant moment, Instant asUsualBefore) {
    return compute(moment.toEpochMilli(), usual(asUsualBefore.toEpochMilli()));
  }

  /** How much a signal that moved at that moment differs after it from before it. */
  Optional<Effect> effect(Shift shift, Instant moment) {
    return prepared.stream()
        .filter(one -> one.series == shift.series())
        .findFirst()
        .flatMap(one -> one.effect(moment.toEpochMilli()));
  }

  /**
   * How far a signal of a service is apart on two sides at a moment, in multiples of what was usual
   * before; 0 where it has no such signal. Positive where the second is higher, of a success rate
   * lower.
   */
  double strength(String service, String signal, double one, double other, Instant moment) {
    return prepared.stream()
        .filter(each -> each.series.service().equals(service))
        .filter(each -> each.series.signal().equals(signal))
        .findFirst()
        .map(
            each ->
                (each.level(other) - each.level(one))
                    / usual(moment.toEpochMilli()).getOrDefault(signal, smallest))
        .orElse(0.0);
  }

  private Moved compute(long moment, Map<String, Double> usual) {
    Map<String, Map<SignalFamily, List<Shift>>> all = new TreeMap<>();
    for (Prepared one : prepared) {
      double before = one.before(moment);
      double after = one.after(moment);
      if (!Double.isNaN(before) && !Double.isNaN(after)) {
        double strength =
            (one.level(after) - one.level(before))
                / usual.getOrDefault(one.series.signal(), smallest);
        all.computeIfAbsent(one.series.service(), any -> new HashMap<>())
            .computeIfAbsent(one.family, any -> new ArrayList<>())
            .add(new Shift(one.series, before, after, strength));
      }
    }
    Map<String, Map<SignalFamily, Shift>> byService = new TreeMap<>();
    all.forEach(
        (service, families) -> {
          Map<SignalFamily, Shift> one = new TreeMap<>();
          families.forEach((family, shifts) -> one.put(family, representative(shifts)));
          byService.put(service, one);
        });
    return new Moved(byService);
  }

  /** Not the largest, where there are several: two thirds of them moved less, one third more. */
  private static Shift representative(List<Shift> shifts) {
    shifts.sort(Comparator.comparingDouble(shift -> Math.abs(shift.strength())));
    return shifts.get(shifts.size() - 1 - shifts.size() / 3);
  }

  /** By signal: what one standard deviation of its usual movement is, on the logarithmic scale. */
  private Map<String, Double> usual(long moment) {
    Map<String, List<Double>> movements = new HashMap<>();
    for (Prepared one : prepared) {
      one.earlierMovements(
          moment, movements.computeIfAbsent(one.series.signal(), any -> new ArrayList<>()));
    }
    Map<String, Double> usual = new HashMap<>();
    movements.forEach(
        (signal, sizes) -> {
          if (!sizes.isEmpty()) {
            double one =
                calibration.of(Constant.USUAL_MOVEMENT) * quantile(sizes, USUAL) / DEVIATIONS;
            usual.put(signal, Math.max(smallest, one));
          }
        });
    return usual;
  }

  private static double quantile(List<Double> values, double share) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    double place = share * (sorted.length - 1);
    int below = (int) place;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  }

  private long minutes(Constant constant) {
    return calibration.minutes(constant).toMillis();
  }

  private long usualStep() {
    long[] steps = prepared.stream().mapToLong(one -> one.step).sorted().toArray();
    return steps.length == 0 ? 0 : steps[steps.length / 2];
  }

  /** A series on its logarithmic scale. */
  private final class Prepared {
    private final Series series;
    private final SignalFamily family;
    private final boolean success;
    private final double whole;
    private final double offset;
    private final long before;
    private final long after;
    private final long step;
    private final long spacing;

    /**
     * By place on a grid; a series may reach from anywhere to anywhere, and few places are asked.
     */
    private final Map<Long, Double> movements = new HashMap<>();

    Prepared(Series series) {
      this.series = series;
      this.family = SignalFamily.of(series.signal());
      this.success = SignalFamily.isSuccess(series.signal());
      int size = index(end + 1);
      this.step = series.spacing(size);
      this.before = Math.max(minutes(Constant.MINUTES_BEFORE), step * SAMPLES_BEFORE);
      this.after = Math.max(minutes(Constant.MINUTES_AFTER), step * SAMPLES_AFTER);
      this.spacing = after / SAMPLES_AFTER;
      double sum = 0;
      double largest = 0;
      int read = Math.max(1, size / 10_000);
      int n = 0;
      for (int i = 0; i < size; i += read) {
        sum += Math.abs(series.value(i));
        largest = Math.max(largest, series.value(i));
        n++;
      }
      this.whole = largest <= 1 ? 1 : 100;
      double mean = n == 0 ? 0 : sum / n;
      this.offset =
          success
              ? SUCCESS_OFFSET * whole
              : Math.max(calibration.of(Constant.LOGARITHM_OFFSET) * mean, Double.MIN_NORMAL * 1e9);
    }

    double level(double value) {
      double amount = success ? Math.max(0, whole - value) : Math.abs(value);
      return Math.log(amount + offset);
    }

    double before(long moment) {
      return median(index(moment - before + 1), index(moment + 1), 2);
    }

    double after(long moment) {
      return median(index(moment + 1), index(Math.min(end, moment + after) + 1), 1);
    }

    Optional<Effect> effect(long moment) {
      int middle = index(moment + 1);
      return Effect.of(
          series,
          samples(index(moment - before + 1), middle),
          samples(middle, index(Math.min(end, moment + after) + 1)));
    }

    /** The same statistic for windows that were over at that moment. */
    void earlierMovements(long moment, List<Double> into) {
      int found = 0;
      long latest = Math.floorDiv(moment - after - firstTime(), spacing);
      long earliest = latest - (long) calibration.of(Constant.EARLIER_WINDOWS);
      long last = (series.time(series.size() - 1) - firstTime()) / spacing;
      for (long slot = Math.max(0, earliest); slot <= Math.min(latest, last); slot++) {
        double movement = movements.computeIfAbsent(slot, this::movement);
        if (!Double.isNaN(movement)) {
          into.add(movement);
          found++;
        }
      }
      if (found < 3) {
        scatter(moment, into);
      }
    }

    /** How far it moved at one of the moments of a grid; each is looked at by many changes. */
    private double movement(long slot) {
      long then = firstTime() + slot * spacing;
      double earlier = before(then);
      double later = after(then);
      return Double.isNaN(earlier) || Double.isNaN(later)
          ? Double.NaN
          : Math.abs(level(later) - level(earlier));
    }

    private long firstTime() {
      return series.time(0);
    }

    /** For a history too short for windows: how far single samples lie from their median. */
    private void scatter(long moment, List<Double> into) {
      double middle = before(moment);
      if (!Double.isNaN(middle)) {
        for (int i = index(moment - before + 1); i < index(moment + 1); i++) {
          into.add(Math.abs(level(series.value(i)) - level(middle)));
        }
      }
    }

    private int index(long time) {
      return series.indexAt(Instant.ofEpochMilli(time));
    }

    private double median(int from, int to, int least) {
      if (to - from < least) {
        return Double.NaN;
      }
      double[] window = samples(from, to);
      Arrays.sort(window);
      int half = window.length / 2;
      return window.length % 2 == 1 ? window[half] : (window[half - 1] + window[half]) / 2;
    }

    private double[] samples(int from, int to) {
      int n = to - from;
      int stride = 1 + (n - 1) / SAMPLES_ENOUGH;
      double[] window = new double[n <= 0 ? 0 : (n - 1) / stride + 1];
      for (int i = 0; i < window.length; i++) {
        window[i] = series.value(from + i * stride);
      }
      return window;
    }
  }
}
