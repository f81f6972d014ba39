// SPDX-License-Identifier: Apache-2.0
package io.changetrail.action;

import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;

/**
 * GitHub's REST API for one repository, by answers of the shape that its reference documents
 * (https://docs.github.com/rest), with values of our own; under the path of an Enterprise Server.
 */
final class GithubRest implements AutoCloseable {
  private static final String REPOSITORY = "/api/v3/repos/acme/checkout";

  private final WireMockServer server =
      new WireMockServer(options().dynamicPort().bindAddress("127.0.0.1"));

  static GithubRest start() {
    GithubRest github = new GithubRest();
    github.server.start();
    github.answer(
        "",
        "{'id': 1001, 'name': 'checkout', 'full_name': 'acme/checkout', 'owner': {'login': 'acme', 'id': 4711}, 'url': '@'}");
    return github;
  }

  /** What {@code GITHUB_API_URL} is set to. */
  String url() {
    return server.baseUrl() + "/api/v3";
  }

  void answer(String path, String json) {
    server.stubFor(
        get(urlPathEqualTo(REPOSITORY + path))
            .willReturn(
                okJson(json.replace('\'', '"').replace("@", server.baseUrl() + REPOSITORY))));
  }

  /** Nothing but this from now on. */
  void answersNothingBut(ResponseDefinitionBuilder answer) {
    server.resetAll();
    server.stubFor(any(anyUrl()).willReturn(answer));
  }

  /** Each answer from now on takes so long. */
  void answersAfter(Duration delay) {
    server.setGlobalFixedDelay((int) delay.toMillis());
  }

  /** How many it was asked. */
  int questions() {
    return server.getAllServeEvents().size();
  }

  /** Deployment 9 is the one under way, 8 failed, 7 is live, 6 was before. */
  void deployments(String now, String live, String run) {
    answer(
        "/deployments",
        "["
            + deployment(9, now)
            + ","
            + deployment(8, "8".repeat(40))
            + ","
            + deployment(7, live)
            + ","
            + deployment(6, "6".repeat(40))
            + "]");
    answer("/deployments/9/statuses", "[" + status("success", run) + "]");
    answer("/deployments/8/statuses", "[" + status("failure", "8") + "]");
    answer("/deployments/7/statuses", "[" + status("success", "7") + "]");
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

  void comparison(String from, String to, String status, List<String> files, String... shas) {
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
            + String.join(",", Stream.of(shas).map(GithubRest::commit).toList())
            + "], 'files': ["
            + String.join(
                ",",
                files.stream()
                    .map(file -> "{'filename': '" + file + "', 'status': 'modified'}")
                    .toList())
            + "]}");
  }

  private static String commit(String sha) {
    return "{'sha': '" + sha + "', 'commit': {'message': 'Retry card authorisation once'}}";
  }

  /** That brought a commit. */
  void pullRequest(String sha) {
    answer("/commits/" + sha, commit(sha));
    String pull =
        "{'number': 412, 'title': 'Retry card authorisation once', 'user': {'login':"
            + " 'ben-okafor'}, 'merged_at': '2026-11-20T10:00:00Z'";
    answer("/commits/" + sha + "/pulls", "[" + pull + "}]");
    answer("/pulls/412", pull + ", 'merged_by': {'login': 'lena-fischer'}, 'merged': true}");
  }

  /** What a file holds at a revision. */
  void file(String path, String revision, String text) {
    server.stubFor(
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

  /** A flag file in flagd's form, in which one flag reaches a share of the users. */
  void flag(String path, String revision, int share) {
    file(
        path,
        revision,
        """
        {"flags": {"new-pricing": {"state": "ENABLED", "variants": {"new": true, "old": false},
         "defaultVariant": "old", "targeting": {"fractional": [["new", %d], ["old", %d]]}}}}
        """
            .formatted(share, 100 - share));
  }

  @Override
  public void close() {
    server.stop();
  }
}
