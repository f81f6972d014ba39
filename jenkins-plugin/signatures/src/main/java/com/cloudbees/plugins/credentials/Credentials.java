// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/credentials-plugin 1415.v831096eb_5534:
// src/main/java/com/cloudbees/plugins/credentials/Credentials.java
package com.cloudbees.plugins.credentials;

public interface Credentials extends hudson.model.Describable<com.cloudbees.plugins.credentials.Credentials>, java.io.Serializable, hudson.ExtensionPoint {
}
