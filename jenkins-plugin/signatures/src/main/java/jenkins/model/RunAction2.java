// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/jenkins/model/RunAction2.java
package jenkins.model;

public interface RunAction2 extends hudson.model.Action {
  public void onAttached(hudson.model.Run<?,?> r);
  public void onLoad(hudson.model.Run<?,?> r);
}
