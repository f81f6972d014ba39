// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/hudson/slaves/AbstractCloudSlave.java
package hudson.slaves;

public abstract class AbstractCloudSlave extends hudson.model.Node implements java.io.Serializable {
  protected abstract void _terminate(hudson.model.TaskListener listener) throws java.io.IOException, java.lang.InterruptedException;
  protected AbstractCloudSlave() {}
}
