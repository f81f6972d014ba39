// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.server.RunningServer.Answer;
import io.changetrail.server.config.InvalidConfigException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Flag flips by webhook, from each provider's delivery to what a reader finds. */
class FlagWebhookTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path data;
  private RunningServer server;

  @BeforeEach
  void start() throws Exception {
    String[] hooks = Hooks.settings(data, "launchdarkly", "unleash", "flagsmith", "openfeature");
    server =
        RunningServer.start(
            data,
            Stream.concat(
                    Arrays.stream(hooks),
                    Stream.of("webhooks.openfeature-acme.sources", "/flagd/*"))
                .toArray(String[]::new));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Answer deliver(String provider, JsonNode payload) throws Exception {
    return switch (provider) {
      case "launchdarkly" -> Hooks.launchdarkly(server, payload);
      case "unleash" -> Hooks.unleash(server, payload);
      case "flagsmith" -> Hooks.flagsmith(server, payload);
      default -> Hooks.openfeature(server, payload, Instant.now());
    };
  }

  private JsonNode stored() throws Exception {
    return server.get("/v1/events", "kind", "feature_flag").json().path("events");
  }

  private void flipIsFoundWhole(String provider, String file, Object rollout) throws Exception {
    JsonNode payload = Hooks.payload(provider + "/" + file + ".json");
    Answer answer = deliver(provider, payload);
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertThat(answer.json().path("accepted").asInt()).isEqualTo(1);

    Answer again = deliver(provider, payload);
    assertThat(again.status()).isEqualTo(200);
    assertThat(again.json().path("duplicate").asInt()).isEqualTo(1);

    JsonNode found = stored();
    assertThat(found).as("a delivery that came twice is one event").hasSize(1);
    JsonNode facts = found.at("/0/data/customData/changetrail");
    JsonNode target = facts.at("/targets/0");
    assertThat(target.path("feature_flag.key").asText()).isEqualTo("new-pricing");
    assertThat(target.path("service.name").asText()).isEqualTo("shop");
    assertThat(target.path("deployment.environment.name").asText())
        .isEqualToIgnoringCase("production");
    assertThat(facts.at("/actor/id").asText()).isEqualTo("priya@acme.example");
    assertThat(facts.at("/change/rollout").asDouble()).isEqualTo(rollout);
    assertThat(facts.at("/change/before").isObject()).as(facts.toPrettyString()).isTrue();
    assertThat(facts.at("/change/after").isObject()).isTrue();
    assertThat(facts.at("/change/before")).isNotEqualTo(facts.at("/change/after"));
    assertThat(server.get("/v1/lineage", "flag", "new-pricing").json().path("steps")).hasSize(1);
  }

  @Test
  void C7_aLaunchDarklyFlipIsOneEventWithOldAndNewValueActorAndPercentage() throws Exception {
    flipIsFoundWhole("launchdarkly", "flag.rollout", 50.0);
  }

  @Test
  void C7_anUnleashFlipIsOneEventWithOldAndNewValueActorAndPercentage() throws Exception {
    flipIsFoundWhole("unleash", "feature-strategy-update.50", 50.0);
  }

  @Test
  void C7_aFlagsmithFlipIsOneEventWithOldAndNewValueActorAndPercentage() throws Exception {
    flipIsFoundWhole("flagsmith", "flag.updated.rollout", 50.0);
  }

  @Test
  void C7_anOpenFeatureFlipIsOneEventWithOldAndNewValueActorAndPercentage() throws Exception {
    flipIsFoundWhole("openfeature", "flag.rollout", 50.0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "launchdarkly/flag.created",
        "launchdarkly/flag.off",
        "launchdarkly/flag.rollout",
        "unleash/feature-archived",
        "unleash/feature-environment-disabled",
        "unleash/feature-environment-enabled",
        "unleash/feature-strategy-add",
        "unleash/feature-strategy-update.100",
        "unleash/feature-strategy-update.50",
        "flagsmith/flag.deleted",
        "flagsmith/flag.updated.off",
        "flagsmith/flag.updated.rollout",
        "flagsmith/flag.updated.segment",
        "openfeature/flag.created",
        "openfeature/flag.off",
        "openfeature/flag.rollout",
        "openfeature/flag.targeted"
      })
  void C7_eachDeliveryThatComesAgainChangesNothing(String sample) throws Exception {
    String provider = sample.substring(0, sample.indexOf('/'));
    JsonNode payload = Hooks.payload(sample + ".json");
    Answer first = deliver(provider, payload);
    assertThat(first.json().path("accepted").asInt()).as(first.text()).isPositive();
    String stored = server.get("/v1/events", "view", "raw").text();

    Answer again = deliver(provider, payload);
    assertThat(again.json().path("accepted").asInt()).as(again.text()).isZero();
    assertThat(again.json().path("conflicting").asInt()).isZero();
    assertThat(server.get("/v1/events", "view", "raw").text()).isEqualTo(stored);
  }

  private void give(int version, int before, int after) throws Exception {
    ObjectNode payload = (ObjectNode) Hooks.payload("openfeature/flag.rollout.json");
    payload.put("id", "new-pricing@" + version);
    payload.put("time", Instant.now().minusSeconds(3600).plusSeconds(version * 60L).toString());
    share(payload.at("/data/before/targeting/fractional"), before);
    share(payload.at("/data/after/targeting/fractional"), after);
    assertThat(deliver("openfeature", payload).json().path("accepted").asInt()).isEqualTo(1);
  }

  private static void share(JsonNode fractional, int percent) {
    ((ArrayNode) fractional.path(1)).set(1, percent);
    ((ArrayNode) fractional.path(2)).set(1, 100 - percent);
  }

  @Test
  void R8_E6_aFlagThatIsGivenToMoreAndMoreAndThenTakenBackIsAChangeWithStepsAndItsRollback()
      throws Exception {
    give(1, 0, 5);
    give(2, 5, 50);
    give(3, 50, 100);
    give(4, 100, 0);

    JsonNode changes = server.get("/v1/changes").json().path("changes");
    assertThat(changes).hasSize(2);
    JsonNode given = changes.path(1);
    assertThat(given.path("exposure").findValuesAsText("rollout"))
        .extracting(Double::valueOf)
        .containsExactly(5.0, 50.0, 100.0);
    JsonNode back = changes.path(0);
    assertThat(back.path("rollback").asBoolean()).isTrue();
    assertThat(back.at("/rollbackOf/0").asText()).isEqualTo(given.path("id").asText());
    assertThat(given.path("rolledBackBy").asText()).isEqualTo(back.path("id").asText());
  }

  @ParameterizedTest
  @ValueSource(strings = {"launchdarkly", "unleash", "flagsmith", "openfeature"})
  void withoutTheSecretNobodyFlipsAFlag(String provider) throws Exception {
    byte[] body = Hooks.bytes(Hooks.payload("flagsmith/flag.deleted.json"));
    for (String[] header :
        List.of(
            new String[] {"X-Nothing", "at all"},
            new String[] {"Authorization", "Bearer guessed-secret-of-somebody"},
            new String[] {"X-LD-Signature", "00"},
            new String[] {"X-Flagsmith-Signature", "00"},
            new String[] {"webhook-signature", "v1,AAAA"})) {
      Answer answer = Hooks.signed(server, provider, header[0], header[1], body);
      assertThat(answer.status()).as(header[0]).isEqualTo(401);
      assertThat(answer.json().path("detail").asText()).isEqualTo("the delivery is not authentic");
    }
    assertThat(stored()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "launchdarkly, flag.rollout, '\"value\":true'",
    "flagsmith, flag.updated.rollout, '\"v1\"'",
    "flagsmith, flag.updated.rollout, '\"v2\"'",
    "openfeature, flag.rollout, '\"new\":true'"
  })
  void X1_aFlagWhoseKeyNamesACredentialIsKeptWithoutItsValues(
      String provider, String file, String value) throws Exception {
    String password = "Qz7-canary!kW3";
    String payload = Hooks.payload(provider + "/" + file + ".json").toString();
    assertThat(payload).contains(value);
    JsonNode delivery =
        JSON.readTree(
            payload
                .replace("new-pricing", "stripe_api_key")
                .replace(value, value.replaceAll("true|\"v[12]\"", '"' + password + '"')));

    Answer answer = deliver(provider, delivery);

    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertThat(stored()).hasSize(1);
    assertThat(stored().at("/0/data/customData/changetrail/change/rollout").asDouble())
        .as("whom it reaches is no secret")
        .isEqualTo(50);
    for (Answer told :
        List.of(
            server.get("/v1/events", "kind", "feature_flag"),
            server.get("/v1/lineage", "flag", "stripe_api_key"))) {
      assertThat(told.text()).contains("stripe_api_key").doesNotContain(password.substring(0, 6));
    }
  }

  @Test
  void anUnleashSecretMayBeSentAsABearerTokenToo() throws Exception {
    byte[] body = Hooks.bytes(Hooks.payload("unleash/feature-environment-disabled.json"));
    Answer answer =
        Hooks.signed(server, "unleash", "Authorization", "Bearer " + Hooks.SECRET, body);
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
  }

  @Test
  void aDeliveryThatWasRecordedLongAgoCannotBeReplayed() throws Exception {
    Answer answer =
        Hooks.openfeature(
            server,
            Hooks.payload("openfeature/flag.off.json"),
            Instant.now().minus(Duration.ofMinutes(6)));
    assertThat(answer.status()).isEqualTo(401);
    assertThat(stored()).isEmpty();
  }

  @Test
  void theGenericHookTakesAnyEventOfTheApiAndRefusesAForeignSource() throws Exception {
    ObjectNode event =
        new io.changetrail.model.codec.CloudEventsCodec()
            .toTree(
                Events.config("c-1", Instant.now(), "checkout", "{\"a\":1}", "{\"a\":2}").build());
    Answer foreign = Hooks.openfeature(server, event, Instant.now());
    assertThat(foreign.status()).as(foreign.text()).isEqualTo(400);
    assertThat(foreign.json().path("field").asText()).isEqualTo("source");

    event.put("source", "/flagd/acme");
    ((ObjectNode) event.at("/data/context")).put("source", "/flagd/acme");
    Answer own = Hooks.openfeature(server, event, Instant.now());
    assertThat(own.status()).as(own.text()).isEqualTo(200);
    assertThat(own.json().path("accepted").asInt()).isEqualTo(1);
  }

  @Test
  void anEventThatIsNeitherIsAcceptedAndCounted() throws Exception {
    ObjectNode event = Hooks.payload("openfeature/flag.off.json").deepCopy();
    Answer answer = Hooks.openfeature(server, event.put("type", "com.example.else"), Instant.now());
    assertThat(answer.status()).isEqualTo(202);
  }

  @Test
  void aGenericHookWithoutSourcesIsRefusedAtTheStart() {
    assertThatThrownBy(
            () -> RunningServer.start(data.resolve("other"), Hooks.settings(data, "openfeature")))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("webhooks.openfeature-acme.sources is needed");
  }
}
