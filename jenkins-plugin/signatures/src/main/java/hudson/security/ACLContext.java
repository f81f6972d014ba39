// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/security/ACLContext.java
package hudson.security;

public abstract class ACLContext implements java.lang.AutoCloseable {
  public native void close();
  protected ACLContext() {}
}
