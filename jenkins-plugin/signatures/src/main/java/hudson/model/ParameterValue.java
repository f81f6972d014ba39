// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/model/ParameterValue.java
package hudson.model;

public abstract class ParameterValue implements java.io.Serializable {
  public final native java.lang.String getName();
  public native boolean isSensitive();
  public native java.lang.Object getValue();
  protected ParameterValue() {}
}
