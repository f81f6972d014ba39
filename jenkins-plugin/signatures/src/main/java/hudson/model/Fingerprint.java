// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/model/Fingerprint.java
package hudson.model;

public abstract class Fingerprint implements hudson.model.ModelObject, hudson.model.Saveable {
  public static abstract class BuildPtr {
    public native boolean is(hudson.model.Run r);
    public native boolean is(hudson.model.Job job);
    protected BuildPtr() {}
  }
  public native hudson.model.Fingerprint.BuildPtr getOriginal();
  public native java.lang.String getDisplayName();
  public native java.lang.String getHashString();
  public native void save() throws java.io.IOException;
  protected Fingerprint() {}
}
