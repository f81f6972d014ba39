// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/model/EnvironmentContributor.java
package hudson.model;

public abstract class EnvironmentContributor implements hudson.ExtensionPoint {
  public native void buildEnvironmentFor(hudson.model.Run r, hudson.EnvVars envs, hudson.model.TaskListener listener) throws java.io.IOException, java.lang.InterruptedException;
  public native void buildEnvironmentFor(hudson.model.Job j, hudson.EnvVars envs, hudson.model.TaskListener listener) throws java.io.IOException, java.lang.InterruptedException;
}
