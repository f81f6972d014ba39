// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/workflow-step-api-plugin 704.ve4f0967e98fa_:
// src/main/java/org/jenkinsci/plugins/workflow/steps/StepExecution.java
package org.jenkinsci.plugins.workflow.steps;

public abstract class StepExecution implements java.io.Serializable {
  @Deprecated
  protected StepExecution() {}
  protected StepExecution(org.jenkinsci.plugins.workflow.steps.StepContext context) {}
  public native org.jenkinsci.plugins.workflow.steps.StepContext getContext();
  public abstract boolean start() throws java.lang.Exception;
  public native void stop(java.lang.Throwable cause) throws java.lang.Exception;
  public native void onResume();
}
