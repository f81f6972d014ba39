// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store;

/** How amendments appear in an answer. */
public enum View {
  /** Amendments are folded into the events that they amend and do not appear themselves. */
  FOLDED,
  /** Each event as it was sent. */
  RAW
}
