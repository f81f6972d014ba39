// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/workflow-api-plugin 1373.v7b_813f10efa_b_:
// src/main/java/org/jenkinsci/plugins/workflow/graphanalysis/AbstractFlowScanner.java
package org.jenkinsci.plugins.workflow.graphanalysis;

public abstract class AbstractFlowScanner implements java.lang.Iterable<org.jenkinsci.plugins.workflow.graph.FlowNode> {
  protected abstract void reset();
  protected abstract void setHeads(java.util.Collection<org.jenkinsci.plugins.workflow.graph.FlowNode> filteredHeads);
  protected abstract org.jenkinsci.plugins.workflow.graph.FlowNode next(org.jenkinsci.plugins.workflow.graph.FlowNode current, java.util.Collection<org.jenkinsci.plugins.workflow.graph.FlowNode> blackList);
  public native boolean hasNext();
  public native org.jenkinsci.plugins.workflow.graph.FlowNode next();
  public native java.util.Iterator<org.jenkinsci.plugins.workflow.graph.FlowNode> iterator();
  public native java.util.List<org.jenkinsci.plugins.workflow.graph.FlowNode> allNodes(java.util.Collection<org.jenkinsci.plugins.workflow.graph.FlowNode> heads);
  public native java.util.List<org.jenkinsci.plugins.workflow.graph.FlowNode> allNodes(org.jenkinsci.plugins.workflow.flow.FlowExecution exec);
}
