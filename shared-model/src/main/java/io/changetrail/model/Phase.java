// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model;

import java.util.Locale;

/** Where in its life the reported change was. */
public enum Phase {
  /** It was asked for and has not begun: waiting for approval or a schedule. */
  PLANNED,
  STARTED,
  /** A step of a progressive change: another share of traffic, another wave. */
  PROGRESSED,
  FINISHED,
  /** A change without duration that has happened. */
  OCCURRED;

  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
