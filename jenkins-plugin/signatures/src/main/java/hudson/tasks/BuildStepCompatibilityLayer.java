// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/tasks/BuildStepCompatibilityLayer.java
package hudson.tasks;

public abstract class BuildStepCompatibilityLayer implements hudson.tasks.BuildStep {
  public native boolean prebuild(hudson.model.AbstractBuild<?,?> build, hudson.model.BuildListener listener);
  public native boolean perform(hudson.model.AbstractBuild<?,?> build, hudson.Launcher launcher, hudson.model.BuildListener listener) throws java.lang.InterruptedException, java.io.IOException;
  public native hudson.model.Action getProjectAction(hudson.model.AbstractProject<?,?> project);
  public native java.util.Collection<? extends hudson.model.Action> getProjectActions(hudson.model.AbstractProject<?,?> project);
}
