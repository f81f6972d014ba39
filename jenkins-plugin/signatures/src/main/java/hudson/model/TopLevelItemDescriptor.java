// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/model/TopLevelItemDescriptor.java
package hudson.model;

public abstract class TopLevelItemDescriptor extends hudson.model.Descriptor<hudson.model.TopLevelItem> {
  public native java.lang.String getIconClassName();
  public abstract hudson.model.TopLevelItem newInstance(hudson.model.ItemGroup parent, java.lang.String name);
  protected TopLevelItemDescriptor() {}
}
