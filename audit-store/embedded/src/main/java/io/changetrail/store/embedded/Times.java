// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store.embedded;

import java.time.Instant;

/** Instants as nanoseconds since 1970, which a column can order by; good for 1678 to 2261. */
final class Times {
  private static final long SECOND = 1_000_000_000L;
  private static final Instant FIRST = Instant.ofEpochSecond(-9_200_000_000L);
  private static final Instant LAST = Instant.ofEpochSecond(9_200_000_000L);

  private Times() {}

  static boolean fits(Instant time) {
    return !time.isBefore(FIRST) && !time.isAfter(LAST);
  }

  /** Times outside the range become its ends, which is what a border of a query wants. */
  static long nanos(Instant time) {
    Instant inside = time.isBefore(FIRST) ? FIRST : time.isAfter(LAST) ? LAST : time;
    return Math.addExact(
        Math.multiplyExact(inside.getEpochSecond(), SECOND), (long) inside.getNano());
  }

  static Instant instant(long nanos) {
    return Instant.ofEpochSecond(Math.floorDiv(nanos, SECOND), Math.floorMod(nanos, SECOND));
  }
}
