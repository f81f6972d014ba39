// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store;

import io.changetrail.model.InvalidEventException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a source says of one of its sequences beside its events, so that what is missing shows even
 * where no later event reveals it. Each says the present state; sent again it changes nothing.
 *
 * @param installation as in the {@linkplain io.changetrail.model.Origin origin} of its events
 * @param last the highest number given out so far; 0 if none
 * @param ended whether that was the last one for good
 * @param heartbeat how long the source is silent at most while it is well; {@code null} if it
 *     promises nothing
 * @param lost numbers that will not come by themselves
 */
public record SourceDeclaration(
    String source,
    String installation,
    String epoch,
    @Nullable String previousEpoch,
    @Nullable Long previousLast,
    long last,
    boolean ended,
    @Nullable Duration heartbeat,
    List<Loss> lost) {

  /** How many losses one declaration may name. */
  public static final int MAX_LOSSES = 1000;

  private static final Duration SHORTEST_HEARTBEAT = Duration.ofSeconds(1);
  private static final Duration LONGEST_HEARTBEAT = Duration.ofDays(30);

  public SourceDeclaration {
    text("source", source, 1024);
    text("installation", installation, 256);
    text("epoch", epoch, 64);
    if (previousEpoch != null) {
      text("previousEpoch", previousEpoch, 64);
    }
    if (last < 0 || (previousLast != null && previousLast < 0)) {
      throw new InvalidEventException("last", "must not be negative");
    }
    if (heartbeat != null
        && (heartbeat.compareTo(SHORTEST_HEARTBEAT) < 0
            || heartbeat.compareTo(LONGEST_HEARTBEAT) > 0)) {
      throw new InvalidEventException("heartbeat", "must be from PT1S to P30D");
    }
    lost = List.copyOf(lost);
    if (lost.size() > MAX_LOSSES) {
      throw new InvalidEventException(
          "lost", "has " + lost.size() + " entries; send at most " + MAX_LOSSES + " at once");
    }
  }

  private static void text(String field, String value, int most) {
    if (value.isBlank() || value.length() > most) {
      throw new InvalidEventException(field, "must have 1 to " + most + " characters");
    }
  }

  /**
   * Numbers {@code first} to {@code last}, both inclusive, and why they do not come.
   *
   * @param reason for people, for example {@code spool full}
   * @param at when they were lost, by the source's clock
   */
  public record Loss(long first, long last, String reason, Instant at) {
    public Loss {
      if (first < 1 || last < first) {
        throw new InvalidEventException("lost", "must have 1 ≤ first ≤ last");
      }
      text("lost.reason", reason, 256);
    }
  }
}
