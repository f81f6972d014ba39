// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/model/ModelObject.java
package hudson.model;

public interface ModelObject {
  public java.lang.String getDisplayName();
}
