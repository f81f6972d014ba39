// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/scm-api-plugin 704.v3ce5c542825a_:
// src/main/java/jenkins/scm/api/mixin/ChangeRequestSCMHead.java
package jenkins.scm.api.mixin;

public interface ChangeRequestSCMHead extends jenkins.scm.api.mixin.SCMHeadMixin {
  public java.lang.String getId();
  public jenkins.scm.api.SCMHead getTarget();
}
