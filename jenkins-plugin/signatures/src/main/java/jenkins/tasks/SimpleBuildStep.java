// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/jenkins/tasks/SimpleBuildStep.java
package jenkins.tasks;

public interface SimpleBuildStep extends hudson.tasks.BuildStep {
  @Deprecated
  public default void perform(hudson.model.Run<?,?> run, hudson.FilePath workspace, hudson.Launcher launcher, hudson.model.TaskListener listener) throws java.lang.InterruptedException, java.io.IOException {
    throw new UnsupportedOperationException();
  }
  public default void perform(hudson.model.Run<?,?> run, hudson.FilePath workspace, hudson.EnvVars env, hudson.Launcher launcher, hudson.model.TaskListener listener) throws java.lang.InterruptedException, java.io.IOException {
    throw new UnsupportedOperationException();
  }
  public default void perform(hudson.model.Run<?,?> run, hudson.EnvVars env, hudson.model.TaskListener listener) throws java.lang.InterruptedException, java.io.IOException {
    throw new UnsupportedOperationException();
  }
  public default boolean requiresWorkspace() {
    throw new UnsupportedOperationException();
  }
}
