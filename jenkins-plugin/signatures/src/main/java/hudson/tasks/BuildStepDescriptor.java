// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/tasks/BuildStepDescriptor.java
package hudson.tasks;

public abstract class BuildStepDescriptor<T extends hudson.tasks.BuildStep & hudson.model.Describable<T>> extends hudson.model.Descriptor<T> {
  protected BuildStepDescriptor(java.lang.Class<? extends T> clazz) {}
  protected BuildStepDescriptor() {}
  public abstract boolean isApplicable(java.lang.Class<? extends hudson.model.AbstractProject> jobType);
}
