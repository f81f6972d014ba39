// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/workflow-step-api-plugin 704.ve4f0967e98fa_:
// src/main/java/org/jenkinsci/plugins/workflow/steps/StepDescriptor.java
package org.jenkinsci.plugins.workflow.steps;

public abstract class StepDescriptor extends hudson.model.Descriptor<org.jenkinsci.plugins.workflow.steps.Step> {
  public StepDescriptor() {}
  public abstract java.util.Set<? extends java.lang.Class<?>> getRequiredContext();
  public abstract java.lang.String getFunctionName();
  public native boolean takesImplicitBlockArgument();
}
