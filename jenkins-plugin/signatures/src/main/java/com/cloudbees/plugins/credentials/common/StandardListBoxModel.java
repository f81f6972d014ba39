// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/credentials-plugin 1415.v831096eb_5534:
// src/main/java/com/cloudbees/plugins/credentials/common/StandardListBoxModel.java
package com.cloudbees.plugins.credentials.common;

public class StandardListBoxModel extends com.cloudbees.plugins.credentials.common.AbstractIdCredentialsListBoxModel<com.cloudbees.plugins.credentials.common.StandardListBoxModel,com.cloudbees.plugins.credentials.common.StandardCredentials> {
  public StandardListBoxModel() {}
  protected native java.lang.String describe(com.cloudbees.plugins.credentials.common.StandardCredentials c);
}
