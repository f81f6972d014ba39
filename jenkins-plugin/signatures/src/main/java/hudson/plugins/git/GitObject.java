// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/git-client-plugin git-client-6.1.3:
// src/main/java/hudson/plugins/git/GitObject.java
package hudson.plugins.git;

public abstract class GitObject implements java.io.Serializable {
  public native java.lang.String getName();
  protected GitObject() {}
}
