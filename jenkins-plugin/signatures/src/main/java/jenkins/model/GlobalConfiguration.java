// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/jenkins/model/GlobalConfiguration.java
package jenkins.model;

public abstract class GlobalConfiguration extends hudson.model.Descriptor<jenkins.model.GlobalConfiguration> implements hudson.ExtensionPoint, hudson.model.Describable<jenkins.model.GlobalConfiguration> {
  protected GlobalConfiguration() {}
  public final native hudson.model.Descriptor<jenkins.model.GlobalConfiguration> getDescriptor();
  public native boolean configure(org.kohsuke.stapler.StaplerRequest2 req, net.sf.json.JSONObject json) throws hudson.model.Descriptor.FormException;
}
