// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/AbortException.java
package hudson;

public class AbortException extends java.io.IOException {
  public AbortException() {}
  public AbortException(java.lang.String message) {}
}
