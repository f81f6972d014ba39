// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/model/listeners/SaveableListener.java
package hudson.model.listeners;

public abstract class SaveableListener implements hudson.ExtensionPoint {
  public native void onChange(hudson.model.Saveable o, hudson.XmlFile file);
}
