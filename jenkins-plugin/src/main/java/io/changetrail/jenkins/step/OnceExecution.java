// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.step;

import java.io.IOException;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.SynchronousNonBlockingStepExecution;
import org.jspecify.annotations.Nullable;

/** Records one event. If Jenkins restarts in that very moment, the log says so and it goes on. */
final class OnceExecution extends SynchronousNonBlockingStepExecution<@Nullable Void> {
  private static final long serialVersionUID = 1L;

  private final String step;
  private final transient AuditStep.@Nullable Once work;

  OnceExecution(StepContext context, String step, AuditStep.Once work) {
    super(context);
    this.step = step;
    this.work = work;
  }

  @Override
  protected @Nullable Void run() throws Exception {
    AuditStep.Once todo = work;
    if (todo != null) {
      AuditStep.quietly(getContext(), step, run -> todo.on(run, getContext()));
    }
    return null;
  }

  /**
   * Not as steps like this one do, which fail then: what it was to do matters less than the run.
   */
  @Override
  public void onResume() {
    resumed(getContext(), step);
  }

  static void resumed(StepContext context, String step) {
    try {
      AuditStep.tell(
          context, step + ": Jenkins was restarted in that moment, so it may not be recorded.");
    } catch (IOException | RuntimeException e) {
      System.getLogger(step).log(System.Logger.Level.DEBUG, "the log cannot be written", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      context.onSuccess(null);
    }
  }
}
