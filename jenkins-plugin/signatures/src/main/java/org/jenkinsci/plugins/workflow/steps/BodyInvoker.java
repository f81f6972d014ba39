// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/workflow-step-api-plugin 704.ve4f0967e98fa_:
// src/main/java/org/jenkinsci/plugins/workflow/steps/BodyInvoker.java
package org.jenkinsci.plugins.workflow.steps;

public abstract class BodyInvoker {
  public abstract org.jenkinsci.plugins.workflow.steps.BodyInvoker withContext(java.lang.Object override);
  public abstract org.jenkinsci.plugins.workflow.steps.BodyInvoker withDisplayName(java.lang.String name);
  public abstract org.jenkinsci.plugins.workflow.steps.BodyInvoker withCallback(org.jenkinsci.plugins.workflow.steps.BodyExecutionCallback callback);
  public abstract org.jenkinsci.plugins.workflow.steps.BodyExecution start();
}
