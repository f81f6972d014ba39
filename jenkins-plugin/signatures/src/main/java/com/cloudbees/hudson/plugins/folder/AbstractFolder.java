// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/cloudbees-folder-plugin 6.1012.v79a_86a_1ea_c1f:
// src/main/java/com/cloudbees/hudson/plugins/folder/AbstractFolder.java
package com.cloudbees.hudson.plugins.folder;

public abstract class AbstractFolder<I extends hudson.model.TopLevelItem> extends hudson.model.AbstractItem implements hudson.model.TopLevelItem, hudson.model.ItemGroup<I> {
  public native java.lang.String getIconClassName();
  public native void onLoad(hudson.model.ItemGroup<? extends hudson.model.Item> parent, java.lang.String name) throws java.io.IOException;
  public native hudson.util.DescribableList<com.cloudbees.hudson.plugins.folder.AbstractFolderProperty<?>,com.cloudbees.hudson.plugins.folder.AbstractFolderPropertyDescriptor> getProperties();
  public native java.io.File getRootDirFor(I child);
  public native java.lang.String getUrlChildPrefix();
  public native java.util.Collection<?> getOverrides();
  public native java.util.Collection<? extends hudson.model.Job> getAllJobs();
  public native java.util.Collection<I> getItems();
  public native I getItem(java.lang.String name) throws org.springframework.security.access.AccessDeniedException;
  public native void onDeleted(I item) throws java.io.IOException;
  public native void save() throws java.io.IOException;
  protected AbstractFolder() {}
}
