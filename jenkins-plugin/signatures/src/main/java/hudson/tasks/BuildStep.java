// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/tasks/BuildStep.java
package hudson.tasks;

public interface BuildStep {
  public boolean prebuild(hudson.model.AbstractBuild<?,?> build, hudson.model.BuildListener listener);
  public boolean perform(hudson.model.AbstractBuild<?,?> build, hudson.Launcher launcher, hudson.model.BuildListener listener) throws java.lang.InterruptedException, java.io.IOException;
  @Deprecated
  public hudson.model.Action getProjectAction(hudson.model.AbstractProject<?,?> project);
  public java.util.Collection<? extends hudson.model.Action> getProjectActions(hudson.model.AbstractProject<?,?> project);
  public default hudson.tasks.BuildStepMonitor getRequiredMonitorService() {
    throw new UnsupportedOperationException();
  }
}
