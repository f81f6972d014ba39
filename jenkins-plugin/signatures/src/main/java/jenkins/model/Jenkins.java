// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/jenkins/model/Jenkins.java
package jenkins.model;

public abstract class Jenkins extends hudson.model.Node implements hudson.security.AccessControlled, hudson.model.ItemGroup<hudson.model.TopLevelItem>, hudson.model.ViewGroup {
  public static native jenkins.model.Jenkins get() throws java.lang.IllegalStateException;
  public static native jenkins.model.Jenkins getInstanceOrNull();
  public native void setNodeName(java.lang.String name);
  public native java.lang.String getNodeDescription();
  public native hudson.PluginManager getPluginManager();
  public native hudson.model.UpdateCenter getUpdateCenter();
  public native java.lang.String getLegacyInstanceId();
  public native hudson.Launcher createLauncher(hudson.model.TaskListener listener);
  public native java.lang.String getFullName();
  public native java.lang.String getFullDisplayName();
  public native java.util.List<hudson.model.TopLevelItem> getItems();
  public native java.lang.String getDisplayName();
  public native java.util.List<hudson.model.Node> getNodes();
  public native java.lang.String getSearchUrl();
  public native java.lang.String getUrlChildPrefix();
  public native java.lang.String getRootUrl() throws java.lang.IllegalStateException;
  public native java.io.File getRootDir();
  public native hudson.FilePath getWorkspaceFor(hudson.model.TopLevelItem item);
  public native hudson.FilePath getRootPath();
  public native hudson.security.ACL getACL();
  public native hudson.model.TopLevelItem getItem(java.lang.String name) throws org.springframework.security.access.AccessDeniedException;
  public native java.io.File getRootDirFor(hudson.model.TopLevelItem child);
  public native <T extends hudson.model.Item> T getItemByFullName(java.lang.String fullName, java.lang.Class<T> type) throws org.springframework.security.access.AccessDeniedException;
  public native hudson.model.Item getItemByFullName(java.lang.String fullName);
  public native hudson.model.TopLevelItem createProject(hudson.model.TopLevelItemDescriptor type, java.lang.String name, boolean notify) throws java.io.IOException;
  public native void onDeleted(hudson.model.TopLevelItem item) throws java.io.IOException;
  public native boolean canAdd(hudson.model.TopLevelItem item);
  public native <I extends hudson.model.TopLevelItem> I add(I item, java.lang.String name) throws java.io.IOException, java.lang.IllegalArgumentException;
  public native void remove(hudson.model.TopLevelItem item) throws java.io.IOException, java.lang.IllegalArgumentException;
  public native int getNumExecutors();
  public native java.lang.String getLabelString();
  public native void load() throws java.io.IOException;
  public native void save() throws java.io.IOException;
  public native hudson.model.TopLevelItem createProjectFromXML(java.lang.String name, java.io.InputStream xml) throws java.io.IOException;
  public native <T extends hudson.model.TopLevelItem> T copy(T src, java.lang.String name) throws java.io.IOException;
  public static native org.springframework.security.core.Authentication getAuthentication2();
  public native java.lang.Object getTarget();
  public static final hudson.security.Permission ADMINISTER = null;
  public static final hudson.security.Permission MANAGE = null;
  protected Jenkins() {}
}
