// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/BulkChange.java
package hudson;

public class BulkChange implements java.io.Closeable {
  public BulkChange(hudson.model.Saveable saveable) {}
  public native void commit() throws java.io.IOException;
  public native void close();
}
