// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/model/Descriptor.java
package hudson.model;

public abstract class Descriptor<T extends hudson.model.Describable<T>> implements hudson.model.Saveable {
  public static final class FormException extends java.lang.Exception implements org.kohsuke.stapler.HttpResponse {
    public FormException(java.lang.String message, java.lang.String formField) {}
    public FormException(java.lang.String message, java.lang.Throwable cause, java.lang.String formField) {}
    public FormException(java.lang.Throwable cause, java.lang.String formField) {}
  }
  protected Descriptor(java.lang.Class<? extends T> clazz) {}
  protected Descriptor() {}
  public native java.lang.String getDisplayName();
  public native void save();
  public native void load();
}
