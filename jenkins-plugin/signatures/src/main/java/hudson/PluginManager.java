// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/PluginManager.java
package hudson;

public abstract class PluginManager extends hudson.model.AbstractModelObject {
  protected abstract java.util.Collection<java.lang.String> loadBundledPlugins() throws java.lang.Exception;
  public native java.util.List<hudson.PluginWrapper> getPlugins();
  public native java.util.List<hudson.PluginWrapper> getPlugins(java.lang.Class<? extends hudson.Plugin> pluginSuperclass);
  public native java.lang.String getDisplayName();
  public native java.lang.String getSearchUrl();
  public native java.lang.Object getTarget();
  protected PluginManager() {}
}
