// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/util/Secret.java
package hudson.util;

public final class Secret implements java.io.Serializable {
  public native java.lang.String getPlainText();
  public static native hudson.util.Secret decrypt(java.lang.String data);
  protected Secret() {}
}
