// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/model/Queue.java
package hudson.model;

public abstract class Queue implements hudson.model.Saveable {
  public interface Executable extends java.lang.Runnable {
    public default java.lang.String getConsoleUrl() {
      throw new UnsupportedOperationException();
    }
    public java.lang.String toString();
  }
  protected Queue() {}
}
