// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins;

import hudson.ExtensionPoint;

/** Reads what ran before the plugin was there. */
public interface HistoryReader extends ExtensionPoint {
  /** As far back as can be asked for. */
  int MOST_DAYS = 3650;

  /**
   * Begins to read on a thread of its own, unless it does so already.
   *
   * @param days how far back, from 1 to {@link #MOST_DAYS}
   * @return what is going on now, for the administrator
   */
  String begin(int days);

  /** What is going on now, or what came of it, for the administrator. */
  String progress();

  /** Whether it reads at present. */
  boolean isReading();
}
