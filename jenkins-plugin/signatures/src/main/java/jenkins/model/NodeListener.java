// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/jenkins/model/NodeListener.java
package jenkins.model;

public abstract class NodeListener implements hudson.ExtensionPoint {
  protected native void onCreated(hudson.model.Node node);
  protected native void onUpdated(hudson.model.Node oldOne, hudson.model.Node newOne);
  protected native void onDeleted(hudson.model.Node node);
}
