// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/workflow-api-plugin 1373.v7b_813f10efa_b_:
// src/main/java/org/jenkinsci/plugins/workflow/actions/TagsAction.java
package org.jenkinsci.plugins.workflow.actions;

public abstract class TagsAction implements org.jenkinsci.plugins.workflow.actions.PersistentAction {
  public native java.lang.String getTagValue(java.lang.String tag);
  public static native java.lang.String getTagValue(org.jenkinsci.plugins.workflow.graph.FlowNode node, java.lang.String tag);
  public native java.lang.String getIconFileName();
  public native java.lang.String getDisplayName();
  public native java.lang.String getUrlName();
}
