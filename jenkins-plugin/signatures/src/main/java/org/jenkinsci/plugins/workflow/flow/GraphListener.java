// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/workflow-api-plugin 1373.v7b_813f10efa_b_:
// src/main/java/org/jenkinsci/plugins/workflow/flow/GraphListener.java
package org.jenkinsci.plugins.workflow.flow;

public interface GraphListener extends hudson.ExtensionPoint {
  public void onNewHead(org.jenkinsci.plugins.workflow.graph.FlowNode node);
}
