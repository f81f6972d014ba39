// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/model/UpdateCenter.java
package hudson.model;

public abstract class UpdateCenter extends hudson.model.AbstractModelObject implements hudson.model.Saveable {
  public abstract class UpdateCenterJob implements java.lang.Runnable {
    protected UpdateCenterJob() {}
  }
  public abstract class DownloadJob extends hudson.model.UpdateCenter.UpdateCenterJob {
    protected abstract java.net.URL getURL() throws java.net.MalformedURLException;
    protected abstract java.io.File getDestination();
    public abstract java.lang.String getName();
    protected abstract void onSuccess();
    public native java.lang.String getComputedSHA1();
    public native java.lang.String getComputedSHA256();
    public native java.lang.String getComputedSHA512();
    public native org.springframework.security.core.Authentication getUser();
    public native void run();
    protected DownloadJob() {}
  }
  public abstract class InstallationJob extends hudson.model.UpdateCenter.DownloadJob {
    public final hudson.model.UpdateSite.Plugin plugin = null;
    protected native java.net.URL getURL() throws java.net.MalformedURLException;
    protected native java.io.File getDestination();
    public native java.lang.String getName();
    protected native void onSuccess();
    protected InstallationJob() {}
  }
  public native java.util.List<hudson.model.UpdateCenter.UpdateCenterJob> getJobs();
  public native java.lang.String getDisplayName();
  public native java.lang.String getSearchUrl();
  public native void save();
  public native void load() throws java.io.IOException;
  public native java.lang.Object getTarget();
  protected UpdateCenter() {}
}
