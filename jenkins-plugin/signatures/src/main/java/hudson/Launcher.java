// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/Launcher.java
package hudson;

public abstract class Launcher {
  public abstract void kill(java.util.Map<java.lang.String,java.lang.String> modelEnvVars) throws java.io.IOException, java.lang.InterruptedException;
  protected Launcher() {}
}
