// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/XmlFile.java
package hudson;

public final class XmlFile {
  public native java.io.File getFile();
  protected XmlFile() {}
}
