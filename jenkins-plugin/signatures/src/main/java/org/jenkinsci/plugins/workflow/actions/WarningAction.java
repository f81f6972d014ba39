// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/workflow-api-plugin 1373.v7b_813f10efa_b_:
// src/main/java/org/jenkinsci/plugins/workflow/actions/WarningAction.java
package org.jenkinsci.plugins.workflow.actions;

public abstract class WarningAction implements org.jenkinsci.plugins.workflow.actions.PersistentAction {
  public native hudson.model.Result getResult();
  public native java.lang.String getDisplayName();
  public native java.lang.String getIconFileName();
  public native java.lang.String getUrlName();
  protected WarningAction() {}
}
