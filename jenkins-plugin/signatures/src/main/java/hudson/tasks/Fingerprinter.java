// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/tasks/Fingerprinter.java
package hudson.tasks;

public abstract class Fingerprinter extends hudson.tasks.Recorder implements java.io.Serializable, jenkins.tasks.SimpleBuildStep {
  public static final class FingerprintAction implements jenkins.model.RunAction2 {
    public native java.lang.String getIconFileName();
    public native java.lang.String getDisplayName();
    public native java.lang.String getUrlName();
    public native void onLoad(hudson.model.Run<?,?> r);
    public native void onAttached(hudson.model.Run<?,?> r);
    public native java.util.Map<java.lang.String,hudson.model.Fingerprint> getFingerprints();
    protected FingerprintAction() {}
  }
  protected Fingerprinter() {}
}
