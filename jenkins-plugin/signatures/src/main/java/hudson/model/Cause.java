// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/model/Cause.java
package hudson.model;

public abstract class Cause {
  public static abstract class UpstreamCause extends hudson.model.Cause {
    public native java.lang.String getUpstreamProject();
    public native int getUpstreamBuild();
    public native hudson.model.Run<?,?> getUpstreamRun();
    public native java.util.List<hudson.model.Cause> getUpstreamCauses();
    public native java.lang.String getShortDescription();
    protected UpstreamCause() {}
  }
  public static abstract class UserIdCause extends hudson.model.Cause {
    public native java.lang.String getUserId();
    public native java.lang.String getUserName();
    public native java.lang.String getShortDescription();
    protected UserIdCause() {}
  }
  public static abstract class RemoteCause extends hudson.model.Cause {
    public native java.lang.String getShortDescription();
    protected RemoteCause() {}
  }
  public abstract java.lang.String getShortDescription();
}
