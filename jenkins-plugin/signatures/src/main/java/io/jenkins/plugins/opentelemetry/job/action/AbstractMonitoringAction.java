// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/opentelemetry-plugin 3.1543.v8446b_92b_cd64:
// src/main/java/io/jenkins/plugins/opentelemetry/job/action/AbstractMonitoringAction.java
package io.jenkins.plugins.opentelemetry.job.action;

public abstract class AbstractMonitoringAction {
  public native java.util.Map<java.lang.String,java.lang.String> getW3cTraceContext();
  public native java.lang.String getTraceId();
  public native java.lang.String getSpanId();
  public native void purgeSpanAndCloseAssociatedScopes();
  public native boolean hasEnded();
  protected AbstractMonitoringAction() {}
}
