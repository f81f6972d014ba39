// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/model/PeriodicWork.java
package hudson.model;

public abstract class PeriodicWork extends hudson.triggers.SafeTimerTask implements hudson.ExtensionPoint {
  public PeriodicWork() {}
  public abstract long getRecurrencePeriod();
}
