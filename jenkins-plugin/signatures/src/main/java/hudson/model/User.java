// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/model/User.java
package hudson.model;

public abstract class User extends hudson.model.AbstractModelObject implements hudson.security.AccessControlled, hudson.model.Saveable, java.lang.Comparable<hudson.model.User> {
  public native void load();
  public native int compareTo(hudson.model.User that);
  public native java.lang.String getId();
  public native java.lang.String getSearchUrl();
  public native java.lang.String getFullName();
  public static native hudson.model.User current();
  public static native hudson.model.User getById(java.lang.String id, boolean create);
  public native java.lang.String getDisplayName();
  public native void save() throws java.io.IOException;
  public native hudson.security.ACL getACL();
  public native java.lang.Object getTarget();
  protected User() {}
}
