// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/scm-api-plugin 704.v3ce5c542825a_:
// src/main/java/jenkins/scm/api/SCMRevision.java
package jenkins.scm.api;

public abstract class SCMRevision implements java.io.Serializable {
  public abstract boolean equals(java.lang.Object obj);
  public abstract int hashCode();
  protected SCMRevision() {}
}
