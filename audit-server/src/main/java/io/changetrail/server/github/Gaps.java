// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.github;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says what GitHub does not let one read, such as for want of a right: of each thing once. */
final class Gaps {
  private static final Logger LOG = LoggerFactory.getLogger(Gaps.class);

  private final String github;
  private final Set<String> told = new HashSet<>();

  /**
   * Nothing was said yet.
   *
   * @param github its name in the settings
   */
  Gaps(String github) {
    this.github = github;
  }

  /**
   * Says it in the log, unless it was said of the same before.
   *
   * @param why empty where there is nothing to say
   */
  void tell(String what, List<String> why) {
    if (!why.isEmpty() && told.add(what)) {
      LOG.warn("github.{}: of {} not all can be read: {}", github, what, String.join("; ", why));
    }
  }
}
