// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.config;

import hudson.Extension;
import hudson.model.Node;
import hudson.slaves.AbstractCloudSlave;
import hudson.slaves.EphemeralNode;
import java.io.File;
import jenkins.model.Jenkins;
import jenkins.model.NodeListener;

/** Is told of nodes. Those that a cloud makes for a build and throws away configure nothing. */
@Extension
public class NodeCapture extends NodeListener {

  @Override
  protected void onCreated(Node node) {
    if (ConfigCapture.isOn() && isConfigured(node)) {
      ConfigCapture.nodeWritten(node.getNodeName(), file(node));
    }
  }

  @Override
  protected void onUpdated(Node oldOne, Node newOne) {
    if (ConfigCapture.isOn() && isConfigured(newOne)) {
      if (!oldOne.getNodeName().equals(newOne.getNodeName())) {
        ConfigCapture.nodeDeleted(oldOne.getNodeName());
      }
      ConfigCapture.nodeWritten(newOne.getNodeName(), file(newOne));
    }
  }

  @Override
  protected void onDeleted(Node node) {
    if (ConfigCapture.isOn() && isConfigured(node)) {
      ConfigCapture.nodeDeleted(node.getNodeName());
    }
  }

  /** What there was before the plugin is noted. */
  static void look() {
    Jenkins.get().getNodes().stream()
        .filter(NodeCapture::isConfigured)
        .forEach(node -> ConfigCapture.nodeFound(node.getNodeName(), file(node)));
  }

  private static boolean isConfigured(Node node) {
    return !(node instanceof AbstractCloudSlave || node instanceof EphemeralNode);
  }

  private static File file(Node node) {
    return new File(node.getRootDir(), "config.xml");
  }
}
