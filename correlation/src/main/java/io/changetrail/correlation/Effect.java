// SPDX-License-Identifier: Apache-2.0
package io.changetrail.correlation;

import java.util.Arrays;
import java.util.Optional;
import org.hipparchus.distribution.continuous.TDistribution;
import org.hipparchus.stat.StatUtils;
import org.hipparchus.stat.inference.MannWhitneyUTest;
import org.jspecify.annotations.Nullable;

/**
 * How much one signal differs after a change from before it. Metrics of one series depend on each
 * other from sample to sample, so that the interval is rather too narrow than too wide: it tells
 * what is worth looking at, and proves nothing.
 *
 * @param instance null for a series of the whole service
 * @param before median of the samples before, in the unit of the signal
 * @param after median of the samples after
 * @param difference of the means, after less before, in the unit of the signal
 * @param lower end of its 95 % interval (Welch)
 * @param upper end of its 95 % interval
 * @param p two-sided, of the rank test of Mann and Whitney: how often samples in random order would
 *     differ at least as much
 * @param samplesBefore how many
 * @param samplesAfter how many
 * @see <a href="https://doi.org/10.1093/biomet/34.1-2.28">B. L. Welch, The generalization of
 *     'Student's' problem when several different population variances are involved (1947)</a>
 */
public record Effect(
    String service,
    @Nullable String instance,
    String signal,
    double before,
    double after,
    double difference,
    double lower,
    double upper,
    double p,
    int samplesBefore,
    int samplesAfter) {
  private static final double CONFIDENCE = 0.95;

  /** Empty with fewer than two samples on a side: nothing is known of their scatter then. */
  static Optional<Effect> of(Series series, double[] before, double[] after) {
    if (before.length < 2 || after.length < 2) {
      return Optional.empty();
    }
    double difference = StatUtils.mean(after) - StatUtils.mean(before);
    double ofBefore = StatUtils.variance(before) / before.length;
    double ofAfter = StatUtils.variance(after) / after.length;
    double error = Math.sqrt(ofBefore + ofAfter);
    double half = 0;
    if (error > 0) {
      double freedom =
          Math.pow(ofBefore + ofAfter, 2)
              / (ofBefore * ofBefore / (before.length - 1)
                  + ofAfter * ofAfter / (after.length - 1));
      half = error * new TDistribution(freedom).inverseCumulativeProbability((1 + CONFIDENCE) / 2);
    }
    if (!Double.isFinite(difference) || !Double.isFinite(half)) {
      return Optional.empty();
    }
    return Optional.of(
        new Effect(
            series.service(),
            series.instance().orElse(null),
            series.signal(),
            StatUtils.percentile(before, 50),
            StatUtils.percentile(after, 50),
            difference,
            difference - half,
            difference + half,
            p(before, after),
            before.length,
            after.length));
  }

  private static double p(double[] before, double[] after) {
    // All alike: the test has nothing to rank.
    if (Arrays.stream(before).distinct().count() == 1
        && Arrays.stream(after).allMatch(value -> value == before[0])) {
      return 1;
    }
    double p = new MannWhitneyUTest().mannWhitneyUTest(before, after);
    return Double.isNaN(p) ? 1 : Math.min(1, p);
  }

  /** For the reader: {@code (+0.7 [0.6, 0.8], p = 0.0002)}. */
  String words() {
    return "("
        + (difference > 0 ? "+" : "")
        + Shift.number(difference)
        + " ["
        + Shift.number(lower)
        + ", "
        + Shift.number(upper)
        + "], p = "
        + Shift.number(p)
        + ")";
  }
}
