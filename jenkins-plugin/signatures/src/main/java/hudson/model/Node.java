// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/model/Node.java
package hudson.model;

public abstract class Node extends hudson.model.AbstractModelObject implements hudson.ExtensionPoint, hudson.security.AccessControlled {
  public native java.lang.String getDisplayName();
  public native java.lang.String getSearchUrl();
  public native void save() throws java.io.IOException;
  public abstract java.lang.String getNodeName();
  @Deprecated
  public abstract void setNodeName(java.lang.String name);
  public abstract java.lang.String getNodeDescription();
  public abstract hudson.Launcher createLauncher(hudson.model.TaskListener listener);
  public abstract int getNumExecutors();
  public abstract java.lang.String getLabelString();
  public abstract hudson.FilePath getWorkspaceFor(hudson.model.TopLevelItem item);
  public abstract hudson.FilePath getRootPath();
  public native hudson.security.ACL getACL();
  public native java.io.File getRootDir();
}
