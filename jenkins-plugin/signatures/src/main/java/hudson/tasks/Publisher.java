// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/tasks/Publisher.java
package hudson.tasks;

public abstract class Publisher extends hudson.tasks.BuildStepCompatibilityLayer implements hudson.model.Describable<hudson.tasks.Publisher> {
  public native hudson.model.Descriptor<hudson.tasks.Publisher> getDescriptor();
  protected Publisher() {}
}
