// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.run;

import hudson.Extension;
import hudson.FilePath;
import hudson.model.Run;
import hudson.model.TaskListener;
import hudson.model.listeners.SCMListener;
import hudson.scm.ChangeLogSet;
import hudson.scm.SCM;
import hudson.scm.SCMRevisionState;
import java.io.File;
import org.jspecify.annotations.Nullable;

/**
 * Is told of every checkout. Only after it is known which service a job is of, so a job that
 * deploys as a whole is looked at again then: when its commits are known too, as their author is
 * behind a run that a push has started.
 */
@Extension
public class CheckoutCapture extends SCMListener {
  @Override
  public void onCheckout(
      Run<?, ?> build,
      SCM scm,
      FilePath workspace,
      TaskListener listener,
      @Nullable File changelogFile,
      @Nullable SCMRevisionState pollingBaseline) {
    if (changelogFile == null || !changelogFile.isFile()) {
      look(build);
    }
  }

  @Override
  public void onChangeLogParsed(
      Run<?, ?> build, SCM scm, TaskListener listener, ChangeLogSet<?> changelog) {
    look(build);
  }

  private static void look(Run<?, ?> build) {
    if (RunTrail.captures(build)) {
      StageDetection.wholeRun(build);
    }
  }
}
