// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/tasks/Builder.java
package hudson.tasks;

public abstract class Builder extends hudson.tasks.BuildStepCompatibilityLayer implements hudson.model.Describable<hudson.tasks.Builder>, hudson.ExtensionPoint {
  public Builder() {}
  public native hudson.model.Descriptor<hudson.tasks.Builder> getDescriptor();
}
