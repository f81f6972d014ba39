// SPDX-License-Identifier: Apache-2.0
package io.changetrail.action;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.http.Fault;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Outcome;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What GitHub's REST API adds, by answers of the shape that its reference documents
 * (https://docs.github.com/rest), with values of our own; under the path of an Enterprise Server.
 */
class GithubApiTest {
  private static final String NOW = "5e1c309dae7f45e0f39b1bf3ac3cd9db12e7d689";
  private static final String LIVE = "0f1d2c3b4a59687766554433221100ffeeddccbb";
  private static final String REPOSITORY = "/api/v3/repos/acme/checkout";

  @TempDir private Path directory;
  private WireMockServer github;
  private RunningAuditServer server;

  @BeforeEach
  void start() throws Exception {
    github = new WireMockServer(options().dynamicPort().bindAddress("127.0.0.1"));
    github.start();
    server = RunningAuditServer.start(directory.resolve("data"));
    answer(
        "",
        "{'id': 1001, 'name': 'checkout', 'full_name': 'acme/checkout', 'owner': {'login': 'acme', 'id': 4711}, 'url': '@'}");
  }

  @AfterEach
  void stop() {
    server.close();
    github.stop();
  }

  private String at(String path) {
    return github.baseUrl() + REPOSITORY + path;
  }

  private void answer(String path, String json) {
    github.stubFor(
        get(urlPathEqualTo(REPOSITORY + path))
            .willReturn(okJson(json.replace('\'', '"').replace("@", at("")))));
  }

  /** Deployment 9 is the one under way, 8 failed, 7 is live, 6 was before. */
  private void deployments() {
    answer(
        "/deployments",
        "["
            + deployment(9, NOW)
            + ","
            + deployment(8, "8".repeat(40))
            + ","
            + deployment(7, LIVE)
            + ","
            + deployment(6, "6".repeat(40))
            + "]");
    answer("/deployments/9/statuses", "[" + status("success", "289782451") + "]");
    answer("/deployments/8/statuses", "[" + status("failure", "288") + "]");
    answer("/deployments/7/statuses", "[" + status("success", "287") + "]");
  }

  private static String deployment(int id, String sha) {
    return "{'id': "
        + id
        + ", 'sha': '"
        + sha
        + "', 'ref': 'main', 'task': 'deploy', 'environment': 'prod', 'statuses_url': '@/deployments/"
        + id
        + "/statuses'}";
  }

  private static String status(String state, String run) {
    return "{'id': 1, 'state': '"
        + state
        + "', 'log_url': 'https://github.com/acme/checkout/actions/runs/"
        + run
        + "/job/5'}";
  }

  private void comparison(String from, String to, String status, String... shas) {
    answer(
        "/compare/" + from + "..." + to,
        "{'status': '"
            + status
            + "', 'total_commits': "
            + shas.length
            + ", 'html_url': 'https://github.com/acme/checkout/compare/"
            + from
            + "..."
            + to
            + "', 'base_commit': "
            + commit(from)
            + ", 'merge_base_commit': "
            + commit(status.equals("behind") ? to : from)
            + ", 'commits': ["
            + String.join(",", Stream.of(shas).map(GithubApiTest::commit).toList())
            + "], 'files': [{'filename': 'src/Pay.java', 'status': 'modified'}, {'filename':"
            + " 'config/prod.yaml', 'status': 'modified'}]}");
  }

  private static String commit(String sha) {
    return "{'sha': '" + sha + "', 'commit': {'message': 'Retry card authorisation once'}}";
  }

  private void pullRequest(String sha) {
    answer("/commits/" + sha, commit(sha));
    String pull =
        "{'number': 412, 'title': 'Retry card authorisation once', 'user': {'login':"
            + " 'ben-okafor'}, 'merged_at': '2026-11-20T10:00:00Z'";
    answer("/commits/" + sha + "/pulls", "[" + pull + "}]");
    answer("/pulls/412", pull + ", 'merged_by': {'login': 'lena-fischer'}, 'merged': true}");
  }

  private Step.Result deploy(String... inputs) throws Exception {
    Step step =
        Step.of(directory.resolve("runner"), server.address())
            .variable("GITHUB_API_URL", github.baseUrl() + "/api/v3")
            .variable("GITHUB_ACTOR", "deploy-bot[bot]")
            .variable("GITHUB_TRIGGERING_ACTOR", "deploy-bot[bot]")
            .with("environment", "prod")
            .with("deployment", "finished")
            .with("github-token", "ghs_of-this-job");
    for (int i = 0; i < inputs.length; i += 2) {
      step.with(inputs[i], inputs[i + 1]);
    }
    Step.Result result = step.main();
    assertThat(result.log()).contains("recorded: ");
    return result;
  }

  private AuditEvent recorded() throws Exception {
    assertThat(server.events()).hasSize(1);
    return server.events().get(0);
  }

  @Test
  void C2_whatIsNewSinceTheLastSuccessfulDeploymentIsOnTheEvent() throws Exception {
    deployments();
    comparison(LIVE, NOW, "ahead", NOW);
    pullRequest(NOW);
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
    deployments();
    comparison(LIVE, NOW, "behind");
    comparison(NOW, LIVE, "ahead", LIVE);
    pullRequest(LIVE);
    assertThat(deploy().log()).doesNotContain("payload alone");

    assertThat(recorded().change().isRollback()).isTrue();
    assertThat(recorded().attributes().get("vcs.changed.paths")).hasSize(2);
  }

  private void file(String path, String revision, String text) {
    github.stubFor(
        get(urlPathEqualTo(REPOSITORY + "/contents/" + path))
            .withQueryParam("ref", equalTo(revision))
            .willReturn(
                okJson(
                    "{\"type\": \"file\", \"encoding\": \"base64\", \"size\": "
                        + text.length()
                        + ", \"path\": \""
                        + path
                        + "\", \"content\": \""
                        + Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8))
                        + "\"}")));
  }

  @Test
  void C2_whatADeploymentDoesToFilesOfConfigurationIsRecordedWithItsDifference() throws Exception {
    deployments();
    comparison(LIVE, NOW, "ahead", NOW);
    pullRequest(NOW);
    file("config/prod.yaml", LIVE, "timeout: 3s\npassword: hunter2-hunter2\n");
    file("config/prod.yaml", NOW, "timeout: 30s\npassword: hunter2-hunter2\n");
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
  void withoutAnEarlierDeploymentThePushIsCompared() throws Exception {
    answer("/deployments", "[]");
    // What the push in the payload came on top of.
    comparison(LIVE, NOW, "ahead", NOW);
    pullRequest(NOW);

    assertThat(deploy().log()).contains("the commits are those of this push alone");
    assertThat(recorded().attributes().get("vcs.changed.paths")).hasSize(2);
  }

  @Test
  void withoutAnOutcomeThatOfTheJobIsAskedFor() throws Exception {
    answer("/deployments", "[]");
    comparison(LIVE, NOW, "ahead", NOW);
    pullRequest(NOW);
    answer("/actions/runs/289782451", "{'id': 289782451, 'url': '@/actions/runs/289782451'}");
    answer(
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
    github.resetAll();
    github.stubFor(any(anyUrl()).willReturn(aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER)));
    Step.Result outage = deploy("deployment-key", "outage");
    github.resetAll();
    github.stubFor(
        any(anyUrl())
            .willReturn(
                aResponse()
                    .withStatus(403)
                    .withHeader("X-RateLimit-Limit", "1000")
                    .withHeader("X-RateLimit-Remaining", "0")
                    .withHeader("X-RateLimit-Reset", "4102444800")
                    .withBody("{\"message\": \"API rate limit exceeded\"}")));
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
}
