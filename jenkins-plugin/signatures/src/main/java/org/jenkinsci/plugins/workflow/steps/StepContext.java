// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/workflow-step-api-plugin 704.ve4f0967e98fa_:
// src/main/java/org/jenkinsci/plugins/workflow/steps/StepContext.java
package org.jenkinsci.plugins.workflow.steps;

public abstract class StepContext implements java.io.Serializable {
  public abstract <T> T get(java.lang.Class<T> key) throws java.io.IOException, java.lang.InterruptedException;
  public abstract void onSuccess(java.lang.Object result);
  public abstract boolean isReady();
  public abstract void setResult(hudson.model.Result r);
  public abstract org.jenkinsci.plugins.workflow.steps.BodyInvoker newBodyInvoker() throws java.lang.IllegalStateException;
  public native boolean hasBody();
  public abstract boolean equals(java.lang.Object o);
  public abstract int hashCode();
  public abstract void onFailure(java.lang.Throwable arg0);
}
