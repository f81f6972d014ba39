// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/scm/ChangeLogSet.java
package hudson.scm;

public abstract class ChangeLogSet<T extends hudson.scm.ChangeLogSet.Entry> implements java.lang.Iterable<T> {
  public abstract static class Entry {
    public native java.lang.String getCommitId();
    public abstract java.lang.String getMsg();
    public abstract hudson.model.User getAuthor();
    public abstract java.util.Collection<java.lang.String> getAffectedPaths();
  }
  public abstract boolean isEmptySet();
  public final native java.lang.Object[] getItems();
  public native java.lang.String getKind();
  protected ChangeLogSet() {}
}
