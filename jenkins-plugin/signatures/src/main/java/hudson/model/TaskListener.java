// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/model/TaskListener.java
package hudson.model;

public interface TaskListener {
  public java.io.PrintStream getLogger();
  public default java.io.PrintWriter error(java.lang.String msg) {
    throw new UnsupportedOperationException();
  }
  public default java.io.PrintWriter error(java.lang.String format, java.lang.Object... args) {
    throw new UnsupportedOperationException();
  }
  public static final hudson.model.TaskListener NULL = null;
}
