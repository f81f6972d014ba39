// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.changetrail.server.RunningServer.Answer;
import io.changetrail.source.github.GithubWebhookMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every payload that GitHub's own samples have, delivered for real: npm's {@code
 * @octokit/webhooks-examples}, which {@code .ci/run} unpacks below {@code target}.
 */
class GithubSamplesTest {
  private static final Path SAMPLES = Path.of("target", "github-samples", "package");
  private static final Instant SENT = Instant.parse("2024-05-01T12:00:00Z");

  @TempDir private static Path data;
  private static RunningServer server;
  private static List<Sample> samples;

  private record Sample(String event, JsonNode payload, int number) {
    Answer deliver(int hook) throws Exception {
      // The hooks' deliveries are made one after the other.
      Instant sent = SENT.plusSeconds(number).plusMillis(hook * 200L);
      return Hooks.github(server, event, payload, Hooks.guid(sent, hook), hook);
    }

    @Override
    public String toString() {
      return event + " " + payload.path("action").asText() + " #" + number;
    }
  }

  @BeforeAll
  static void start() throws Exception {
    if (!Files.exists(SAMPLES)) {
      String absent =
          "no samples of GitHub's webhooks in audit-server/" + SAMPLES + " (.ci/run fetches them)";
      if (System.getenv("REQUIRE_REAL_PARTS") != null) {
        throw new IllegalStateException(absent);
      }
      Assumptions.abort(absent);
    }
    samples = samples();
    List<String> settings = new ArrayList<>(List.of(Hooks.settings(data, "github")));
    settings.addAll(List.of("webhooks.github-acme.sources", "*", "events.maxPast", "P36500D"));
    server = RunningServer.start(data.resolve("server"), settings.toArray(String[]::new));
  }

  private static List<Sample> samples() throws IOException {
    List<Sample> all = new ArrayList<>();
    try (Stream<Path> indexes =
        Files.find(SAMPLES, 2, (path, any) -> path.endsWith("index.json"))) {
      for (Path index : indexes.sorted().toList()) {
        for (JsonNode kind : new ObjectMapper().readTree(index.toFile())) {
          for (JsonNode payload : kind.path("examples")) {
            all.add(new Sample(kind.path("name").asText(), payload, all.size()));
          }
        }
      }
    }
    return all;
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.close();
    }
  }

  private static long stored() throws Exception {
    return server
        .get("/v1/histogram", "from", "2010-01-01T00:00:00Z", "to", Instant.now().toString())
        .json()
        .path("total")
        .asLong();
  }

  @Test
  void C3_everySampleIsTakenAndOnesThatAreDeliveredAgainChangeNothing() throws Exception {
    assertThat(samples).hasSizeGreaterThan(300);
    Set<String> told = new TreeSet<>();
    for (Sample sample : samples) {
      Answer answer = sample.deliver(1);
      assertThat(answer.status()).as("%s: %s", sample, answer.text()).isIn(200, 202);
      assertThat(answer.json().path("known").asBoolean())
          .as(sample.toString())
          .isEqualTo(GithubWebhookMapper.knows(sample.event()));
      if (answer.json().path("accepted").asInt() > 0) {
        told.add(sample.event());
      }
    }
    assertThat(told)
        .contains(
            "branch_protection_rule",
            "create",
            "delete",
            "deploy_key",
            "deployment",
            "deployment_status",
            "member",
            "package",
            "push",
            "release",
            "repository",
            "repository_dispatch",
            "team",
            "workflow_job",
            "workflow_run");
    long stored = stored();
    String state = server.get("/v1/events", "limit", "1000", "view", "raw").text();
    assertThat(stored).isPositive();

    for (Sample sample : samples) {
      Answer again = sample.deliver(1);
      assertThat(again.status()).as(sample.toString()).isIn(200, 202);
      assertThat(again.json().path("accepted").asInt()).as(sample.toString()).isZero();
    }
    assertThat(stored()).isEqualTo(stored);
    assertThat(server.get("/v1/events", "limit", "1000", "view", "raw").text()).isEqualTo(state);

    for (Sample sample : samples) {
      Answer byAnotherHook = sample.deliver(2);
      assertThat(byAnotherHook.status()).as(sample.toString()).isIn(200, 202);
      assertThat(byAnotherHook.json().path("accepted").asInt()).as(sample.toString()).isZero();
    }
    assertThat(stored()).isEqualTo(stored);
  }
}
