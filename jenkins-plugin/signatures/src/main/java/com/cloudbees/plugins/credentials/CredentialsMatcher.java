// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/credentials-plugin 1415.v831096eb_5534:
// src/main/java/com/cloudbees/plugins/credentials/CredentialsMatcher.java
package com.cloudbees.plugins.credentials;

public interface CredentialsMatcher extends java.io.Serializable {
  public boolean matches(com.cloudbees.plugins.credentials.Credentials item);
}
