// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/util/DescribableList.java
package hudson.util;

public abstract class DescribableList<T extends hudson.model.Describable<T>, D extends hudson.model.Descriptor<T>> extends hudson.util.PersistedList<T> {
  protected DescribableList() {}
}
