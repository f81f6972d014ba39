// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/model/listeners/SCMListener.java
package hudson.model.listeners;

public abstract class SCMListener implements hudson.ExtensionPoint {
  public SCMListener() {}
  public native void onCheckout(hudson.model.Run<?,?> build, hudson.scm.SCM scm, hudson.FilePath workspace, hudson.model.TaskListener listener, java.io.File changelogFile, hudson.scm.SCMRevisionState pollingBaseline) throws java.lang.Exception;
  public native void onChangeLogParsed(hudson.model.Run<?,?> build, hudson.scm.SCM scm, hudson.model.TaskListener listener, hudson.scm.ChangeLogSet<?> changelog) throws java.lang.Exception;
  @Deprecated
  public native void onChangeLogParsed(hudson.model.AbstractBuild<?,?> build, hudson.model.BuildListener listener, hudson.scm.ChangeLogSet<?> changelog) throws java.lang.Exception;
}
