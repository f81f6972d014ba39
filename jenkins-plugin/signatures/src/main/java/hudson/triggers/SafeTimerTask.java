// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/triggers/SafeTimerTask.java
package hudson.triggers;

public abstract class SafeTimerTask extends java.util.TimerTask {
  public final native void run();
  protected abstract void doRun() throws java.lang.Exception;
}
