// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins;

import static org.assertj.core.api.Assertions.assertThat;

import hudson.model.Result;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.Outcome;
import io.changetrail.model.Phase;
import java.util.List;
import java.util.function.Predicate;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.JenkinsSessionExtension;

/** Pipelines, from the script to the server, over restarts too. */
class PipelineTest {
  private static final Predicate<AuditEvent> DEPLOYMENTS =
      event -> event.change().kind().equals(ChangeKind.DEPLOYMENT);

  @RegisterExtension private final JenkinsSessionExtension sessions = new JenkinsSessionExtension();

  private static WorkflowJob job(JenkinsRule jenkins, String script) throws Exception {
    WorkflowJob job = jenkins.createProject(WorkflowJob.class, "ship");
    job.setDefinition(new CpsFlowDefinition(script, true));
    return job;
  }

  private static void assertEnds(List<AuditEvent> events, Outcome outcome) {
    assertThat(events)
        .extracting(event -> event.change().phase())
        .containsExactly(Phase.STARTED, Phase.FINISHED);
    assertThat(events.get(1).change().ended()).contains(outcome);
    assertThat(events.get(1).links().causedBy()).contains(events.get(0).ref());
  }

  @Test
  void C10_aBlockThatSucceedsIsADeploymentThatDoes() throws Throwable {
    try (AuditServer server = new AuditServer()) {
      sessions.then(
          jenkins -> {
            ChangetrailConfiguration.get().setServerUrl(server.url());
            WorkflowJob job =
                job(
                    jenkins,
                    "auditDeployment(service: 'checkout', environment: 'prod') {"
                        + " auditDeployment(service: 'checkout', environment: 'prod',"
                        + " percentage: 50)\n echo \"event ${env.CHANGETRAIL_RUN_EVENT}\" }");
            WorkflowRun run = jenkins.buildAndAssertSuccess(job);
            List<AuditEvent> events = server.await(3, DEPLOYMENTS);
            assertThat(events)
                .extracting(event -> event.change().phase())
                .containsExactly(Phase.STARTED, Phase.PROGRESSED, Phase.FINISHED);
            assertThat(events.get(1).change().rollout()).isEqualTo(50);
            AuditEvent started =
                server.await(1, event -> event.change().kind().equals(ChangeKind.BUILD)).get(0);
            jenkins.assertLogContains("event " + started.ref().id(), run);
          });
    }
  }

  @Test
  void C10_aBlockThatFailsIsADeploymentThatFailed() throws Throwable {
    try (AuditServer server = new AuditServer()) {
      sessions.then(
          jenkins -> {
            ChangetrailConfiguration.get().setServerUrl(server.url());
            WorkflowJob job =
                job(
                    jenkins,
                    "auditDeployment(service: 'checkout', environment: 'prod') { error 'no' }");
            jenkins.buildAndAssertStatus(Result.FAILURE, job);
            assertEnds(server.await(2, DEPLOYMENTS), Outcome.FAILURE);
          });
    }
  }

  @Test
  void C10_aBlockThatIsStoppedIsADeploymentThatWasAborted() throws Throwable {
    try (AuditServer server = new AuditServer()) {
      sessions.then(
          jenkins -> {
            ChangetrailConfiguration.get().setServerUrl(server.url());
            WorkflowJob job =
                job(
                    jenkins,
                    "auditDeployment(service: 'checkout', environment: 'prod') {"
                        + " echo 'in the block'\n sleep 600 }");
            WorkflowRun run = job.scheduleBuild2(0).waitForStart();
            jenkins.waitForMessage("in the block", run);
            run.getExecution().interrupt(Result.ABORTED);
            jenkins.assertBuildStatus(Result.ABORTED, jenkins.waitForCompletion(run));
            assertEnds(server.await(2, DEPLOYMENTS), Outcome.ABORTED);
          });
    }
  }

  @Test
  void C10_aBlockThatIsOpenWhileJenkinsRestartsEndsOnce() throws Throwable {
    try (AuditServer server = new AuditServer()) {
      sessions.then(
          jenkins -> {
            ChangetrailConfiguration.get().setServerUrl(server.url());
            WorkflowJob job =
                job(
                    jenkins,
                    "auditDeployment(service: 'checkout', environment: 'prod') {"
                        + " echo 'in the block'\n sleep 15 }");
            WorkflowRun run = job.scheduleBuild2(0).waitForStart();
            jenkins.waitForMessage("in the block", run);
          });
      sessions.then(
          jenkins -> {
            WorkflowRun run =
                jenkins.jenkins.getItemByFullName("ship", WorkflowJob.class).getLastBuild();
            jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(run));
            assertEnds(server.await(2, DEPLOYMENTS), Outcome.SUCCESS);
          });
    }
  }

  @Test
  void C3_aStageThatNobodyEditedIsADeploymentByItsName() throws Throwable {
    try (AuditServer server = new AuditServer()) {
      sessions.then(
          jenkins -> {
            ChangetrailConfiguration.get().setServerUrl(server.url());
            DeploymentRuleSetting rule = new DeploymentRuleSetting("ship");
            rule.setStages("Ship *");
            rule.setService("checkout");
            rule.setEnvironment("prod");
            ChangetrailConfiguration.get().setRules(List.of(rule));
            jenkins.buildAndAssertSuccess(
                job(jenkins, "stage('Test') { }\n stage('Ship it') { echo 'x' }"));
            assertEnds(server.await(2, DEPLOYMENTS), Outcome.SUCCESS);
          });
    }
  }

  @Test
  void C9_otherChangesAreToldByTheirSteps() throws Throwable {
    try (AuditServer server = new AuditServer()) {
      sessions.then(
          jenkins -> {
            ChangetrailConfiguration.get().setServerUrl(server.url());
            jenkins.buildAndAssertSuccess(
                job(
                    jenkins,
                    "auditConfigChange(key: 'timeout', environment: 'prod', from: '1', to: '2')\n"
                        + "auditFeatureFlag(key: 'cart', environment: 'prod', to: 'on')\n"
                        + "auditEvent(kind: 'schema', environment: 'prod', summary: 'index')"));
            assertThat(server.await(3, event -> !event.change().kind().equals(ChangeKind.BUILD)))
                .extracting(event -> event.change().kind())
                .containsExactlyInAnyOrder(
                    ChangeKind.CONFIG, ChangeKind.FEATURE_FLAG, ChangeKind.SCHEMA);
          });
    }
  }

  @Test
  void U5_theRunHasAPageOfWhatWasRecorded() throws Throwable {
    try (AuditServer server = new AuditServer()) {
      sessions.then(
          jenkins -> {
            ChangetrailConfiguration.get().setServerUrl(server.url());
            WorkflowRun run =
                jenkins.buildAndAssertSuccess(
                    job(jenkins, "auditDeployment(service: 'checkout', environment: 'prod') { }"));
            try (JenkinsRule.WebClient browser = jenkins.createWebClient()) {
              assertThat(browser.getPage(run, "changetrail").asNormalizedText())
                  .contains("checkout to prod: success");
              assertThat(browser.getPage(run).asNormalizedText())
                  .contains("checkout to prod: success", "on the audit server");
            }
          });
    }
  }

  @Test
  void T2_aStepThatIsWrongFailsNothing() throws Throwable {
    sessions.then(
        jenkins -> {
          ChangetrailConfiguration.get().setServerUrl("http://127.0.0.1:9");
          WorkflowRun run =
              jenkins.buildAndAssertSuccess(
                  job(jenkins, "auditDeployment(service: '', environment: 'prod') { echo 'on' }"));
          jenkins.assertLogContains("auditDeployment: nothing is recorded. service is", run);
          jenkins.assertLogContains("on", run);
        });
  }
}
