// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/jenkins/model/CauseOfInterruption.java
package jenkins.model;

public abstract class CauseOfInterruption implements java.io.Serializable {
  public static final class UserInterruption extends jenkins.model.CauseOfInterruption {
    public native java.lang.String getUserId();
    public native java.lang.String getShortDescription();
    protected UserInterruption() {}
  }
  public abstract java.lang.String getShortDescription();
}
