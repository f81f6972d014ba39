// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/workflow-api-plugin 1373.v7b_813f10efa_b_:
// src/main/java/org/jenkinsci/plugins/workflow/actions/ThreadNameAction.java
package org.jenkinsci.plugins.workflow.actions;

public interface ThreadNameAction extends org.jenkinsci.plugins.workflow.actions.PersistentAction {
  public java.lang.String getThreadName();
}
