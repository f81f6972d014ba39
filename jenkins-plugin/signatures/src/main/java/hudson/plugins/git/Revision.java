// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/git-client-plugin git-client-6.1.3:
// src/main/java/hudson/plugins/git/Revision.java
package hudson.plugins.git;

public abstract class Revision implements java.io.Serializable, java.lang.Cloneable {
  public native java.lang.String getSha1String();
  public native java.util.Collection<hudson.plugins.git.Branch> getBranches();
  protected Revision() {}
}
