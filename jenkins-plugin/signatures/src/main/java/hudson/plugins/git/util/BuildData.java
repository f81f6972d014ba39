// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/git-plugin git-5.7.0:
// src/main/java/hudson/plugins/git/util/BuildData.java
package hudson.plugins.git.util;

public abstract class BuildData implements hudson.model.Action, java.io.Serializable, java.lang.Cloneable {
  public native java.lang.String getDisplayName();
  public native java.lang.String getIconFileName();
  public native java.lang.String getUrlName();
  public native hudson.plugins.git.Revision getLastBuiltRevision();
  public native java.util.Set<java.lang.String> getRemoteUrls();
  protected BuildData() {}
}
