// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/workflow-step-api-plugin 704.ve4f0967e98fa_:
// src/main/java/org/jenkinsci/plugins/workflow/steps/BodyExecution.java
package org.jenkinsci.plugins.workflow.steps;

public abstract class BodyExecution implements java.util.concurrent.Future<java.lang.Object>, java.io.Serializable {
  public abstract java.util.Collection<org.jenkinsci.plugins.workflow.steps.StepExecution> getCurrentExecutions();
  @Deprecated
  public native boolean cancel(boolean b);
}
