// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/security/AccessControlled.java
package hudson.security;

public interface AccessControlled {
  public hudson.security.ACL getACL();
  public default void checkPermission(hudson.security.Permission permission) throws org.springframework.security.access.AccessDeniedException {
    throw new UnsupportedOperationException();
  }
  public default boolean hasPermission(hudson.security.Permission permission) {
    throw new UnsupportedOperationException();
  }
}
