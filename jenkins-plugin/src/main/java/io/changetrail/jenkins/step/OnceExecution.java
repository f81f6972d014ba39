// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.step;

import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.SynchronousNonBlockingStepExecution;
import org.jspecify.annotations.Nullable;

/** Records one event. If Jenkins restarts in that very moment, the Pipeline says so and ends. */
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
}
