// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/model/Action.java
package hudson.model;

public interface Action extends hudson.model.ModelObject {
  public java.lang.String getIconFileName();
  public java.lang.String getDisplayName();
  public java.lang.String getUrlName();
}
