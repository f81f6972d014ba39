// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/jenkins/util/Timer.java
package jenkins.util;

public abstract class Timer {
  public static native java.util.concurrent.ScheduledExecutorService get();
  protected Timer() {}
}
