// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/model/Describable.java
package hudson.model;

public interface Describable<T extends hudson.model.Describable<T>> {
  public hudson.model.Descriptor<T> getDescriptor();
}
