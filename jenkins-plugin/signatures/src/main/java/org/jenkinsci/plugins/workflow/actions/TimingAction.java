// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/workflow-api-plugin 1373.v7b_813f10efa_b_:
// src/main/java/org/jenkinsci/plugins/workflow/actions/TimingAction.java
package org.jenkinsci.plugins.workflow.actions;

public abstract class TimingAction implements hudson.model.Action {
  public native long getStartTime();
  public static native long getStartTime(org.jenkinsci.plugins.workflow.graph.FlowNode flowNode);
  public native java.lang.String getIconFileName();
  public native java.lang.String getDisplayName();
  public native java.lang.String getUrlName();
}
