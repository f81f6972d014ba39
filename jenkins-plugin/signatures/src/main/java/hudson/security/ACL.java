// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/security/ACL.java
package hudson.security;

public abstract class ACL {
  public static final org.springframework.security.core.Authentication SYSTEM2 = null;
  public static native hudson.security.ACLContext as2(org.springframework.security.core.Authentication auth);
}
