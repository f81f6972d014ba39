// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.run;

import hudson.Extension;
import hudson.FilePath;
import hudson.model.Run;
import hudson.model.TaskListener;
import hudson.model.listeners.SCMListener;
import hudson.scm.SCM;
import hudson.scm.SCMRevisionState;
import java.io.File;
import org.jspecify.annotations.Nullable;

/**
 * Is told of every checkout. Only after it is known which service a job is of, so a job that
 * deploys as a whole is looked at again then.
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
    if (RunTrail.captures(build)) {
      StageDetection.wholeRun(build);
    }
  }
}
