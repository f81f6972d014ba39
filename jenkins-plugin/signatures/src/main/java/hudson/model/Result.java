// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/model/Result.java
package hudson.model;

public final class Result implements java.io.Serializable {
  public static final hudson.model.Result SUCCESS = null;
  public static final hudson.model.Result UNSTABLE = null;
  public static final hudson.model.Result FAILURE = null;
  public static final hudson.model.Result ABORTED = null;
  public native boolean isBetterOrEqualTo(hudson.model.Result that);
  public native java.lang.String toString();
  public native java.lang.String toExportedObject();
  protected Result() {}
}
