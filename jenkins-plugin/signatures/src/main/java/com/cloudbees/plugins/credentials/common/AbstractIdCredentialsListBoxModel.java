// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/credentials-plugin 1415.v831096eb_5534:
// src/main/java/com/cloudbees/plugins/credentials/common/AbstractIdCredentialsListBoxModel.java
package com.cloudbees.plugins.credentials.common;

public abstract class AbstractIdCredentialsListBoxModel<T extends com.cloudbees.plugins.credentials.common.AbstractIdCredentialsListBoxModel<T,C>, C extends com.cloudbees.plugins.credentials.common.IdCredentials> extends hudson.util.ListBoxModel {
  protected abstract java.lang.String describe(C c);
  public native com.cloudbees.plugins.credentials.common.AbstractIdCredentialsListBoxModel<T,C> includeEmptyValue();
  public native com.cloudbees.plugins.credentials.common.AbstractIdCredentialsListBoxModel<T,C> includeMatchingAs(org.springframework.security.core.Authentication authentication, hudson.model.Item context, java.lang.Class<? extends C> type, java.util.List<com.cloudbees.plugins.credentials.domains.DomainRequirement> domainRequirements, com.cloudbees.plugins.credentials.CredentialsMatcher matcher);
  public native com.cloudbees.plugins.credentials.common.AbstractIdCredentialsListBoxModel<T,C> includeMatchingAs(org.springframework.security.core.Authentication authentication, hudson.model.ItemGroup context, java.lang.Class<? extends C> type, java.util.List<com.cloudbees.plugins.credentials.domains.DomainRequirement> domainRequirements, com.cloudbees.plugins.credentials.CredentialsMatcher matcher);
  public native com.cloudbees.plugins.credentials.common.AbstractIdCredentialsListBoxModel<T,C> includeCurrentValue(java.lang.String value);
}
