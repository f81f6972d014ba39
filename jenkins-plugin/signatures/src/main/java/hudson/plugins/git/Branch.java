// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/git-client-plugin git-client-6.1.3:
// src/main/java/hudson/plugins/git/Branch.java
package hudson.plugins.git;

public abstract class Branch extends hudson.plugins.git.GitObject {
  protected Branch() {}
}
