// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/model/listeners/RunListener.java
package hudson.model.listeners;

public abstract class RunListener<R extends hudson.model.Run> implements hudson.ExtensionPoint {
  protected RunListener(java.lang.Class<R> targetType) {}
  protected RunListener() {}
  public native void onCompleted(R r, hudson.model.TaskListener listener);
  public native void onFinalized(R r);
  public native void onStarted(R r, hudson.model.TaskListener listener);
}
