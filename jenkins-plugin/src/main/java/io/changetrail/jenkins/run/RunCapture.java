// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.run;

import hudson.Extension;
import hudson.model.Run;
import hudson.model.TaskListener;
import hudson.model.listeners.RunListener;
import io.changetrail.jenkins.capture.Ending;
import io.changetrail.jenkins.capture.RunEvents;
import io.changetrail.model.Outcome;

/** Is told of every run of every job, whatever its kind. */
@Extension
public class RunCapture extends RunListener<Run<?, ?>> {
  @Override
  public void onStarted(Run<?, ?> run, TaskListener listener) {
    if (RunTrail.captures(run)) {
      RunTrail.record(run, RunEvents::started);
      StageDetection.wholeRun(run);
    }
  }

  /** Not earlier: only now the result and the duration are certain. */
  @Override
  public void onFinalized(Run<?, ?> run) {
    if (RunTrail.captures(run)) {
      Ending ending = RunReader.ending(run);
      RunTrail.close(run, ending.deployment());
      if (ending.deployment() == Outcome.SUCCESS) {
        Fingerprints.record(run);
      }
      RunTrail.record(run, facts -> RunEvents.finished(facts, ending));
      // Jenkins has saved the run before, and does not do so again.
      RunTrail.saveSoon(run);
    }
  }
}
