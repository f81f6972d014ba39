// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/scm/SCMRevisionState.java
package hudson.scm;

public abstract class SCMRevisionState implements hudson.model.Action {
  public native java.lang.String getIconFileName();
  public native java.lang.String getDisplayName();
  public native java.lang.String getUrlName();
}
