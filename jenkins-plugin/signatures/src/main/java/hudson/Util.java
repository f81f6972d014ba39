// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/Util.java
package hudson;

public abstract class Util {
  public static native java.lang.String fixEmptyAndTrim(java.lang.String s);
}
