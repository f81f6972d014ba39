// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/workflow-api-plugin 1373.v7b_813f10efa_b_:
// src/main/java/org/jenkinsci/plugins/workflow/actions/PersistentAction.java
package org.jenkinsci.plugins.workflow.actions;

public interface PersistentAction extends hudson.model.Action {
}
