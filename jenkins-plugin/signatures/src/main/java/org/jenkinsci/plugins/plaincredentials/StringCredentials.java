// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/plain-credentials-plugin 199.v9f8e1f741799:
// src/main/java/org/jenkinsci/plugins/plaincredentials/StringCredentials.java
package org.jenkinsci.plugins.plaincredentials;

public interface StringCredentials extends com.cloudbees.plugins.credentials.common.StandardCredentials {
  public hudson.util.Secret getSecret();
}
