// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/credentials-plugin 1415.v831096eb_5534:
// src/main/java/com/cloudbees/plugins/credentials/domains/DomainRequirement.java
package com.cloudbees.plugins.credentials.domains;

public abstract class DomainRequirement implements hudson.ExtensionPoint, java.io.Serializable {
}
