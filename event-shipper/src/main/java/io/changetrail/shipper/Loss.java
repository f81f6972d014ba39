// SPDX-License-Identifier: Apache-2.0
package io.changetrail.shipper;

import java.time.Instant;

/** Numbers that will not come by themselves, both inclusive, and why. */
record Loss(Sequence sequence, long first, long last, String reason, Instant at) {
  /** The spool was full, so the oldest went. */
  static final String SPOOL_FULL = "spool full";

  /** The disk took nothing, and memory was full too. */
  static final String DISK_FULL = "disk full";

  /** Files of the spool are damaged or were removed. */
  static final String SPOOL_DAMAGED = "spool damaged";
}
