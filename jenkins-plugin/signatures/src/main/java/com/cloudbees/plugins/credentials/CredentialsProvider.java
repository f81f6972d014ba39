// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/credentials-plugin 1415.v831096eb_5534:
// src/main/java/com/cloudbees/plugins/credentials/CredentialsProvider.java
package com.cloudbees.plugins.credentials;

public abstract class CredentialsProvider extends hudson.model.Descriptor<com.cloudbees.plugins.credentials.CredentialsProvider> implements hudson.ExtensionPoint, hudson.model.Describable<com.cloudbees.plugins.credentials.CredentialsProvider> {
  public static native <C extends com.cloudbees.plugins.credentials.Credentials> java.util.List<C> lookupCredentialsInItemGroup(java.lang.Class<C> type, hudson.model.ItemGroup itemGroup, org.springframework.security.core.Authentication authentication);
  public static native <C extends com.cloudbees.plugins.credentials.Credentials> java.util.List<C> lookupCredentialsInItemGroup(java.lang.Class<C> type, hudson.model.ItemGroup itemGroup, org.springframework.security.core.Authentication authentication, java.util.List<com.cloudbees.plugins.credentials.domains.DomainRequirement> domainRequirements);
  public static native <C extends com.cloudbees.plugins.credentials.Credentials> java.util.List<C> lookupCredentialsInItem(java.lang.Class<C> type, hudson.model.Item item, org.springframework.security.core.Authentication authentication);
  public static native <C extends com.cloudbees.plugins.credentials.Credentials> java.util.List<C> lookupCredentialsInItem(java.lang.Class<C> type, hudson.model.Item item, org.springframework.security.core.Authentication authentication, java.util.List<com.cloudbees.plugins.credentials.domains.DomainRequirement> domainRequirements);
  public native hudson.model.Descriptor<com.cloudbees.plugins.credentials.CredentialsProvider> getDescriptor();
  public native java.lang.String getIconClassName();
  protected CredentialsProvider() {}
}
