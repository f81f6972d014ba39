// SPDX-License-Identifier: Apache-2.0
// Signatures only, as declared in jenkinsci/jenkins jenkins-2.479.3:
// core/src/main/java/jenkins/triggers/SCMTriggerItem.java
package jenkins.triggers;

public interface SCMTriggerItem {
  public static abstract class SCMTriggerItems {
    public static native jenkins.triggers.SCMTriggerItem asSCMTriggerItem(hudson.model.Item item);
    protected SCMTriggerItems() {}
  }
  public hudson.model.Item asItem();
  public int getNextBuildNumber();
  public int getQuietPeriod();
  public java.util.Collection<? extends hudson.scm.SCM> getSCMs();
}
