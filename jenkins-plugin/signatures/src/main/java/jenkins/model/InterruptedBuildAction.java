// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/jenkins/model/InterruptedBuildAction.java
package jenkins.model;

public abstract class InterruptedBuildAction implements hudson.model.Action {
  public native java.util.List<jenkins.model.CauseOfInterruption> getCauses();
  protected InterruptedBuildAction() {}
}
