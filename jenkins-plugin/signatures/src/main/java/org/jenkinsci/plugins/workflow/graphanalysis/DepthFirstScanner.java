// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/workflow-api-plugin 1373.v7b_813f10efa_b_:
// src/main/java/org/jenkinsci/plugins/workflow/graphanalysis/DepthFirstScanner.java
package org.jenkinsci.plugins.workflow.graphanalysis;

public class DepthFirstScanner extends org.jenkinsci.plugins.workflow.graphanalysis.AbstractFlowScanner {
  public DepthFirstScanner() {}
  protected native void reset();
  protected native void setHeads(java.util.Collection<org.jenkinsci.plugins.workflow.graph.FlowNode> heads);
  protected native org.jenkinsci.plugins.workflow.graph.FlowNode next(org.jenkinsci.plugins.workflow.graph.FlowNode current, java.util.Collection<org.jenkinsci.plugins.workflow.graph.FlowNode> blackList);
}
