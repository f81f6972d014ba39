// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/model/Run.java
package hudson.model;

public abstract class Run<JobT extends hudson.model.Job<JobT,RunT>, RunT extends hudson.model.Run<JobT,RunT>> extends hudson.model.Actionable implements hudson.ExtensionPoint, java.lang.Comparable<RunT>, hudson.security.AccessControlled {
  public native int compareTo(RunT that);
  public native long getQueueId();
  public native hudson.model.Result getResult();
  public native boolean isBuilding();
  public native java.util.List<hudson.model.Cause> getCauses();
  public native JobT getParent();
  public native java.util.Calendar getTimestamp();
  public final native long getStartTimeInMillis();
  public native java.lang.String getDescription();
  public native java.lang.String getDurationString();
  public native long getDuration();
  public native java.lang.String getFullDisplayName();
  public native java.lang.String getDisplayName();
  public native int getNumber();
  public native RunT getPreviousBuild();
  public native java.lang.String getUrl();
  public native java.lang.String getConsoleUrl();
  public final native java.lang.String getSearchUrl();
  public native java.io.File getRootDir();
  public native java.util.List<hudson.model.ParameterValue> getParameterValues();
  public native hudson.security.ACL getACL();
  public native void save() throws java.io.IOException;
  @Deprecated
  public native hudson.EnvVars getEnvironment() throws java.io.IOException, java.lang.InterruptedException;
  public native hudson.EnvVars getEnvironment(hudson.model.TaskListener listener) throws java.io.IOException, java.lang.InterruptedException;
  public native java.lang.String getExternalizableId();
  public static native hudson.model.Run<?,?> fromExternalizableId(java.lang.String id) throws java.lang.IllegalArgumentException, org.springframework.security.access.AccessDeniedException;
  public native java.lang.Object getTarget();
  protected Run() {}
}
