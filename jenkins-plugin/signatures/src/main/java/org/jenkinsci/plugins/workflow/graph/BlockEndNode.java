// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/workflow-api-plugin 1373.v7b_813f10efa_b_:
// src/main/java/org/jenkinsci/plugins/workflow/graph/BlockEndNode.java
package org.jenkinsci.plugins.workflow.graph;

public abstract class BlockEndNode<START extends org.jenkinsci.plugins.workflow.graph.BlockStartNode> extends org.jenkinsci.plugins.workflow.graph.FlowNode {
  public native START getStartNode();
  protected BlockEndNode() {}
}
