// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.config;

import java.util.regex.Pattern;

/** Which files below {@code JENKINS_HOME} configure something; nodes are told by themselves. */
final class ConfigFiles {
  private static final Pattern CONFIGURES =
      Pattern.compile("[^/]+\\.xml|jobs/([^/]+/)+config\\.xml");

  /** Files of runs, queues and caches, and state that plugins keep, change all the time. */
  private static final Pattern DOES_NOT =
      Pattern.compile(
          "queue\\.xml|nodeMonitors\\.xml|.*/builds/.*|.*/indexing/.*"
              + "|hudson\\.model\\.UpdateCenter\\.xml"
              + "|jenkins\\.telemetry\\..*"
              + "|org\\.jenkinsci\\.plugins\\.workflow\\.flow\\.FlowExecutionList\\.xml"
              + "|org\\.jenkins\\.plugins\\.lockableresources\\.LockableResourcesManager\\.xml"
              + "|org\\.jenkinsci\\.plugins\\.resourcedisposer\\.AsyncResourceDisposer\\.xml");

  private ConfigFiles() {}

  /**
   * Whether a file is of interest.
   *
   * @param path below {@code JENKINS_HOME}, with slashes
   */
  static boolean configures(String path) {
    return CONFIGURES.matcher(path).matches() && !DOES_NOT.matcher(path).matches();
  }
}
