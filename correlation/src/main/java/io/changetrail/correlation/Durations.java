// SPDX-License-Identifier: Apache-2.0
package io.changetrail.correlation;

import java.time.Duration;

/** Durations as people say them: {@code 45 s}, {@code 3 min 20 s}, {@code 2 h 5 min}. */
final class Durations {
  private Durations() {}

  static String words(Duration length) {
    long seconds = length.toSeconds();
    if (seconds < 60) {
      return seconds + " s";
    }
    if (seconds < 3600) {
      return seconds / 60 + " min" + (seconds % 60 == 0 ? "" : " " + seconds % 60 + " s");
    }
    return seconds / 3600 + " h" + (seconds % 3600 < 60 ? "" : " " + seconds % 3600 / 60 + " min");
  }
}
