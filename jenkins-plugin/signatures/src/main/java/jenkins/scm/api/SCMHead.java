// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/scm-api-plugin 704.v3ce5c542825a_:
// src/main/java/jenkins/scm/api/SCMHead.java
package jenkins.scm.api;

public abstract class SCMHead implements jenkins.scm.api.mixin.SCMHeadMixin {
  public abstract static class HeadByItem implements hudson.ExtensionPoint {
    public abstract jenkins.scm.api.SCMHead getHead(hudson.model.Item item);
    public static native jenkins.scm.api.SCMHead findHead(hudson.model.Item item);
  }
  public native java.lang.String getName();
  public native int compareTo(jenkins.scm.api.SCMHead o);
  protected SCMHead() {}
}
