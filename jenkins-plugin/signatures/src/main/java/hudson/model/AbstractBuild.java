// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/model/AbstractBuild.java
package hudson.model;

public abstract class AbstractBuild<P extends hudson.model.AbstractProject<P,R>, R extends hudson.model.AbstractBuild<P,R>> extends hudson.model.Run<P,R> implements hudson.model.Queue.Executable, jenkins.scm.RunWithSCM<P,R> {
  public native java.lang.String getBuiltOnStr();
  public native java.util.Set<java.lang.String> getCulpritIds();
  public native boolean shouldCalculateCulprits();
  public native java.util.List<hudson.scm.ChangeLogSet<? extends hudson.scm.ChangeLogSet.Entry>> getChangeSets();
  public abstract void run();
  protected AbstractBuild() {}
}
