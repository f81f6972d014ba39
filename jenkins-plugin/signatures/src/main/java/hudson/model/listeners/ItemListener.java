// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/model/listeners/ItemListener.java
package hudson.model.listeners;

public abstract class ItemListener implements hudson.ExtensionPoint {
  public native void onCreated(hudson.model.Item item);
  public native void onCopied(hudson.model.Item src, hudson.model.Item item);
  public native void onLoaded();
  public native void onDeleted(hudson.model.Item item);
  public native void onRenamed(hudson.model.Item item, java.lang.String oldName, java.lang.String newName);
  public native void onLocationChanged(hudson.model.Item item, java.lang.String oldFullName, java.lang.String newFullName);
  public native void onUpdated(hudson.model.Item item);
  public native void onBeforeShutdown();
}
