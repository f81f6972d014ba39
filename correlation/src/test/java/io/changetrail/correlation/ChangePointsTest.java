// SPDX-License-Identifier: Apache-2.0
package io.changetrail.correlation;

import static org.assertj.core.api.Assertions.assertThat;

import io.changetrail.correlation.ChangePoints.ChangePoint;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ChangePointsTest {
  /**
   * Annual flow of the Nile at Aswan, 1871 to 1970, in 10⁸ m³: the usual example of one change
   * point, which all published analyses put at 1898, the last year of the higher flow.
   *
   * @see <a href="https://doi.org/10.1093/biomet/65.2.243">G. W. Cobb, The Problem of the Nile,
   *     Biometrika 65 (1978)</a>
   */
  private static final double[] NILE = {
    1120, 1160, 963, 1210, 1160, 1160, 813, 1230, 1370, 1140, 995, 935, 1110, 994, 1020, 960, 1180,
    799, 958, 1140, 1100, 1210, 1150, 1250, 1260, 1220, 1030, 1100, 774, 840, 874, 694, 940, 833,
    701, 916, 692, 1020, 1050, 969, 831, 726, 456, 824, 702, 1120, 1100, 832, 764, 821, 768, 845,
    864, 862, 698, 845, 744, 796, 1040, 759, 781, 865, 845, 944, 984, 897, 822, 1010, 771, 676, 649,
    846, 812, 742, 801, 1040, 860, 874, 848, 890, 744, 749, 838, 1050, 918, 986, 797, 923, 975, 815,
    1020, 906, 901, 1170, 912, 746, 919, 718, 714, 740
  };

  @Test
  void theFlowOfTheNileChangedAfter1898() {
    List<ChangePoint> points = ChangePoints.of(NILE, 20);

    assertThat(points).hasSize(1);
    assertThat(1871 + points.get(0).index() - 1).isEqualTo(1898);
    assertThat(points.get(0).p()).isLessThanOrEqualTo(0.01);
  }

  /** As in the simulations of the paper: normal segments whose means differ by 3. */
  @Test
  void eachOfTwoShiftsOfTheMeanIsFound() {
    Random random = new Random(3);
    double[] values = new double[90];
    Arrays.setAll(values, i -> random.nextGaussian() + (i >= 30 && i < 60 ? 3 : 0));

    assertThat(ChangePoints.of(values, 10))
        .hasSize(2)
        .satisfies(points -> assertThat(points.get(0).index()).isBetween(28, 32))
        .satisfies(points -> assertThat(points.get(1).index()).isBetween(58, 62));
  }

  /** The test's level is one in a hundred: of three hundred calm series about three cry wolf. */
  @Test
  void calmSeriesAreCutAsSeldomAsTheTestPromises() {
    Random random = new Random(5);
    int cut = 0;
    for (int i = 0; i < 300; i++) {
      double[] values = new double[40];
      Arrays.setAll(values, j -> random.nextGaussian());
      cut += ChangePoints.of(values, 5).isEmpty() ? 0 : 1;
    }

    assertThat(cut).isLessThanOrEqualTo(9);
  }

  @Test
  void constantAndShortSeriesHaveNone() {
    assertThat(ChangePoints.of(new double[60], 2)).isEmpty();
    assertThat(ChangePoints.of(new double[] {1, 9}, 2)).isEmpty();
    assertThat(ChangePoints.of(new double[0], 2)).isEmpty();
  }
}
