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
 * @param lastTime the latest {@code time} among its events; {@code null} if there is none
 * @param lastIngested when its last event came in; {@code null} if none did
 * @param lag how long its last event took from its {@code time} until it came in, by both clocks;
 *     {@code null} if none came
 * @param clockOffset estimate of how far its clock is ahead of the server's: the median of its
 *     recent events; {@code null} where the transport never showed it
 * @param clockUncertainty half-width of the range of those recent offsets
 * @param epochs its sequences, oldest first
 */
public record SourceStatus(
    String source,
    long events,
    @Nullable Instant lastTime,
    @Nullable Instant lastIngested,
    @Nullable Duration lag,
    @Nullable Duration clockOffset,
    @Nullable Duration clockUncertainty,
    List<Epoch> epochs) {
  public SourceStatus {
    epochs = List.copyOf(epochs);
  }

  /**
   * One run of numbers of one installation.
   *
   * @param first the lowest number that came; 0 if none did
   * @param last the highest number that came; 0 if none did
   * @param lastTime {@code time} of the event with that number
   * @param missing gaps among the numbers from 1 to {@code last}, in order
   * @param older how many more are missing in gaps too old to be listed
   * @param previousEpoch named by the source as the epoch before this one
   * @param previousLast the last number of that one, where known
   * @param declared the highest number that the source says it gave out; 0 if it says nothing
   * @param declaredAt when it first said so, by the server's clock
   * @param ended whether it said that no more will come
   * @param heartbeat how long it promised to be silent at most; {@code null} if it did not
   * @param heard when anything of it came in last, by the server's clock
   * @param arrived when its last new number came in; {@code null} if none did
   * @param lost what it said will not come, and why, in order
   */
  public record Epoch(
      String installation,
      String epoch,
      long first,
      long last,
      @Nullable Instant lastTime,
      List<Gap> missing,
      long older,
      @Nullable String previousEpoch,
      @Nullable Long previousLast,
      long declared,
      @Nullable Instant declaredAt,
      boolean ended,
      @Nullable Duration heartbeat,
      Instant heard,
      @Nullable Instant arrived,
      List<SourceDeclaration.Loss> lost) {
    public Epoch {
      missing = List.copyOf(missing);
      lost = List.copyOf(lost);
    }
  }

  /**
   * Numbers {@code first} to {@code last}, both inclusive, have not come.
   *
   * @param after {@code time} of the event before them; {@code null} if there is none
   * @param before {@code time} of the event behind them; {@code null} if there is none
   */
  public record Gap(long first, long last, @Nullable Instant after, @Nullable Instant before) {}
}
