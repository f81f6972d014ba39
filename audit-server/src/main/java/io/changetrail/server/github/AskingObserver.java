// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.github;

import java.util.Locale;

/** Is told of each event that GitHub was asked about, and where it fails: for metrics. */
@FunctionalInterface
public interface AskingObserver {
  /** What came of it. */
  enum Answer {
    /** It was added. */
    ADDED,
    /** There is nothing to add, or not for us. */
    NOTHING,
    /** GitHub does not answer now, or wants to be left alone; it is asked again. */
    WAITING;

    public String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * One was asked about.
   *
   * @param github its name in the settings
   */
  void asked(String github, Answer answer);

  /**
   * So many repositories were not read in their last round, because GitHub failed at them.
   *
   * @param github its name in the settings
   */
  default void behind(String github, int repositories) {}
}
