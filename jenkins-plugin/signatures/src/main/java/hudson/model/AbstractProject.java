// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/model/AbstractProject.java
package hudson.model;

public abstract class AbstractProject<P extends hudson.model.AbstractProject<P,R>, R extends hudson.model.AbstractBuild<P,R>> extends hudson.model.Job<P,R> {
  public native void save() throws java.io.IOException;
  public native void onLoad(hudson.model.ItemGroup<? extends hudson.model.Item> parent, java.lang.String name) throws java.io.IOException;
  public native boolean isBuildable();
  public abstract hudson.util.DescribableList<hudson.tasks.Publisher,hudson.model.Descriptor<hudson.tasks.Publisher>> getPublishersList();
  public native void removeRun(R run);
  protected abstract java.lang.Class<R> getBuildClass();
  public native R createExecutable() throws java.io.IOException;
  public abstract boolean isFingerprintConfigured();
  protected AbstractProject() {}
}
