// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/tasks/Recorder.java
package hudson.tasks;

public abstract class Recorder extends hudson.tasks.Publisher implements hudson.ExtensionPoint {
  protected Recorder() {}
  public native hudson.tasks.BuildStepDescriptor getDescriptor();
}
