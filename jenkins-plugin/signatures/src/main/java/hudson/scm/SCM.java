// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/scm/SCM.java
package hudson.scm;

public abstract class SCM implements hudson.model.Describable<hudson.scm.SCM>, hudson.ExtensionPoint {
  public native void buildEnvironment(hudson.model.Run<?,?> build, java.util.Map<java.lang.String,java.lang.String> env);
}
