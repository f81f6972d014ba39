// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/Plugin.java
package hudson;

public abstract class Plugin implements hudson.model.Saveable {
  public native void load() throws java.io.IOException;
  public native void save() throws java.io.IOException;
  public native java.lang.Object getTarget();
  protected Plugin() {}
}
