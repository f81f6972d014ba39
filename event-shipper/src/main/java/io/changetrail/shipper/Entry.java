// SPDX-License-Identifier: Apache-2.0
package io.changetrail.shipper;

import java.time.Instant;

/** What lies in the journal at one place. */
sealed interface Entry {
  /** Where it begins. */
  Place place();

  /** Where the one behind it begins. */
  Place next();

  /**
   * An event.
   *
   * @param number 0 if it is not counted here
   * @param at when it was written
   * @param json the CloudEvent
   */
  record Event(Place place, Place next, Sequence sequence, long number, Instant at, byte[] json)
      implements Entry {}

  /** That numbers were lost before they reached the journal. */
  record Lost(Place place, Place next, Loss loss) implements Entry {}

  /** The beginning of a segment. */
  record Header(Place place, Place next, SegmentHeader header) implements Entry {}
}
