// SPDX-License-Identifier: Apache-2.0
package io.changetrail.correlation;

import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.hipparchus.stat.StatUtils;
import org.jspecify.annotations.Nullable;

/**
 * One metric of one instance of a service (or of the service as a whole) over time.
 *
 * <p>Whatever order, duplicates or holes the samples came with, what is kept is strictly ascending
 * in time and finite: NaN and infinite values are missing samples, and so are those of which not
 * even the squares can be added up; of samples with the same time the last one given counts.
 */
public final class Series {
  /**
   * Beyond it a value is none that anything measures, such as the largest that there is, which
   * stands for no limit. Its fourth power, which a test of two samples takes, is still a number.
   */
  private static final double LARGEST = 1e60;

  /** Closer to zero than this is zero: the differences of such values vanish. */
  private static final double SMALLEST = 1e-60;

  private final String service;
  private final @Nullable String instance;
  private final String signal;
  private final Map<String, String> labels;
  private final long[] times;
  private final double[] values;

  /**
   * A series of these samples.
   *
   * @param service canonical name of the service
   * @param instance the pod or host; null for a series of the whole service
   * @param signal snake case, such as {@code latency_server_p99}
   * @param labels version, zone, flag variant and the like
   * @param times milliseconds since the epoch
   * @param values one for each time
   * @throws IllegalArgumentException if the two arrays differ in length
   */
  public Series(
      String service,
      @Nullable String instance,
      String signal,
      Map<String, String> labels,
      long[] times,
      double[] values) {
    if (times.length != values.length) {
      throw new IllegalArgumentException(
          "series." + signal + ": has " + times.length + " times but " + values.length + " values");
    }
    if (service.isBlank() || signal.isBlank()) {
      throw new IllegalArgumentException("series: service and signal must not be blank");
    }
    this.service = service;
    this.instance = instance == null || instance.isBlank() ? null : instance;
    this.signal = signal;
    this.labels = Map.copyOf(labels);
    long[] keptTimes = times.clone();
    double[] keptValues = values.clone();
    if (!isAscending(times)) {
      sortByTime(times, values, keptTimes, keptValues);
    }
    int kept = keepUsableAndLast(keptTimes, keptValues);
    this.times = kept == keptTimes.length ? keptTimes : Arrays.copyOf(keptTimes, kept);
    this.values = kept == keptValues.length ? keptValues : Arrays.copyOf(keptValues, kept);
  }

  private static boolean isAscending(long[] times) {
    for (int i = 1; i < times.length; i++) {
      if (times[i] < times[i - 1]) {
        return false;
      }
    }
    return true;
  }

  /** Stable, so that of equal times the one given last stays last. */
  private static void sortByTime(long[] times, double[] values, long[] toTimes, double[] toValues) {
    Integer[] order = new Integer[times.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, (a, b) -> Long.compare(times[a], times[b]));
    for (int i = 0; i < order.length; i++) {
      toTimes[i] = times[order[i]];
      toValues[i] = values[order[i]];
    }
  }

  private static int keepUsableAndLast(long[] times, double[] values) {
    int kept = 0;
    for (int i = 0; i < times.length; i++) {
      if (!(Math.abs(values[i]) <= LARGEST)) {
        continue;
      }
      if (kept > 0 && times[kept - 1] == times[i]) {
        kept--;
      }
      times[kept] = times[i];
      values[kept] = Math.abs(values[i]) < SMALLEST ? 0 : values[i];
      kept++;
    }
    return kept;
  }

  public String service() {
    return service;
  }

  public Optional<String> instance() {
    return Optional.ofNullable(instance);
  }

  public String signal() {
    return signal;
  }

  public Map<String, String> labels() {
    return labels;
  }

  /** The number of samples kept. */
  public int size() {
    return times.length;
  }

  /** When sample {@code i} was taken, in milliseconds since the epoch. */
  public long time(int i) {
    return times[i];
  }

  public double value(int i) {
    return values[i];
  }

  /**
   * The usual time between two samples, in milliseconds: the median, so that a stray sample from
   * another year does not count for years.
   *
   * @param first how many samples are looked at, from the first one on; at least 2
   */
  long spacing(int first) {
    int stride = Math.max(1, (first - 1) / 200);
    return (long)
        StatUtils.percentile(
            IntStream.iterate(1, i -> i < first, i -> i + stride)
                .mapToDouble(i -> times[i] - times[i - 1])
                .toArray(),
            50);
  }

  /** The index of the first sample at or after that moment; {@link #size()} if there is none. */
  public int indexAt(Instant moment) {
    int found = Arrays.binarySearch(times, moment.toEpochMilli());
    return found >= 0 ? found : -found - 1;
  }

  @Override
  public String toString() {
    return signal + " of " + (instance == null ? service : instance) + " (" + size() + " samples)";
  }
}
