// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/model/ParametersAction.java
package hudson.model;

public abstract class ParametersAction implements jenkins.model.RunAction2, java.lang.Iterable<hudson.model.ParameterValue> {
  public native java.util.Iterator<hudson.model.ParameterValue> iterator();
  public native java.util.List<hudson.model.ParameterValue> getParameters();
  public native java.lang.String getDisplayName();
  public native java.lang.String getIconFileName();
  public native java.lang.String getUrlName();
  public native boolean shouldSchedule(java.util.List<hudson.model.Action> actions);
  public native void onAttached(hudson.model.Run<?,?> r);
  public native void onLoad(hudson.model.Run<?,?> r);
  protected ParametersAction() {}
}
