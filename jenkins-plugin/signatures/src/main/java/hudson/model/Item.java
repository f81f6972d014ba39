// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/model/Item.java
package hudson.model;

public interface Item extends hudson.security.AccessControlled {
  public hudson.model.ItemGroup<? extends hudson.model.Item> getParent();
  public java.util.Collection<? extends hudson.model.Job> getAllJobs();
  public java.lang.String getName();
  public java.lang.String getFullName();
  public java.lang.String getDisplayName();
  public java.lang.String getFullDisplayName();
  public java.lang.String getUrl();
  public java.lang.String getShortUrl();
  public void onLoad(hudson.model.ItemGroup<? extends hudson.model.Item> parent, java.lang.String name) throws java.io.IOException;
  public void onCopiedFrom(hudson.model.Item src);
  public void save() throws java.io.IOException;
  public void delete() throws java.io.IOException, java.lang.InterruptedException;
  public static final hudson.security.Permission CONFIGURE = null;
  public static final hudson.security.Permission READ = null;
}
