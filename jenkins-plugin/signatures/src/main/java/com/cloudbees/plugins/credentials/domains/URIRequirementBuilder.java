// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/credentials-plugin 1415.v831096eb_5534:
// src/main/java/com/cloudbees/plugins/credentials/domains/URIRequirementBuilder.java
package com.cloudbees.plugins.credentials.domains;

public abstract class URIRequirementBuilder {
  public static native com.cloudbees.plugins.credentials.domains.URIRequirementBuilder fromUri(java.lang.String uri);
  public native java.util.List<com.cloudbees.plugins.credentials.domains.DomainRequirement> build();
  protected URIRequirementBuilder() {}
}
