// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/scm-api-plugin 704.v3ce5c542825a_:
// src/main/java/jenkins/scm/api/mixin/SCMHeadMixin.java
package jenkins.scm.api.mixin;

public interface SCMHeadMixin extends java.lang.Comparable<jenkins.scm.api.SCMHead>, java.io.Serializable {
  public java.lang.String getName();
}
