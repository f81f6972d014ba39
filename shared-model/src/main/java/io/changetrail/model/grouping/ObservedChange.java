// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.grouping;

import io.changetrail.model.ChangeKind;
import io.changetrail.model.Outcome;
import io.changetrail.model.Target;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One real change and the events that observed it.
 *
 * @param id the {@code eventId} of its earliest observation
 * @param targets all targets that its observations name, in order of appearance
 * @param start when it began, or happened
 * @param end when it was finished; {@code null} while it goes on or where nobody said
 * @param outcome {@code null} while it goes on
 * @param observations in order of time, then seq
 * @param reason why these events are one change, for people
 * @param undoes ids of the changes that it rolls back, the latest first; empty where it rolls back
 *     none, or none that is known
 * @param undoneBy id of the first change that rolled it back; {@code null} if none did
 */
public record ObservedChange(
    String id,
    ChangeKind kind,
    List<Target> targets,
    Instant start,
    @Nullable Instant end,
    @Nullable Outcome outcome,
    String summary,
    List<Observation> observations,
    String reason,
    List<String> undoes,
    @Nullable String undoneBy) {
  public ObservedChange {
    targets = List.copyOf(targets);
    observations = List.copyOf(observations);
    undoes = List.copyOf(undoes);
  }

  /** Whether it says so itself, or restores what was in force before another change. */
  public boolean isRollback() {
    return !undoes.isEmpty()
        || observations.stream().anyMatch(seen -> seen.event().change().isRollback());
  }

  /**
   * How far it reached when, oldest first: the shares of users, traffic or replicas that its
   * observations tell. Empty where none does.
   */
  public List<ExposureStep> exposure() {
    return ExposureStep.of(observations);
  }

  ObservedChange withUndoing(List<String> undone, @Nullable String undoing) {
    return new ObservedChange(
        id, kind, targets, start, end, outcome, summary, observations, reason, undone, undoing);
  }
}
