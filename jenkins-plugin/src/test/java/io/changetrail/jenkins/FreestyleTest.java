// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins;

import static org.assertj.core.api.Assertions.assertThat;

import hudson.ExtensionList;
import hudson.model.Cause;
import hudson.model.FreeStyleBuild;
import hudson.model.FreeStyleProject;
import hudson.model.ParametersAction;
import hudson.model.ParametersDefinitionProperty;
import hudson.model.PasswordParameterDefinition;
import hudson.model.PasswordParameterValue;
import hudson.model.Result;
import hudson.model.StringParameterDefinition;
import hudson.model.StringParameterValue;
import io.changetrail.jenkins.freestyle.ArtifactRecorder;
import io.changetrail.jenkins.freestyle.DeploymentBuilder;
import io.changetrail.jenkins.freestyle.DeploymentRecorder;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.Outcome;
import io.changetrail.model.Phase;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.FailureBuilder;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** Freestyle jobs, from the button to the server. */
@WithJenkins
class FreestyleTest {

  @Test
  void C1_aRunIsToldWithoutTouchingItsJob(JenkinsRule jenkins) throws Exception {
    try (AuditServer server = new AuditServer()) {
      ChangetrailConfiguration.get().setServerUrl(server.url());
      FreeStyleProject job = jenkins.createFreeStyleProject("odd name %20 & ünïcode");
      job.addProperty(
          new ParametersDefinitionProperty(
              new StringParameterDefinition("REGION", "eu"),
              new PasswordParameterDefinition("TOKEN", "planted-4711", "")));
      FreeStyleBuild build =
          jenkins.assertBuildStatusSuccess(
              job.scheduleBuild2(
                  0,
                  new Cause.UserIdCause("alice"),
                  new ParametersAction(
                      new StringParameterValue("REGION", "eu"),
                      new PasswordParameterValue("TOKEN", "planted-4711"))));

      List<AuditEvent> events =
          server.await(2, event -> event.change().kind().equals(ChangeKind.BUILD));
      assertThat(events)
          .extracting(event -> event.change().phase())
          .containsExactly(Phase.STARTED, Phase.FINISHED);
      assertThat(events).allMatch(event -> event.actor().id().equals("alice"));
      assertThat(events.get(1).change().ended()).contains(Outcome.SUCCESS);
      assertThat(events.get(1).provenance().run().orElseThrow().url())
          .isEqualTo(jenkins.getURL() + build.getUrl());
      assertThat(events.toString()).doesNotContain("planted-4711").contains("REGION");
    }
  }

  private static String history() {
    HistoryReader history = ExtensionList.lookupSingleton(HistoryReader.class);
    history.begin(1);
    Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> !history.isReading());
    return history.progress();
  }

  @Test
  void C1_historyThatIsReadAgainAfterARenameIsNotToldTwice(JenkinsRule jenkins) throws Exception {
    FreeStyleProject job = jenkins.createFreeStyleProject("payments");
    jenkins.buildAndAssertSuccess(job);
    try (AuditServer server = new AuditServer()) {
      ChangetrailConfiguration.get().setServerUrl(server.url());
      assertThat(history()).contains("1 runs are recorded, 0 were before");
      job.renameTo("checkout");
      jenkins.buildAndAssertSuccess(job);
      assertThat(history()).contains("0 runs are recorded, 2 were before");

      List<AuditEvent> events =
          server.await(4, event -> event.change().kind().equals(ChangeKind.BUILD));
      assertThat(events)
          .extracting(event -> event.provenance().run().orElseThrow().runId())
          .containsExactly("payments#1", "payments#1", "checkout#2", "checkout#2");
    }
  }

  @Test
  void C10_aDeploymentBeginsWithItsStepAndEndsWithTheRecorder(JenkinsRule jenkins)
      throws Exception {
    try (AuditServer server = new AuditServer()) {
      ChangetrailConfiguration.get().setServerUrl(server.url());
      FreeStyleProject job = jenkins.createFreeStyleProject("ship");
      job.getBuildersList().add(new DeploymentBuilder("checkout", "prod"));
      job.getPublishersList().add(new DeploymentRecorder("checkout", "prod"));
      jenkins.buildAndAssertSuccess(job);

      List<AuditEvent> events =
          server.await(2, event -> event.change().kind().equals(ChangeKind.DEPLOYMENT));
      assertThat(events)
          .extracting(event -> event.change().phase())
          .containsExactly(Phase.STARTED, Phase.FINISHED);
      assertThat(events.get(1).change().ended()).contains(Outcome.SUCCESS);
    }
  }

  @Test
  void C10_whatABuildLeavesOpenEndsWithIt(JenkinsRule jenkins) throws Exception {
    try (AuditServer server = new AuditServer()) {
      ChangetrailConfiguration.get().setServerUrl(server.url());
      FreeStyleProject job = jenkins.createFreeStyleProject("ship");
      job.getBuildersList().add(new DeploymentBuilder("checkout", "prod"));
      job.getBuildersList().add(new FailureBuilder());
      jenkins.buildAndAssertStatus(Result.FAILURE, job);

      assertThat(server.await(2, event -> event.change().kind().equals(ChangeKind.DEPLOYMENT)))
          .last()
          .satisfies(event -> assertThat(event.change().ended()).contains(Outcome.FAILURE));
    }
  }

  @Test
  void E3_aPublishedArtifactIsToldWithItsDigest(JenkinsRule jenkins) throws Exception {
    String digest = "sha256:" + "b5".repeat(32);
    try (AuditServer server = new AuditServer()) {
      ChangetrailConfiguration.get().setServerUrl(server.url());
      FreeStyleProject job = jenkins.createFreeStyleProject("build");
      job.getPublishersList().add(new ArtifactRecorder("ghcr.io/acme/checkout:1@" + digest));
      jenkins.buildAndAssertSuccess(job);

      assertThat(server.await(1, event -> event.change().kind().equals(ChangeKind.ARTIFACT)))
          .singleElement()
          .satisfies(
              event ->
                  assertThat(event.provenance().artifacts().get(0).digest()).isEqualTo(digest));
    }
  }

  @Test
  void O2_theStepsSurviveTheirForms(JenkinsRule jenkins) throws Exception {
    DeploymentBuilder builder = new DeploymentBuilder("checkout", "prod");
    builder.setVersion("1.4.2");
    builder.setArtifact("ghcr.io/acme/checkout:1.4.2");
    jenkins.assertEqualDataBoundBeans(builder, jenkins.configRoundtrip(builder));
    DeploymentRecorder recorder = new DeploymentRecorder("checkout", "prod");
    recorder.setVersion("1.4.2");
    jenkins.assertEqualDataBoundBeans(recorder, jenkins.configRoundtrip(recorder));
    ArtifactRecorder artifact = new ArtifactRecorder("ghcr.io/acme/checkout:1.4.2");
    jenkins.assertEqualDataBoundBeans(artifact, jenkins.configRoundtrip(artifact));
  }

  @Test
  void T2_withoutAServerABuildIsAsWithoutThePlugin(JenkinsRule jenkins) throws Exception {
    FreeStyleProject job = jenkins.createFreeStyleProject("deploy-prod");
    job.getBuildersList().add(new DeploymentBuilder("", ""));
    FreeStyleBuild build = jenkins.buildAndAssertSuccess(job);
    assertThat(build.getLog(100)).noneMatch(line -> line.contains("changetrail"));
  }

  @Test
  void T2_whatIsWrongStandsInTheLogAndFailsNothing(JenkinsRule jenkins) throws Exception {
    ChangetrailConfiguration.get().setServerUrl("http://127.0.0.1:9");
    FreeStyleProject job = jenkins.createFreeStyleProject("ship");
    job.getBuildersList().add(new DeploymentBuilder("", "prod"));
    FreeStyleBuild build = jenkins.buildAndAssertSuccess(job);
    jenkins.assertLogContains("[changetrail] nothing is recorded. service is required", build);
  }
}
