// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.server.RunningServer.Answer;
import io.changetrail.server.config.InvalidConfigException;
import io.changetrail.server.config.Settings;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the senders of webhooks see of the server, and what comes of their deliveries. */
class WebhookTest {
  private static final String CANARY = "ghp_0123456789abcdefghijABCDEFGHIJ012345";

  @TempDir private Path data;
  private RunningServer server;

  @BeforeEach
  void start() throws Exception {
    server = RunningServer.start(data, Hooks.settings(data, "github", "launchdarkly"));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private JsonNode stored() throws Exception {
    return server.get("/v1/events", "order", "oldest_first").json().path("events");
  }

  private String metrics() throws Exception {
    return server.get("/metrics").text();
  }

  @Test
  void C3_aRepositoryWhoseWorkflowsNobodyTouchedIsCapturedByTheWebhookAlone() throws Exception {
    for (String delivery :
        new String[] {
          "push.main", "workflow_run.requested", "workflow_run.completed",
          "deployment.created", "deployment_status.in_progress", "deployment_status.success"
        }) {
      Answer answer =
          Hooks.github(
              server,
              delivery.substring(0, delivery.indexOf('.')),
              Hooks.payload("github/" + delivery + ".json"));
      assertThat(answer.status()).as(answer.text()).isEqualTo(200);
      assertThat(answer.json().path("accepted").asInt()).isEqualTo(1);
    }
    JsonNode changes =
        server
            .get("/v1/changes", "from", "2026-03-01T00:00:00Z", "to", "2026-03-05T00:00:00Z")
            .json()
            .path("changes");
    assertThat(changes).hasSize(1);
    assertThat(changes.at("/0/outcome").asText()).isEqualTo("success");
    JsonNode finish = server.get("/v1/events", "phase", "finished", "kind", "deployment").json();
    JsonNode facts = finish.at("/events/0/data/customData/changetrail");
    assertThat(facts.toString())
        .contains("5e1c309dae7f45e0f39b1bf3ac3cd9db12e7d689")
        .contains("ana-ruiz")
        .contains("production");
  }

  @Test
  void twoHooksThatDeliverTheSameUnderTwoDeliveryIdsGiveOneEvent() throws Exception {
    JsonNode payload = Hooks.payload("github/deployment_status.success.json");
    Hooks.github(server, "deployment_status", payload, "11111111-1111-11e3-81ab-4c9367dc0958");
    Answer again =
        Hooks.github(server, "deployment_status", payload, "22222222-2222-11e3-81ab-4c9367dc0958");
    assertThat(again.status()).isEqualTo(200);
    assertThat(again.json().path("duplicate").asInt()).isEqualTo(1);
    assertThat(stored()).hasSize(1);
    assertThat(metrics())
        .contains("changetrail_webhook_deliveries_total{provider=\"github\",result=\"repeated\"}");
  }

  private Answer tell(String event, JsonNode payload, Instant sent, int hook) throws Exception {
    Answer answer = Hooks.github(server, event, payload, Hooks.guid(sent, hook), hook);
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertThat(answer.json().path("conflicting").asInt()).isZero();
    return answer;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "member.edited",
        "organization.member_removed",
        "team.added_to_repository",
        "deploy_key.created",
        "repository_dispatch.dispatched"
      })
  void C3_whatTwoHooksTellUnderTwoDeliveryIdsIsOneEventAndWhatHappenedTwiceIsTwo(String file)
      throws Exception {
    String event = file.substring(0, file.indexOf('.'));
    JsonNode payload = Hooks.payload("github/" + file + ".json");
    Instant first = Instant.parse("2026-03-03T14:30:00Z");
    for (int delivered = 0; delivered < 2; delivered++) {
      tell(event, payload, first, 1);
      tell(event, payload, first.plusMillis(400), 2);
    }
    assertThat(stored()).hasSize(1);

    // Again within the same moments, and the other hook is the first to tell it.
    Instant second = first.plusSeconds(1);
    if (event.equals("deploy_key")) {
      ((ObjectNode) payload.path("key")).put("id", 8802);
    }
    for (int delivered = 0; delivered < 2; delivered++) {
      tell(event, payload, second.plusMillis(400), 2);
      tell(event, payload, second, 1);
    }
    assertThat(stored()).hasSize(2);
  }

  @Test
  void C3_twoHooksUnderTheOneDeliveryIdThatGithubGivesAnEventAreOneEvent() throws Exception {
    JsonNode payload = Hooks.payload("github/member.edited.json");
    String guid = Hooks.guid(Instant.parse("2026-03-03T14:30:00Z"), 7);
    for (int hook = 1; hook <= 3; hook++) {
      Answer answer = Hooks.github(server, "member", payload, guid, hook);
      assertThat(answer.json().path("conflicting").asInt()).as(answer.text()).isZero();
    }
    assertThat(stored()).hasSize(1);
  }

  @Test
  void C3_twoHooksThatTellAnOccurrenceAtOnceGiveOneEvent() throws Exception {
    JsonNode payload = Hooks.payload("github/repository_dispatch.dispatched.json");
    Instant first = Instant.parse("2026-03-03T14:30:00Z");
    int occurrences = 10;
    ExecutorService hooks = Executors.newFixedThreadPool(2);
    try {
      for (int i = 0; i < occurrences; i++) {
        Instant sent = first.plusSeconds(60L * i);
        List<Callable<Answer>> both = new ArrayList<>();
        for (int hook = 1; hook <= 2; hook++) {
          int teller = hook;
          both.add(
              () -> tell("repository_dispatch", payload, sent.plusMillis(teller * 7L), teller));
        }
        for (Future<Answer> told : hooks.invokeAll(both)) {
          told.get();
        }
      }
    } finally {
      hooks.shutdownNow();
    }
    assertThat(stored()).hasSize(occurrences);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "sha256=", "sha256=00", "sha1=abc", "wrong-secret", "other-body"})
  void aDeliveryWithoutAGoodSignatureIsRefusedAndToldNothing(String how) throws Exception {
    byte[] body = Hooks.bytes(Hooks.payload("github/push.main.json"));
    String signature =
        switch (how) {
          case "wrong-secret" -> "sha256=" + "0123456789abcdef".repeat(4);
          case "other-body" -> "sha256=" + Hooks.hex("{}".getBytes(StandardCharsets.UTF_8));
          default -> how;
        };
    HttpRequest.Builder request =
        server
            .request("/v1/webhooks/github")
            .header("Content-Type", "application/json")
            .header("X-GitHub-Event", "push")
            .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    if (!signature.isEmpty()) {
      request.header("X-Hub-Signature-256", signature);
    }
    Answer answer = server.send(request.build());
    assertThat(answer.status()).isEqualTo(401);
    assertThat(answer.json().path("detail").asText()).isEqualTo("the delivery is not authentic");
    assertThat(stored()).isEmpty();
    assertThat(metrics())
        .contains(
            "changetrail_webhook_deliveries_total{provider=\"github\",result=\"not_authentic\"} 1");
  }

  @Test
  void anEventThatNoMapperKnowsIsAcceptedAndCounted() throws Exception {
    Answer answer = Hooks.github(server, "star", Hooks.payload("github/push.main.json"));
    assertThat(answer.status()).isEqualTo(202);
    assertThat(answer.json().path("known").asBoolean()).isFalse();
    assertThat(stored()).isEmpty();
    assertThat(metrics())
        .contains("changetrail_webhook_deliveries_total{provider=\"github\",result=\"unknown\"} 1");
  }

  @Test
  void aProviderWithoutAConfiguredHookIsNotFound() throws Exception {
    byte[] body = "{}".getBytes(StandardCharsets.UTF_8);
    assertThat(Hooks.signed(server, "flagsmith", "X", "y", body).status()).isEqualTo(404);
    assertThat(Hooks.signed(server, "nonsense", "X", "y", body).status()).isEqualTo(404);
  }

  @Test
  void aTruncatedBodyIsRefusedWhetherSignedOrNot() throws Exception {
    byte[] whole = Hooks.bytes(Hooks.payload("launchdarkly/flag.rollout.json"));
    byte[] half = java.util.Arrays.copyOf(whole, whole.length / 2);
    Answer cutOnItsWay =
        Hooks.signed(server, "launchdarkly", "X-LD-Signature", Hooks.hex(whole), half);
    assertThat(cutOnItsWay.status()).isEqualTo(401);
    Answer cutAtTheSource =
        Hooks.signed(server, "launchdarkly", "X-LD-Signature", Hooks.hex(half), half);
    assertThat(cutAtTheSource.status()).isEqualTo(400);
    assertThat(cutAtTheSource.json().path("field").asText()).isEqualTo("body");
    assertThat(stored()).isEmpty();
  }

  @Test
  void anOversizedBodyIsRefusedBeforeItIsRead() throws Exception {
    byte[] body = new byte[(25 << 20) + 1];
    Answer answer = Hooks.signed(server, "launchdarkly", "X-LD-Signature", "00", body);
    assertThat(answer.status()).isEqualTo(413);
  }

  @Test
  void aFormEncodedDeliveryIsUnderstoodAsTheDefaultOfGithubIs() throws Exception {
    String form =
        "payload="
            + URLEncoder.encode(
                Hooks.payload("github/push.main.json").toString(), StandardCharsets.UTF_8);
    byte[] body = form.getBytes(StandardCharsets.UTF_8);
    Answer answer =
        server.send(
            server
                .request("/v1/webhooks/github")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("X-GitHub-Event", "push")
                .header("X-Hub-Signature-256", "sha256=" + Hooks.hex(body))
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build());
    assertThat(answer.json().path("accepted").asInt()).as(answer.text()).isEqualTo(1);
  }

  @Test
  void aHookSpeaksOnlyForItsOwnSources() throws Exception {
    ObjectNode payload = Hooks.payload("github/push.main.json").deepCopy();
    ((ObjectNode) payload.path("repository")).put("html_url", "https://jenkins.example/job/x");
    Answer answer = Hooks.github(server, "push", payload);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json().path("field").asText()).isEqualTo("source");
    assertThat(stored()).isEmpty();
  }

  @Test
  void secretsInAPayloadAreGoneBeforeAnythingIsDurable() throws Exception {
    ObjectNode payload = Hooks.payload("github/push.main.json").deepCopy();
    ((ObjectNode) payload.path("head_commit")).put("message", "use " + CANARY + " for now");
    assertThat(Hooks.github(server, "push", payload).status()).isEqualTo(200);
    server.close();
    try (var files = Files.walk(data)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
            .as(file.toString())
            .doesNotContain(CANARY);
      }
    }
  }

  @Test
  void theSecretThatSignedSaysWhichTenantADeliveryIsOf() throws Exception {
    Path other = Files.writeString(data.resolve("other"), "another-secret-of-the-tests");
    server.close();
    server =
        RunningServer.start(
            data,
            "webhooks.one.provider",
            "launchdarkly",
            "webhooks.one.tenant",
            "elsewhere",
            "webhooks.one.secret",
            "file:" + other + ",file:" + data.resolve("webhook-secret"));
    assertThat(Hooks.launchdarkly(server, Hooks.payload("launchdarkly/flag.off.json")).status())
        .isEqualTo(200);
    assertThat(stored()).as("of the default tenant").isEmpty();
    assertThat(metrics()).contains("tenant=\"elsewhere\"");
  }

  @Test
  void aProviderThatNobodyKnowsIsRefusedWithAllThatAreKnown() {
    assertThatThrownBy(
            () -> RunningServer.start(data.resolve("other"), Hooks.settings(data, "alertmanger")))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("webhooks.alertmanger-acme.provider cannot be 'alertmanger'")
        .hasMessageContaining("alertmanager, flagsmith, github, launchdarkly");
  }

  @Test
  void aSettingThatHoldsASecretItselfIsRefusedWithoutRepeatingIt() {
    Settings settings =
        new Settings()
            .with("webhooks.gh.provider", "github", "changetrail.yaml")
            .with("webhooks.gh.secret", CANARY, "changetrail.yaml");
    assertThatThrownBy(settings::config)
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("webhooks.gh.secret")
        .hasMessageNotContaining(CANARY);
  }

  @Test
  void aSecretFromTheEnvironmentIsNeverPartOfAText() {
    Settings settings =
        new Settings()
            .withEnvironment(Map.of("GITHUB_WEBHOOK_SECRET", CANARY))
            .with("webhooks.gh.provider", "github", "changetrail.yaml")
            .with("webhooks.gh.secret", "env:GITHUB_WEBHOOK_SECRET", "changetrail.yaml");
    assertThat(settings.config().webhooks()).hasSize(1);
    assertThat(settings.config().toString()).contains("env:GITHUB").doesNotContain(CANARY);
  }
}
