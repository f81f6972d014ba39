// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/workflow-step-api-plugin 704.ve4f0967e98fa_:
// src/main/java/org/jenkinsci/plugins/workflow/steps/FlowInterruptedException.java
package org.jenkinsci.plugins.workflow.steps;

public final class FlowInterruptedException extends java.lang.InterruptedException {
  public native hudson.model.Result getResult();
  protected FlowInterruptedException() {}
}
