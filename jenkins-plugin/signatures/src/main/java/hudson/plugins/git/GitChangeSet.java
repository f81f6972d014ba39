// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/git-plugin git-5.7.0:
// src/main/java/hudson/plugins/git/GitChangeSet.java
package hudson.plugins.git;

public abstract class GitChangeSet extends hudson.scm.ChangeLogSet.Entry {
  public native java.util.Collection<java.lang.String> getAffectedPaths();
  public native hudson.model.User getAuthor();
  public native java.lang.String getAuthorName();
  public native java.lang.String getMsg();
  protected GitChangeSet() {}
}
