// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/EnvVars.java
package hudson;

public class EnvVars extends java.util.TreeMap<java.lang.String,java.lang.String> {
  public EnvVars() {}
  public EnvVars(java.util.Map<java.lang.String,java.lang.String> m) {}
  public EnvVars(hudson.EnvVars m) {}
  public EnvVars(java.lang.String... keyValuePairs) {}
  public native void override(java.lang.String key, java.lang.String value);
  public native java.lang.String put(java.lang.String key, java.lang.String value);
  public native java.lang.String expand(java.lang.String s);
}
