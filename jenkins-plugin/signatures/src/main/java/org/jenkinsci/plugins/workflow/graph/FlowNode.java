// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/workflow-api-plugin 1373.v7b_813f10efa_b_:
// src/main/java/org/jenkinsci/plugins/workflow/graph/FlowNode.java
package org.jenkinsci.plugins.workflow.graph;

public abstract class FlowNode extends hudson.model.Actionable implements hudson.model.Saveable {
  public final native org.jenkinsci.plugins.workflow.actions.ErrorAction getError();
  public native org.jenkinsci.plugins.workflow.flow.FlowExecution getExecution();
  public native java.util.List<org.jenkinsci.plugins.workflow.graph.FlowNode> getParents();
  public native java.util.List<? extends org.jenkinsci.plugins.workflow.graph.BlockStartNode> getEnclosingBlocks();
  public native java.lang.String getId();
  public final native java.lang.String getSearchUrl();
  public native java.lang.String getDisplayName();
  protected abstract java.lang.String getTypeDisplayName();
  public final native <T extends hudson.model.Action> T getPersistentAction(java.lang.Class<T> type);
  public native <T extends hudson.model.Action> T getAction(java.lang.Class<T> type);
  public native void save() throws java.io.IOException;
  protected FlowNode() {}
}
