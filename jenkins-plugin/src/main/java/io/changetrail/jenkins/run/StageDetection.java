// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.run;

import hudson.model.Run;
import io.changetrail.jenkins.ChangetrailConfiguration;
import io.changetrail.jenkins.capture.DeploymentRule;
import io.changetrail.model.Outcome;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Deployments that no step tells of: by the rules, or by well-known words. */
final class StageDetection {
  private static final System.Logger LOG = System.getLogger(StageDetection.class.getName());

  private StageDetection() {}

  /** The run itself may be a deployment; asked again when more is known of it. */
  static void wholeRun(Run<?, ?> run) {
    begins(run, null, DeploymentRule.WHOLE_RUN, null);
  }

  /**
   * A run or a stage begins.
   *
   * @param stage its name; {@code null} for the run itself
   */
  static void begins(
      Run<?, ?> run, @Nullable String stage, String key, @Nullable String traceparent) {
    try {
      List<DeploymentRule> rules = ChangetrailConfiguration.get().deploymentRules();
      if (!DeploymentRule.mayDetect(rules, run.getParent().getFullName(), stage)) {
        return;
      }
      DeploymentRule.detect(rules, RunReader.read(run), stage, key, Instant.now())
          .filter(found -> RunTrail.open(run, found).isEmpty())
          .ifPresent(found -> RunTrail.started(run, found, traceparent));
    } catch (RuntimeException | LinkageError e) {
      LOG.log(System.Logger.Level.WARNING, "no deployment can be detected in {0}: {1}", run, e);
    }
  }

  /** A stage ends. */
  static void ends(Run<?, ?> run, String key, Outcome outcome) {
    RunTrail.open(run, key).ifPresent(found -> RunTrail.finished(run, found, outcome, null));
  }
}
