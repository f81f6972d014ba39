// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/credentials-plugin 1415.v831096eb_5534:
// src/main/java/com/cloudbees/plugins/credentials/CredentialsMatchers.java
package com.cloudbees.plugins.credentials;

public abstract class CredentialsMatchers {
  public static native com.cloudbees.plugins.credentials.CredentialsMatcher always();
  public static native com.cloudbees.plugins.credentials.CredentialsMatcher instanceOf(java.lang.Class clazz);
  public static native com.cloudbees.plugins.credentials.CredentialsMatcher withId(java.lang.String id);
  public static native <C extends com.cloudbees.plugins.credentials.Credentials> C firstOrNull(java.lang.Iterable<C> credentials, com.cloudbees.plugins.credentials.CredentialsMatcher matcher);
  protected CredentialsMatchers() {}
}
