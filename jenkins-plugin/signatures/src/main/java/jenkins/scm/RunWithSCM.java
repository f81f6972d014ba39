// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/jenkins/scm/RunWithSCM.java
package jenkins.scm;

public interface RunWithSCM<JobT extends hudson.model.Job<JobT,RunT>, RunT extends hudson.model.Run<JobT,RunT> & jenkins.scm.RunWithSCM<JobT,RunT>> {
  public java.util.List<hudson.scm.ChangeLogSet<? extends hudson.scm.ChangeLogSet.Entry>> getChangeSets();
  public java.util.Set<java.lang.String> getCulpritIds();
  public boolean shouldCalculateCulprits();
}
