// SPDX-License-Identifier: Apache-2.0
package io.changetrail.action;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.tomakehurst.wiremock.http.Fault;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Outcome;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What GitHub's REST API adds to what a job says itself. */
class GithubApiTest {
  private static final String NOW = "5e1c309dae7f45e0f39b1bf3ac3cd9db12e7d689";
  private static final String LIVE = "0f1d2c3b4a59687766554433221100ffeeddccbb";
  private static final String RUN = "289782451";

  private static final List<String> FILES = List.of("src/Pay.java", "config/prod.yaml");

  @TempDir private Path directory;
  private GithubRest github;
  private RunningAuditServer server;

  @BeforeEach
  void start() throws Exception {
    github = GithubRest.start();
    server = RunningAuditServer.start(directory.resolve("data"));
  }

  @AfterEach
  void stop() {
    server.close();
    github.close();
  }

  /** That this commit comes on top of the one that is live, with these files. */
  private void deploysOnTop(List<String> files) {
    github.deployments(NOW, LIVE, RUN);
    github.comparison(LIVE, NOW, "ahead", files, NOW);
    github.pullRequest(NOW);
  }

  private Step.Result deploy(String... inputs) throws Exception {
    Step.Result result = step(inputs).main();
    assertThat(result.log()).contains("recorded: ");
    return result;
  }

  private Step step(String... inputs) throws Exception {
    Step step =
        Step.of(directory.resolve("runner"), server.address())
            .variable("GITHUB_API_URL", github.url())
            .variable("GITHUB_ACTOR", "deploy-bot[bot]")
            .variable("GITHUB_TRIGGERING_ACTOR", "deploy-bot[bot]")
            .with("environment", "prod")
            .with("deployment", "finished")
            .with("github-token", "ghs_of-this-job");
    for (int i = 0; i < inputs.length; i += 2) {
      step.with(inputs[i], inputs[i + 1]);
    }
    return step;
  }

  private AuditEvent recorded() throws Exception {
    assertThat(server.events()).hasSize(1);
    return server.events().get(0);
  }

  @Test
  void C2_whatIsNewSinceTheLastSuccessfulDeploymentIsOnTheEvent() throws Exception {
    deploysOnTop(FILES);
    Step.Result result = deploy();

    assertThat(result.log())
        .contains("::add-mask::ghs_of-this-job")
        .doesNotContain("payload alone");
    AuditEvent event = recorded();
    assertThat(event.actor().kind()).isEqualTo(Actor.Kind.SERVICE);
    assertThat(event.onBehalfOf()).extracting(Actor::id).isEqualTo("lena-fischer");
    assertThat(event.provenance().vcs().pullRequest()).isEqualTo("412");
    assertThat(event.provenance().vcs().compareUrl()).endsWith("/compare/" + LIVE + "..." + NOW);
    assertThat(event.attributes().get("vcs.ref.base.revision").asText()).isEqualTo(LIVE);
    assertThat(event.attributes().get("vcs.changed.paths"))
        .extracting(JsonNode::asText)
        .containsExactly("config/prod.yaml", "src/Pay.java");
    JsonNode pull = event.attributes().get("vcs.changes").get(0);
    assertThat(pull.path("author").asText()).isEqualTo("ben-okafor");
    assertThat(pull.path("merged_by").asText()).isEqualTo("lena-fischer");
  }

  @Test
  void R8_aCommitThatIsOlderThanTheLiveOneIsARollback() throws Exception {
    github.deployments(NOW, LIVE, RUN);
    github.comparison(LIVE, NOW, "behind", FILES);
    github.comparison(NOW, LIVE, "ahead", FILES, LIVE);
    github.pullRequest(LIVE);
    assertThat(deploy().log()).doesNotContain("payload alone");

    assertThat(recorded().change().isRollback()).isTrue();
    assertThat(recorded().attributes().get("vcs.changed.paths")).hasSize(2);
  }

  @Test
  void C2_whatADeploymentDoesToFilesOfConfigurationIsRecordedWithItsDifference() throws Exception {
    deploysOnTop(FILES);
    github.file("config/prod.yaml", LIVE, "timeout: 3s\npassword: hunter2-hunter2\n");
    github.file("config/prod.yaml", NOW, "timeout: 30s\npassword: hunter2-hunter2\n");
    Step.Result result = deploy("config-paths", "config/{environment}.yaml");

    assertThat(result.outputs()).containsEntry("accepted", "2");
    JsonNode config =
        server.get("/v1/events?kind=config").at("/events/0/data/customData/changetrail");
    assertThat(config.at("/change/summary").asText())
        .isEqualTo("config/prod.yaml: timeout 3s → 30s");
    assertThat(config.at("/targets/0/deployment.environment.name").asText()).isEqualTo("prod");
    assertThat(config.toString()).doesNotContain("hunter2");
  }

  @Test
  void C7_whatADeploymentDoesToFlagsInFilesIsAFlipWithOldAndNewShare() throws Exception {
    String other = "flags/staging.json";
    deploysOnTop(List.of("src/Pay.java", "flags/prod.json", other, "flags/prod.txt"));
    github.flag("flags/prod.json", LIVE, 5);
    github.flag("flags/prod.json", NOW, 50);
    for (String revision : List.of(LIVE, NOW)) {
      github.file("flags/prod.txt", revision, "new-pricing is for " + revision);
    }
    Step.Result result =
        deploy("flag-paths", "flags/{environment}.json\nflags/*.txt", "service", "checkout");

    assertThat(result.outputs()).containsEntry("accepted", "3");
    assertThat(server.events()).hasSize(3);
    assertThat(server.get("/v1/events?kind=config").toString()).doesNotContain(other);
    AuditEvent deployment = server.events().get(0);
    JsonNode flips = server.get("/v1/events?kind=feature_flag").path("events");
    assertThat(flips).hasSize(1);
    JsonNode flip = flips.at("/0/data/customData/changetrail");
    assertThat(flip.at("/change/summary").asText())
        .isEqualTo("flag new-pricing in prod: new 5 %, old 95 % → new 50 %, old 50 %");
    assertThat(flip.at("/change/rollout").asDouble()).isEqualTo(50);
    assertThat(flip.at("/targets/0/service.name").asText()).isEqualTo("checkout");
    assertThat(flip.at("/targets/0/deployment.environment.name").asText()).isEqualTo("prod");
    assertThat(flip.toString()).contains(deployment.ref().id(), NOW);
    // In no form of flags that is known, so a file of configuration.
    assertThat(server.get("/v1/events?kind=config").path("events").toString())
        .contains("flags/prod.txt: changed");
  }

  @Test
  void aDeploymentOfManyCommitsAndFilesStaysWithinLimitsAndSaysWhatWasCut() throws Exception {
    List<String> files = IntStream.range(0, 3000).mapToObj("config/f%04d.yaml"::formatted).toList();
    String[] commits =
        IntStream.rangeClosed(1, 100).mapToObj("%040x"::formatted).toArray(String[]::new);
    github.deployments(NOW, LIVE, RUN);
    github.comparison(LIVE, NOW, "ahead", files, commits);
    for (String commit : List.of(commits).subList(90, 100)) {
      github.pullRequest(commit);
    }
    for (String file : files.subList(0, 20)) {
      github.file(file, LIVE, "timeout: 3s");
      github.file(file, NOW, "timeout: 30s");
    }
    Step.Result result = deploy("config-paths", "config/**");

    assertThat(result.log()).doesNotContain("payload alone");
    assertThat(result.summary())
        .contains("Of 3000 changed files 200 are named")
        .contains("Pull requests are those of the newest 10 of 100 commits")
        .contains("Of the changed files that are configured, 20 were read");
    assertThat(server.events()).hasSize(21);
    AuditEvent deployment = server.events().get(0);
    assertThat(deployment.attributes().get("vcs.changed.paths")).hasSize(200);
    assertThat(deployment.attributes().get("vcs.revision_delta.commits").asInt()).isEqualTo(100);
    assertThat(deployment.attributes().get("vcs.changes")).hasSize(1);
  }

  @Test
  void withoutAnEarlierDeploymentThePushIsCompared() throws Exception {
    github.answer("/deployments", "[]");
    // What the push in the payload came on top of.
    github.comparison(LIVE, NOW, "ahead", FILES, NOW);
    github.pullRequest(NOW);

    assertThat(deploy().log()).contains("the commits are those of this push alone");
    assertThat(recorded().attributes().get("vcs.changed.paths")).hasSize(2);
  }

  @Test
  void withoutAnOutcomeThatOfTheJobIsAskedFor() throws Exception {
    github.answer("/deployments", "[]");
    github.comparison(LIVE, NOW, "ahead", FILES, NOW);
    github.pullRequest(NOW);
    github.answer(
        "/actions/runs/289782451", "{'id': 289782451, 'url': '@/actions/runs/289782451'}");
    github.answer(
        "/actions/runs/289782451/jobs",
        "{'total_count': 1, 'jobs': [{'id': 4711, 'name': 'deploy', 'status': 'in_progress',"
            + " 'conclusion': null, 'steps': [{'name': 'build', 'status': 'completed',"
            + " 'conclusion': 'success', 'number': 1}, {'name': 'deploy', 'status': 'completed',"
            + " 'conclusion': 'failure', 'number': 2}, {'name': 'post', 'status': 'in_progress',"
            + " 'conclusion': null, 'number': 3}]}]}");
    deploy("outcome", "", "job-id", "4711");

    assertThat(recorded().change().outcome()).isEqualTo(Outcome.FAILURE);
  }

  @Test
  void anOutageOrARateLimitLeavesThePayloadAloneAndSaysSo() throws Exception {
    github.answersNothingBut(aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER));
    Step.Result outage = deploy("deployment-key", "outage");
    github.answersNothingBut(
        aResponse()
            .withStatus(403)
            .withHeader("X-RateLimit-Limit", "1000")
            .withHeader("X-RateLimit-Remaining", "0")
            .withHeader("X-RateLimit-Reset", "4102444800")
            .withBody("{\"message\": \"API rate limit exceeded\"}"));
    Step.Result limited = deploy("deployment-key", "limited");

    for (Step.Result result : new Step.Result[] {outage, limited}) {
      assertThat(result.exitCode()).isZero();
      assertThat(result.log()).contains("Recorded from the payload alone");
      assertThat(result.summary()).contains("payload alone");
      assertThat(result.outputs()).containsEntry("accepted", "1");
    }
    assertThat(limited.log()).containsIgnoringCase("rate limit");
    assertThat(server.events())
        .hasSize(2)
        .allSatisfy(event -> assertThat(event.provenance().vcs().revision()).isEqualTo(NOW));
  }

  @Test
  void aJobDoesNotWaitForAnApiThatAnswersSlowly() throws Exception {
    deploysOnTop(FILES);
    github.answersAfter(Duration.ofMillis(150));
    Step.Result result = step("deployment-key", "slow").atTheEnd(Duration.ofMillis(500)).main();

    assertThat(result.exitCode()).isZero();
    assertThat(result.log())
        .contains("Recorded from the payload alone", "it is too slow for a job to wait for");
    assertThat(recorded().provenance().vcs().revision()).isEqualTo(NOW);
    assertThat(github.questions()).isLessThan(5);
  }
}
