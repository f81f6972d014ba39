// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Counts of events over time.
 *
 * @param width of each bucket; buckets begin at multiples of it since the epoch
 * @param buckets in order of time, those with a count above zero only
 */
public record Histogram(Duration width, List<Bucket> buckets) {
  public Histogram {
    buckets = List.copyOf(buckets);
  }

  /** The events of {@code [start, start + width)}. */
  public record Bucket(Instant start, long count) {}

  public long total() {
    return buckets.stream().mapToLong(Bucket::count).sum();
  }
}
