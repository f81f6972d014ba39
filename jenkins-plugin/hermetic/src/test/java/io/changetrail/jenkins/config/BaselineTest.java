// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BaselineTest {

  @Test
  void C8_theFirstSaveOfWhatWasThereBeforeThePluginIsNoCreation() {
    Baseline baseline = new Baseline();
    assertThat(baseline.begins(false)).as("installed, without a server").isFalse();
    assertThat(baseline.begins(true)).as("a server is entered").isTrue();
    assertThat(baseline.begins(true)).as("it looks once").isFalse();
    assertThat(baseline.tells(false, false)).as("saved before it was looked at").isFalse();
    assertThat(baseline.tells(false, true)).as("a change of what is known").isTrue();

    baseline.looked();
    assertThat(baseline.tells(false, false)).as("saved, and not there before").isTrue();
    assertThat(baseline.tells(true, false)).as("found, and never seen").isFalse();
  }

  @Test
  void C8_whatWasSwitchedOffMeanwhileIsLookedAtAgain() {
    Baseline baseline = new Baseline();
    baseline.begins(true);
    baseline.looked();
    assertThat(baseline.begins(false)).isFalse();
    assertThat(baseline.begins(true)).isTrue();
    assertThat(baseline.tells(false, false)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "config.xml, true",
    "credentials.xml, true",
    "hudson.tasks.Maven.xml, true",
    "jobs/payments/config.xml, true",
    "jobs/payments/jobs/checkout/config.xml, true",
    "jobs/payments/builds/7/build.xml, false",
    "queue.xml, false",
    // State, saved with every run or lock.
    "org.jenkinsci.plugins.workflow.flow.FlowExecutionList.xml, false",
    "org.jenkins.plugins.lockableresources.LockableResourcesManager.xml, false",
    "org.jenkinsci.plugins.resourcedisposer.AsyncResourceDisposer.xml, false",
    // Told by the listener of nodes, which knows whether a cloud made them.
    "nodes/linux-1/config.xml, false"
  })
  void C8_onlyWhatConfiguresIsConfiguration(String path, boolean configures) {
    assertThat(ConfigFiles.configures(path)).isEqualTo(configures);
  }
}
