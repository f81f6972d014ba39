// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.shipping;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How the trail fares at one moment.
 *
 * @param configured whether there is a server to send to
 * @param spooled whether captured events are on disk; they wait in memory otherwise
 * @param waiting events that are not yet sent
 * @param oldest how long the oldest of them has waited; {@code null} if none waits
 * @param sent events that the server has, since the trail was opened
 * @param refused events that the server will not take as they are; kept for a retry
 * @param lost events that could not even be kept
 * @param trouble what keeps events from being sent or kept, for the administrator; {@code null} if
 *     nothing does
 */
public record TrailStatus(
    boolean configured,
    boolean spooled,
    long waiting,
    @Nullable Duration oldest,
    long sent,
    long refused,
    long lost,
    @Nullable String trouble) {

  /** Short absences are nobody's concern: a server restarts, a network blinks. */
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  static TrailStatus notConfigured() {
    return new TrailStatus(false, true, 0, null, 0, 0, 0, null);
  }

  /** The same with the name of the folder whose it is before what is the trouble. */
  TrailStatus of(String folder) {
    return new TrailStatus(
        configured,
        spooled,
        waiting,
        oldest,
        sent,
        refused,
        lost,
        trouble == null ? null : "folder " + folder + ": " + trouble);
  }

  /** Both taken together. */
  TrailStatus and(TrailStatus other) {
    Duration older =
        oldest == null || (other.oldest != null && other.oldest.compareTo(oldest) > 0)
            ? other.oldest
            : oldest;
    return new TrailStatus(
        configured || other.configured,
        spooled && other.spooled,
        waiting + other.waiting,
        older,
        sent + other.sent,
        refused + other.refused,
        lost + other.lost,
        trouble == null ? other.trouble : trouble);
  }

  /** Whether a person should look at it. */
  public boolean needsAttention() {
    return configured
        && (!spooled
            || refused > 0
            || lost > 0
            || (waiting > 0 && oldest != null && oldest.compareTo(PATIENCE) > 0));
  }
}
