// SPDX-License-Identifier: Apache-2.0
package io.changetrail.shipper;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Pauses between attempts: each up to twice as long as the one before, and of a random length from
 * the half of that on, so that many who lost the same server do not come back at the same moment.
 */
final class Backoff {
  private final Duration first;
  private final Duration longest;
  private final RandomGenerator random;
  private int failures;

  Backoff(Duration first, Duration longest, RandomGenerator random) {
    this.first = first;
    this.longest = longest;
    this.random = random;
  }

  Duration next() {
    double most =
        Math.min(
            (double) longest.toNanos(),
            (double) first.toNanos() * Math.pow(2, Math.min(failures, 62)));
    failures++;
    return Duration.ofNanos((long) (most / 2 + random.nextDouble() * most / 2));
  }

  void reset() {
    failures = 0;
  }

  int failures() {
    return failures;
  }
}
