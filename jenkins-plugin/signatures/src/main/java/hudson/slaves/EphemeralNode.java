// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/slaves/EphemeralNode.java
package hudson.slaves;

public interface EphemeralNode {
  public hudson.model.Node asNode();
}
