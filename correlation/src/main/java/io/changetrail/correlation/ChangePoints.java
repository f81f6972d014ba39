// SPDX-License-Identifier: Apache-2.0
package io.changetrail.correlation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Where the distribution of a series of numbers changes: E-divisive, which cuts a series in two
 * where the energy distance between both parts is largest, as long as a permutation test finds the
 * cut significant, and goes on in the parts. (In the paper the second part may also end early; here
 * it reaches to the end, which is faster.) It assumes nothing about the distribution but a mean.
 *
 * @see <a href="https://doi.org/10.1080/01621459.2013.849605">D. S. Matteson and N. A. James, A
 *     Nonparametric Approach for Multiple Change Point Analysis of Multivariate Data, Journal of
 *     the American Statistical Association 109 (2014)</a>
 */
final class ChangePoints {
  /** Stricter than the usual one in twenty: an onset that is wrong would acquit the cause. */
  private static final double SIGNIFICANCE = 0.01;

  /** Cuts with at least this share of the best statistic cannot be told from it. */
  private static final double NEARLY = 0.95;

  private static final int PERMUTATIONS = 199;

  /** Any number does; the same one gives the same answer each time. */
  private static final long SEED = 20_140_301;

  private final double[] values;
  private final int shortest;

  private ChangePoints(double[] values, int shortest) {
    this.values = values.clone();
    this.shortest = shortest;
  }

  /**
   * A change of the distribution.
   *
   * @param index of the first value after it
   * @param earliest the first value after it has at least this index
   * @param latest the first value after it has at most this index
   * @param p how often values in random order can be cut at least as well
   */
  record ChangePoint(int index, int earliest, int latest, double p) {}

  /**
   * All significant ones, in order.
   *
   * @param values finite; a few hundred at most, as the work grows with their square
   * @param shortest how many values the parts have at least
   */
  static List<ChangePoint> of(double[] values, int shortest) {
    ChangePoints search = new ChangePoints(values, shortest);
    List<ChangePoint> found = new ArrayList<>();
    search.divide(0, values.length, found);
    found.sort((a, b) -> Integer.compare(a.index, b.index));
    return Collections.unmodifiableList(found);
  }

  private record Cut(int index, double statistic, int earliest, int latest) {}

  private void divide(int from, int to, List<ChangePoint> found) {
    if (to - from < 2 * shortest) {
      return;
    }
    double[] part = Arrays.copyOfRange(values, from, to);
    Cut best = best(part);
    double p = p(part, best.statistic);
    if (p <= SIGNIFICANCE) {
      found.add(new ChangePoint(from + best.index, from + best.earliest, from + best.latest, p));
      divide(from, from + best.index, found);
      divide(from + best.index, to, found);
    }
  }

  private double p(double[] part, double statistic) {
    Random random = new Random(SEED);
    double[] shuffled = part.clone();
    int atLeast = 0;
    for (int i = 0; i < PERMUTATIONS; i++) {
      for (int j = shuffled.length - 1; j > 0; j--) {
        int other = random.nextInt(j + 1);
        double value = shuffled[j];
        shuffled[j] = shuffled[other];
        shuffled[other] = value;
      }
      if (best(shuffled).statistic >= statistic * (1 - 1e-12)) {
        atLeast++;
      }
      // No further permutation can make it significant.
      if (atLeast > SIGNIFICANCE * (PERMUTATIONS + 1) - 1) {
        break;
      }
    }
    return (atLeast + 1.0) / (PERMUTATIONS + 1);
  }

  /**
   * The best cut. Where others nearby are nearly as good, the change may as well lie there. The
   * sums of distances within and between the parts are kept while the cut moves.
   */
  private Cut best(double[] part) {
    int n = part.length;
    double[] statistic = new double[n];
    double within = 0;
    double between = 0;
    double rest = 0;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < i; j++) {
        rest += Math.abs(part[i] - part[j]);
      }
    }
    int index = shortest;
    for (int cut = 1; cut <= n - shortest; cut++) {
      double toLeft = 0;
      double toRight = 0;
      for (int j = 0; j < cut - 1; j++) {
        toLeft += Math.abs(part[cut - 1] - part[j]);
      }
      for (int j = cut; j < n; j++) {
        toRight += Math.abs(part[cut - 1] - part[j]);
      }
      within += toLeft;
      between += toRight - toLeft;
      rest -= toRight;
      if (cut >= shortest) {
        double left = cut;
        double right = n - cut;
        double energy =
            2 * between / (left * right) - pairMean(within, left) - pairMean(rest, right);
        statistic[cut] = left * right / n * energy;
        if (statistic[cut] > statistic[index]) {
          index = cut;
        }
      }
    }
    double nearly = NEARLY * statistic[index];
    int earliest = index;
    while (earliest > shortest && statistic[earliest - 1] >= nearly) {
      earliest--;
    }
    int latest = index;
    while (latest < n - shortest && statistic[latest + 1] >= nearly) {
      latest++;
    }
    return new Cut(index, statistic[index], earliest, latest);
  }

  private static double pairMean(double sum, double n) {
    return n < 2 ? 0 : 2 * sum / (n * (n - 1));
  }
}
