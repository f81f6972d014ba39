// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/workflow-api-plugin 1373.v7b_813f10efa_b_:
// src/main/java/org/jenkinsci/plugins/workflow/flow/FlowExecutionOwner.java
package org.jenkinsci.plugins.workflow.flow;

public abstract class FlowExecutionOwner implements java.io.Serializable {
  public interface Executable extends hudson.model.Queue.Executable {
    public org.jenkinsci.plugins.workflow.flow.FlowExecutionOwner asFlowExecutionOwner();
  }
  public abstract org.jenkinsci.plugins.workflow.flow.FlowExecution get() throws java.io.IOException;
  public abstract java.io.File getRootDir() throws java.io.IOException;
  public abstract hudson.model.Queue.Executable getExecutable() throws java.io.IOException;
  public abstract java.lang.String getUrl() throws java.io.IOException;
  public abstract boolean equals(java.lang.Object o);
  public abstract int hashCode();
}
