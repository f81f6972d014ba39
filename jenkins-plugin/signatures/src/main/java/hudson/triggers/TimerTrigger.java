// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/triggers/TimerTrigger.java
package hudson.triggers;

public abstract class TimerTrigger implements hudson.ExtensionPoint {
  public static abstract class TimerTriggerCause extends hudson.model.Cause {
    public native java.lang.String getShortDescription();
  }
  protected TimerTrigger() {}
}
