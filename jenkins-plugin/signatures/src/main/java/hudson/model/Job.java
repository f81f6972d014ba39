// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/model/Job.java
package hudson.model;

public abstract class Job<JobT extends hudson.model.Job<JobT,RunT>, RunT extends hudson.model.Run<JobT,RunT>> extends hudson.model.AbstractItem implements hudson.ExtensionPoint {
  public native void save() throws java.io.IOException;
  public native void onLoad(hudson.model.ItemGroup<? extends hudson.model.Item> parent, java.lang.String name) throws java.io.IOException;
  public native void onCopiedFrom(hudson.model.Item src);
  public native java.util.Collection<? extends hudson.model.Job> getAllJobs();
  public native java.util.Collection<?> getOverrides();
  public native void delete() throws java.io.IOException, java.lang.InterruptedException;
  public abstract boolean isBuildable();
  public native hudson.util.RunList<RunT> getBuilds();
  public native RunT getBuildByNumber(int n);
  protected abstract java.util.SortedMap<java.lang.Integer,? extends RunT> _getRuns();
  protected abstract void removeRun(RunT run);
  public native RunT getLastBuild();
  public native hudson.security.ACL getACL();
  protected Job() {}
}
