// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/PluginWrapper.java
package hudson;

public abstract class PluginWrapper implements java.lang.Comparable<hudson.PluginWrapper>, hudson.model.ModelObject {
  public native java.lang.String getDisplayName();
  public native java.lang.String getShortName();
  public native java.lang.String getVersion();
  public native boolean isEnabled();
  public native int compareTo(hudson.PluginWrapper pw);
  protected PluginWrapper() {}
}
