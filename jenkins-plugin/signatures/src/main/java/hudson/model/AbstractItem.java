// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/model/AbstractItem.java
package hudson.model;

public abstract class AbstractItem extends hudson.model.Actionable implements hudson.model.Item, hudson.security.AccessControlled {
  public native java.lang.String getName();
  public native java.lang.String getDisplayName();
  public native java.io.File getRootDir();
  public native hudson.model.ItemGroup getParent();
  public abstract java.util.Collection<? extends hudson.model.Job> getAllJobs();
  public final native java.lang.String getFullName();
  public final native java.lang.String getFullDisplayName();
  public native void onLoad(hudson.model.ItemGroup<? extends hudson.model.Item> parent, java.lang.String name) throws java.io.IOException;
  public native void onCopiedFrom(hudson.model.Item src);
  public final native java.lang.String getUrl();
  public native java.lang.String getShortUrl();
  public native java.lang.String getSearchUrl();
  public native hudson.security.ACL getACL();
  public native void save() throws java.io.IOException;
  public final native hudson.XmlFile getConfigFile();
  public native void delete() throws java.io.IOException, java.lang.InterruptedException;
  public native void load() throws java.io.IOException;
  public native java.lang.String getSearchName();
  public native java.lang.Object getTarget();
  protected AbstractItem() {}
}
