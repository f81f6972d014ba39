// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/scm-api-plugin 704.v3ce5c542825a_:
// src/main/java/jenkins/scm/api/SCMRevisionAction.java
package jenkins.scm.api;

public abstract class SCMRevisionAction implements hudson.model.Action {
  public native jenkins.scm.api.SCMRevision getRevision();
  @Deprecated
  public static native jenkins.scm.api.SCMRevision getRevision(hudson.model.Actionable actionable);
  protected SCMRevisionAction() {}
}
