// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/util/ListBoxModel.java
package hudson.util;

public class ListBoxModel extends java.util.ArrayList<hudson.util.ListBoxModel.Option> implements org.kohsuke.stapler.HttpResponse {
  public static final class Option {
    protected Option() {}
  }
  public ListBoxModel(int initialCapacity) {}
  public ListBoxModel() {}
  public ListBoxModel(java.util.Collection<hudson.util.ListBoxModel.Option> c) {}
  public ListBoxModel(hudson.util.ListBoxModel.Option... data) {}
  public native void add(java.lang.String displayName, java.lang.String value);
  public native void add(hudson.model.ModelObject usedForDisplayName, java.lang.String value);
  public native hudson.util.ListBoxModel add(java.lang.String nameAndValue);
}
