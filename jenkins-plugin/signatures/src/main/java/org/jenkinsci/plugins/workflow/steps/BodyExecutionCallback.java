// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/workflow-step-api-plugin 704.ve4f0967e98fa_:
// src/main/java/org/jenkinsci/plugins/workflow/steps/BodyExecutionCallback.java
package org.jenkinsci.plugins.workflow.steps;

public abstract class BodyExecutionCallback implements java.io.Serializable {
  public abstract void onSuccess(org.jenkinsci.plugins.workflow.steps.StepContext context, java.lang.Object result);
  public abstract void onFailure(org.jenkinsci.plugins.workflow.steps.StepContext context, java.lang.Throwable t);
}
