// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/workflow-step-api-plugin 704.ve4f0967e98fa_:
// src/main/java/org/jenkinsci/plugins/workflow/steps/SynchronousNonBlockingStepExecution.java
package org.jenkinsci.plugins.workflow.steps;

public abstract class SynchronousNonBlockingStepExecution<T> extends org.jenkinsci.plugins.workflow.steps.StepExecution {
  protected SynchronousNonBlockingStepExecution(org.jenkinsci.plugins.workflow.steps.StepContext context) {}
  protected abstract T run() throws java.lang.Exception;
  public final native boolean start() throws java.lang.Exception;
  public native void onResume();
}
