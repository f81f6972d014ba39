// SPDX-License-Identifier: Apache-2.0
package io.changetrail.shipper;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a shipper fares at one moment; counters count from its opening.
 *
 * @param shipped events that were handed over and are in the spool
 * @param failed events that could not be spooled at all; their numbers are declared as lost
 * @param spoolBytes on disk
 * @param trouble what keeps events from reaching the disk, or from staying there if the machine
 *     goes down; {@code null} if nothing does
 */
public record ShipperMetrics(
    long shipped,
    long failed,
    long spoolBytes,
    @Nullable String trouble,
    List<ForDestination> destinations) {
  public ShipperMetrics {
    destinations = List.copyOf(destinations);
  }

  /**
   * How one destination fares.
   *
   * @param depth events that are still to be sent
   * @param sent events that the destination has
   * @param retried requests that failed and were or will be made again
   * @param lost events that were in the spool and went before they were sent, or were refused; the
   *     destination is told their numbers. Those that {@code failed} are not among them
   * @param parked events that lie in the dead letters now
   * @param oldestAge how long ago the oldest that is still to be sent was handed over; {@code null}
   *     if there is none
   * @param trouble what keeps it from being sent; {@code null} if nothing does
   */
  public record ForDestination(
      String name,
      long depth,
      long sent,
      long retried,
      long lost,
      long parked,
      @Nullable Duration oldestAge,
      @Nullable String trouble) {}
}
