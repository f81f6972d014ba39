// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the store knows of one source.
 *
 * @param events how many of its events are stored
 * @param lastTime the latest {@code time} among its events
 * @param lastIngested when its last event came in
 * @param clockOffset estimate of how far its clock is ahead of the server's: the median of its
 *     recent events; {@code null} where the transport never showed it
 * @param clockUncertainty half-width of the range of those recent offsets
 * @param epochs its sequences, oldest first
 */
public record SourceStatus(
    String source,
    long events,
    Instant lastTime,
    Instant lastIngested,
    @Nullable Duration clockOffset,
    @Nullable Duration clockUncertainty,
    List<Epoch> epochs) {
  public SourceStatus {
    epochs = List.copyOf(epochs);
  }

  /**
   * One run of numbers of one installation.
   *
   * @param missing gaps among the numbers from 1 to {@code last}, in order
   * @param previousEpoch named by the source as the epoch before this one
   * @param previousLast the last number of that one, where known
   */
  public record Epoch(
      String installation,
      String epoch,
      long first,
      long last,
      List<Gap> missing,
      @Nullable String previousEpoch,
      @Nullable Long previousLast) {
    public Epoch {
      missing = List.copyOf(missing);
    }
  }

  /** Numbers {@code first} to {@code last}, both inclusive, have not come. */
  public record Gap(long first, long last) {}
}
