// SPDX-License-Identifier: Apache-2.0
package io.changetrail.shipper;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What lies in the journal at one place: an event, or that numbers were lost before they reached
 * it.
 *
 * @param place where it begins
 * @param next where the one behind it begins
 * @param first its number; 0 if the event is not counted here
 * @param last the same, unless it tells of a loss of several
 * @param at when it was written
 * @param event the CloudEvent in JSON; empty if it tells of a loss
 * @param lostBecause why, if it tells of a loss
 */
record Entry(
    Place place,
    Place next,
    Sequence sequence,
    long first,
    long last,
    Instant at,
    byte[] event,
    @Nullable String lostBecause) {
  boolean isEvent() {
    return lostBecause == null;
  }
}
