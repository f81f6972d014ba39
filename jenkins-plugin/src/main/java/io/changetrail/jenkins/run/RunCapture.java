// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.run;

import hudson.Extension;
import hudson.model.Run;
import hudson.model.TaskListener;
import hudson.model.listeners.RunListener;
import io.changetrail.jenkins.ChangetrailConfiguration;
import io.changetrail.jenkins.capture.RunEvents;

/** Is told of every run of every job, whatever its kind. */
@Extension
public class RunCapture extends RunListener<Run<?, ?>> {

  @Override
  public void onStarted(Run<?, ?> run, TaskListener listener) {
    ChangetrailConfiguration configuration = ChangetrailConfiguration.get();
    if (configuration.captures(run.getParent().getFullName())) {
      configuration.trail().record(() -> RunEvents.started(RunReader.read(run)));
    }
  }

  /** Not earlier: only now the result and the duration are certain. */
  @Override
  public void onFinalized(Run<?, ?> run) {
    ChangetrailConfiguration configuration = ChangetrailConfiguration.get();
    if (configuration.captures(run.getParent().getFullName())) {
      configuration
          .trail()
          .record(() -> RunEvents.finished(RunReader.read(run), RunReader.ending(run)));
    }
  }
}
