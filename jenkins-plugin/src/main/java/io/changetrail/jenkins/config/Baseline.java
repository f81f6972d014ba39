// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.config;

/**
 * Whether all that there is has been looked at since the capturing of configuration began. What was
 * never seen before that is not new, only new to the plugin: whoever saves it did not create it.
 * Safe for use by several threads.
 */
final class Baseline {
  private boolean on;
  private boolean complete;

  /**
   * To be told on every occasion whether configuration is captured.
   *
   * @return whether that has just begun, so that it is time to look
   */
  synchronized boolean begins(boolean captured) {
    boolean begins = captured && !on;
    complete &= captured && on;
    on = captured;
    return begins;
  }

  /** All was looked at. */
  synchronized void looked() {
    complete = on;
  }

  /**
   * Whether another state is an event, rather than only noted.
   *
   * @param late whether it was found, and not told by Jenkins
   * @param known whether the state before is known
   */
  synchronized boolean tells(boolean late, boolean known) {
    return known || (complete && !late);
  }
}
