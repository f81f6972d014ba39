// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/cloudbees-folder-plugin 6.1012.v79a_86a_1ea_c1f:
// src/main/java/com/cloudbees/hudson/plugins/folder/AbstractFolderProperty.java
package com.cloudbees.hudson.plugins.folder;

public abstract class AbstractFolderProperty<C extends com.cloudbees.hudson.plugins.folder.AbstractFolder<?>> extends hudson.model.AbstractDescribableImpl<com.cloudbees.hudson.plugins.folder.AbstractFolderProperty<?>> implements hudson.ExtensionPoint {
  public AbstractFolderProperty() {}
  public native com.cloudbees.hudson.plugins.folder.AbstractFolderPropertyDescriptor getDescriptor();
}
