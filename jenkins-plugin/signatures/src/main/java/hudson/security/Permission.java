// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/security/Permission.java
package hudson.security;

public final class Permission {
  protected Permission() {}
}
