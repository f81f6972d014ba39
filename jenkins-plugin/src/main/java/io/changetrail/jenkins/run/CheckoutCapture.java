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
  private static final System.Logger LOG = System.getLogger(CheckoutCapture.class.getName());

  @Override
  public void onCheckout(
      Run<?, ?> build,
      SCM scm,
      FilePath workspace,
      TaskListener listener,
      @Nullable File changelogFile,
      @Nullable SCMRevisionState pollingBaseline) {
    quietly(
        build,
        () -> {
          ScmCheckouts.note(build, scm);
          if (changelogFile == null || !changelogFile.isFile()) {
            StageDetection.wholeRun(build);
          }
        });
  }

  @Override
  public void onChangeLogParsed(
      Run<?, ?> build, SCM scm, TaskListener listener, ChangeLogSet<?> changelog) {
    quietly(build, () -> StageDetection.wholeRun(build));
  }

  /** What is thrown here would fail the checkout, and so the build. */
  private static void quietly(Run<?, ?> build, Runnable work) {
    try {
      if (RunTrail.captures(build)) {
        work.run();
      }
    } catch (RuntimeException | LinkageError e) {
      LOG.log(System.Logger.Level.WARNING, "a checkout of {0} is not looked at: {1}", build, e);
    }
  }
}
