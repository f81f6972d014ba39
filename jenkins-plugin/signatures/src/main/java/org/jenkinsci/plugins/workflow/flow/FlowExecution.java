// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/workflow-api-plugin 1373.v7b_813f10efa_b_:
// src/main/java/org/jenkinsci/plugins/workflow/flow/FlowExecution.java
package org.jenkinsci.plugins.workflow.flow;

public abstract class FlowExecution {
  public abstract void start() throws java.io.IOException;
  public abstract org.jenkinsci.plugins.workflow.flow.FlowExecutionOwner getOwner();
  public abstract java.util.List<org.jenkinsci.plugins.workflow.graph.FlowNode> getCurrentHeads();
  public abstract boolean isCurrentHead(org.jenkinsci.plugins.workflow.graph.FlowNode n);
  public abstract void interrupt(hudson.model.Result r, jenkins.model.CauseOfInterruption... causes) throws java.io.IOException, java.lang.InterruptedException;
  public abstract void addListener(org.jenkinsci.plugins.workflow.flow.GraphListener listener);
  public abstract org.jenkinsci.plugins.workflow.graph.FlowNode getNode(java.lang.String id) throws java.io.IOException;
  public native boolean isActive(org.jenkinsci.plugins.workflow.graph.FlowNode node);
  public native org.jenkinsci.plugins.workflow.graph.BlockEndNode getEndNode(org.jenkinsci.plugins.workflow.graph.BlockStartNode startNode);
  public native org.jenkinsci.plugins.workflow.graph.BlockStartNode findEnclosingBlockStart(org.jenkinsci.plugins.workflow.graph.FlowNode node);
  public native java.util.List<org.jenkinsci.plugins.workflow.graph.BlockStartNode> findAllEnclosingBlockStarts(org.jenkinsci.plugins.workflow.graph.FlowNode node);
  public native java.lang.Iterable<org.jenkinsci.plugins.workflow.graph.BlockStartNode> iterateEnclosingBlocks(org.jenkinsci.plugins.workflow.graph.FlowNode node);
}
