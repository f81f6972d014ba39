// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/model/Actionable.java
package hudson.model;

public abstract class Actionable extends hudson.model.AbstractModelObject {
  @Deprecated
  public native java.util.List<hudson.model.Action> getActions();
  public final native java.util.List<? extends hudson.model.Action> getAllActions();
  public native <T extends hudson.model.Action> java.util.List<T> getActions(java.lang.Class<T> type);
  public native void addAction(hudson.model.Action a);
  @Deprecated
  public native hudson.model.Action getAction(int index);
  public native <T extends hudson.model.Action> T getAction(java.lang.Class<T> type);
}
