// SPDX-License-Identifier: Apache-2.0
package io.changetrail.correlation;

import io.changetrail.correlation.Calibration.Constant;
import io.changetrail.correlation.ChangePoints.ChangePoint;
import io.changetrail.model.Interval;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * When the anomaly began: at the last change for the worse in its own series before the alert, or,
 * where none tells, in the minutes before the alert.
 */
final class OnsetDetection {
  /** So far back the series is looked at; rarer samples lengthen it. */
  private static final Duration SPAN = Duration.ofHours(3);

  private static final long USUAL_STEP = 60_000;
  private static final int LEAST_SAMPLES = 10;

  /** Fewer samples than this in a row are a spike. */
  private static final int SHORTEST = 2;

  private static final long DAY = Duration.ofDays(1).toMillis();

  /** Names of counters end so, by the conventions of Prometheus and OpenMetrics. */
  private static final Set<String> COUNTERS = Set.of("total", "count", "sum", "bucket");

  private OnsetDetection() {}

  /** The onset of an anomaly. */
  static Onset of(Anomaly anomaly, List<Series> series, Calibration calibration) {
    Onset told = ofAlert(anomaly, calibration);
    return series.stream()
        .filter(one -> one.service().equals(anomaly.service()))
        .filter(one -> one.signal().equals(anomaly.signal()))
        .flatMap(one -> Samples.of(one, anomaly).worsening(told.interval()).stream())
        // Of several instances the first that was hit.
        .min(
            Comparator.comparing((Onset onset) -> onset.interval().earliest())
                .thenComparing(onset -> onset.interval().latest())
                .thenComparing(Onset::basis))
        .orElse(told);
  }

  private static Onset ofAlert(Anomaly anomaly, Calibration calibration) {
    Duration late = calibration.minutes(Constant.MINUTES_LATE);
    Instant latest = anomaly.detectedAt().minus(anomaly.pending());
    return new Onset(
        new Interval(latest.minus(late), latest),
        "from the alert alone: it fired at "
            + anomaly.detectedAt()
            + (anomaly.pending().isZero()
                ? ""
                : " after its condition had held for " + Durations.words(anomaly.pending()))
            + ", and alerts are up to "
            + Durations.words(late)
            + " late");
  }

  /** A series as it is searched: evenly spaced medians, without its counting and its days. */
  private record Samples(Series series, long[] times, double[] values, long step) {

    static Samples of(Series series, Anomaly anomaly) {
      long end = anomaly.window().latest().toEpochMilli();
      int to = series.indexAt(Instant.ofEpochMilli(end + 1));
      long own = to < 2 ? USUAL_STEP : series.spacing(to);
      long step = Math.max(USUAL_STEP, own);
      long span = SPAN.toMillis() / USUAL_STEP * step;
      long from = anomaly.detectedAt().toEpochMilli() - span;
      Samples recent =
          binned(series, from, Math.min(to, upTo(series, from + span + 30 * step)), step);
      Samples before = binned(series, from - DAY, upTo(series, from - DAY + span + step), step);
      return recent.withoutDay(before);
    }

    private static int upTo(Series series, long time) {
      return series.indexAt(Instant.ofEpochMilli(time));
    }

    private static Samples binned(Series series, long from, int to, long step) {
      List<Long> times = new ArrayList<>();
      List<Double> values = new ArrayList<>();
      boolean counter = isCounter(series.signal());
      int at = series.indexAt(Instant.ofEpochMilli(from));
      while (at < to) {
        long bin = Math.floorDiv(series.time(at), step);
        int next = at;
        while (next < to && Math.floorDiv(series.time(next), step) == bin) {
          next++;
        }
        double value = counter ? increase(series, at, next) : median(series, at, next);
        if (!Double.isNaN(value)) {
          times.add(series.time(next - 1));
          values.add(value);
        }
        at = next;
      }
      return new Samples(
          series,
          times.stream().mapToLong(Long::longValue).toArray(),
          values.stream().mapToDouble(Double::doubleValue).toArray(),
          step);
    }

    private static boolean isCounter(String signal) {
      String name = signal.toLowerCase(Locale.ROOT);
      return COUNTERS.contains(name.substring(name.lastIndexOf('_') + 1));
    }

    /** A second, since the sample before; what was counted before a reset is lost. */
    private static double increase(Series series, int from, int to) {
      if (from == 0) {
        return Double.NaN;
      }
      double sum = 0;
      for (int i = from; i < to; i++) {
        double difference = series.value(i) - series.value(i - 1);
        sum += difference < 0 ? series.value(i) : difference;
      }
      return sum / (series.time(to - 1) - series.time(from - 1)) * 1000;
    }

    private static double median(Series series, int from, int to) {
      double[] sorted = new double[Math.min(to - from, 1001)];
      Arrays.setAll(
          sorted, i -> series.value(from + (int) ((long) i * (to - from) / sorted.length)));
      return median(sorted);
    }

    private static double median(double[] values) {
      double[] sorted = values.clone();
      Arrays.sort(sorted);
      int half = sorted.length / 2;
      return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }

    /** Less what it was a day before, if that makes it steadier: then days are alike. */
    private Samples withoutDay(Samples before) {
      if (values.length < LEAST_SAMPLES) {
        return this;
      }
      double[] rest = new double[values.length];
      int at = 0;
      for (int i = 0; i < values.length; i++) {
        while (at < before.times.length && before.times[at] < times[i] - DAY - step / 2) {
          at++;
        }
        if (at == before.times.length || before.times[at] > times[i] - DAY + step) {
          return this;
        }
        rest[i] = values[i] - before.values[at];
      }
      return spread(rest) < spread(values) ? new Samples(series, times, rest, step) : this;
    }

    private static double spread(double[] values) {
      double middle = median(values);
      return median(Arrays.stream(values).map(value -> Math.abs(value - middle)).toArray());
    }

    /**
     * The last change for the worse in the minutes in which the alert's condition began to hold,
     * unless the series recovered before the alert: then it was another one.
     */
    Optional<Onset> worsening(Interval minutes) {
      if (values.length < LEAST_SAMPLES) {
        return Optional.empty();
      }
      List<ChangePoint> points = ChangePoints.of(values, SHORTEST);
      for (int i = points.size() - 1; i >= 0; i--) {
        ChangePoint point = points.get(i);
        Instant first = Instant.ofEpochMilli(times[point.index()]);
        if (first.isAfter(minutes.latest().plusMillis(step))) {
          continue;
        }
        int from = i == 0 ? 0 : points.get(i - 1).index();
        int to = i == points.size() - 1 ? values.length : points.get(i + 1).index();
        double before = median(Arrays.copyOfRange(values, from, point.index()));
        double after = median(Arrays.copyOfRange(values, point.index(), to));
        return first.isAfter(minutes.earliest())
                && SignalFamily.isWorse(series.signal(), before, after)
            ? Optional.of(onset(point, before, after, minutes))
            : Optional.empty();
      }
      return Optional.empty();
    }

    /** From the last sample before it on, and a step longer, as clocks differ. */
    private Onset onset(ChangePoint point, double before, double after, Interval minutes) {
      Instant earliest = Instant.ofEpochMilli(times[point.earliest() - 1]);
      Instant next = Instant.ofEpochMilli(times[point.latest()] + step);
      Instant latest = next.isAfter(minutes.latest()) ? minutes.latest() : next;
      return new Onset(
          new Interval(earliest, latest.isBefore(earliest) ? earliest : latest),
          "from a change point in "
              + series.signal()
              + " of "
              + series.instance().orElse(series.service())
              + ": "
              + Shift.number(before)
              + " → "
              + Shift.number(after)
              + " (p = "
              + Shift.number(point.p())
              + ", E-divisive)");
    }
  }
}
