// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/cloudbees-folder-plugin 6.1012.v79a_86a_1ea_c1f:
// src/main/java/com/cloudbees/hudson/plugins/folder/AbstractFolderPropertyDescriptor.java
package com.cloudbees.hudson.plugins.folder;

public abstract class AbstractFolderPropertyDescriptor extends hudson.model.Descriptor<com.cloudbees.hudson.plugins.folder.AbstractFolderProperty<?>> {
  public AbstractFolderPropertyDescriptor() {}
}
