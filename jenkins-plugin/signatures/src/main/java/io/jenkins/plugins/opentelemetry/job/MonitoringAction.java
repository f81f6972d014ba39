// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/opentelemetry-plugin 3.1543.v8446b_92b_cd64:
// src/main/java/io/jenkins/plugins/opentelemetry/job/MonitoringAction.java
package io.jenkins.plugins.opentelemetry.job;

public abstract class MonitoringAction extends io.jenkins.plugins.opentelemetry.job.action.AbstractMonitoringAction implements hudson.model.Action, jenkins.model.RunAction2 {
  public native void onAttached(hudson.model.Run<?,?> r);
  public native void onLoad(hudson.model.Run<?,?> r);
  public native java.lang.String getIconFileName();
  public native java.lang.String getDisplayName();
  public native java.util.Collection<? extends hudson.model.Action> getProjectActions();
  public native java.lang.String getUrlName();
  protected MonitoringAction() {}
}
