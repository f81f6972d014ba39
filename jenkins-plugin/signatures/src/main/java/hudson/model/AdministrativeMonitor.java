// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/model/AdministrativeMonitor.java
package hudson.model;

public abstract class AdministrativeMonitor extends hudson.model.AbstractModelObject implements hudson.ExtensionPoint {
  protected AdministrativeMonitor(java.lang.String id) {}
  protected AdministrativeMonitor() {}
  public native java.lang.String getUrl();
  public native java.lang.String getDisplayName();
  public final native java.lang.String getSearchUrl();
  public abstract boolean isActivated();
  public native java.lang.Object getTarget();
}
