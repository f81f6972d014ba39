// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.changetrail.model.EventRef;
import io.changetrail.server.RunningServer.Answer;
import io.changetrail.server.access.Token;
import io.changetrail.server.access.TokenFile;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What people say that a name stands for, beside the catalogue's files. */
class AliasTest {
  private static final String CATALOGUE =
      "services: {checkout: {aliases: [checkout-svc], repositories: [acme/checkout]}, cart: {}}";

  @TempDir private Path data;
  private final Instant now = Instant.now();

  private RunningServer server() throws Exception {
    Path file = data.resolve("catalogue.yaml");
    if (!Files.exists(file)) {
      Files.writeString(file, CATALOGUE);
    }
    return RunningServer.start(data.resolve("server"), "catalogue", file.toString());
  }

  private static Answer say(RunningServer server, String kind, String name, String of)
      throws Exception {
    return server.post(
        "/v1/aliases",
        "application/json",
        JsonNodeFactory.instance
            .objectNode()
            .put("kind", kind)
            .put("name", name)
            .put("of", of)
            .toString());
  }

  private static Answer takeBack(RunningServer server, String kind, String name) throws Exception {
    return server.send(
        server
            .request(
                "/v1/aliases?kind="
                    + kind
                    + "&name="
                    + URLEncoder.encode(name, StandardCharsets.UTF_8))
            .DELETE()
            .build());
  }

  private static int found(RunningServer server, String service) throws Exception {
    return server.get("/v1/events", "service", service).json().path("events").size();
  }

  private static List<String> unmapped(RunningServer server) throws Exception {
    return server.get("/v1/unmapped").json().path("services").findValuesAsText("name");
  }

  @Test
  void aNameIsMappedAtOnceInPastEventsAndAfterARestartAndUntilThatIsTakenBack() throws Exception {
    try (RunningServer server = server()) {
      server.store(Events.deployment("a", now, "team/chekout", "prod").build());
      assertThat(found(server, "checkout")).isZero();

      Answer said = say(server, "service", "team/chekout", "checkout-svc");

      assertThat(said.status()).as(said.text()).isEqualTo(201);
      assertThat(said.json().path("of").asText())
          .as("its name, not an alias")
          .isEqualTo("checkout");
      assertThat(found(server, "checkout")).isEqualTo(1);
      assertThat(unmapped(server)).isEmpty();
      assertThat(server.get("/v1/changes", "service", "checkout").json().at("/changes/0/services"))
          .hasToString("[\"checkout\"]");
      assertThat(say(server, "service", "team/chekout", "checkout").status())
          .as("said again")
          .isEqualTo(200);
    }
    try (RunningServer again = server()) {
      assertThat(found(again, "checkout")).isEqualTo(1);
      JsonNode kept = again.get("/v1/aliases").json().at("/aliases/0");
      assertThat(kept.path("by").asText()).isEqualTo("development");
      JsonNode event =
          again
              .get("/v1/events/" + kept.path("event").asText())
              .json()
              .at("/data/customData/changetrail");
      assertThat(event.at("/change/summary").asText())
          .isEqualTo("team/chekout is a name of the service checkout");

      assertThat(takeBack(again, "service", "team/chekout").status()).isEqualTo(204);

      assertThat(found(again, "checkout")).isZero();
      assertThat(unmapped(again)).containsExactly("team/chekout");
      assertThat(takeBack(again, "service", "team/chekout").status()).isEqualTo(404);
      assertThat(again.get("/v1/events", "source", "/changetrail/catalogue").json().path("events"))
          .as("what was said, and that it was taken back, both stay on record")
          .hasSize(2);
    }
    try (RunningServer last = server()) {
      assertThat(found(last, "checkout")).isZero();
      assertThat(say(last, "service", "team/chekout", "cart").status()).isEqualTo(201);
      assertThat(found(last, "cart")).isEqualTo(1);
    }
  }

  @Test
  void aNameOfItsOwnAndAnEnvironmentAreMappedTooAlsoWithoutAnyFile() throws Exception {
    try (RunningServer server = RunningServer.start(data)) {
      server.store(
          Events.deployment("a", now, "search", "prod").build(),
          Events.deployment("b", now, "search", "prd").build());

      assertThat(say(server, "service", "search", "search").status()).isEqualTo(201);
      assertThat(say(server, "environment", "prd", "prod").status()).isEqualTo(201);

      assertThat(server.get("/v1/unmapped").json())
          .hasToString("{\"services\":[],\"environments\":[]}");
      assertThat(server.get("/v1/events", "environment", "prod").json().path("events")).hasSize(2);
    }
  }

  @Test
  void whatStandsForSomethingElseIsRefusedAndNothingIsSaid() throws Exception {
    try (RunningServer server = server()) {
      server.store(
          Events.deployment("a", now, "chekout", "prod").build(),
          Events.deployment("b", now, "billing", "prod").build());
      assertThat(say(server, "service", "chekout", "checkout").status()).isEqualTo(201);

      for (String[] wrong :
          new String[][] {
            {"chekout", "cart", "was said to be a name of 'checkout'"},
            {"checkout-svc", "cart", "is in the catalogue already, as 'checkout'"},
            {"acme/checkout", "cart", "is in the catalogue already, as 'checkout'"},
            {"CART", "checkout", "stands for both 'checkout' and 'cart'"},
            {"checkout", "billing", "is in the catalogue already"}
          }) {
        Answer refused = say(server, "service", wrong[0], wrong[1]);
        assertThat(refused.status()).as(refused.text()).isEqualTo(409);
        assertThat(refused.text()).contains(wrong[2]);
      }
      Answer slip = say(server, "service", "billing", "chekcout");
      assertThat(slip.status()).isEqualTo(400);
      assertThat(slip.json().path("detail").asText())
          .isEqualTo(
              "of is neither in the catalogue nor named by any event; did you mean 'checkout'?");
      assertThat(say(server, "team", "billing", "cart").json().path("field").asText())
          .isEqualTo("kind");
      assertThat(say(server, "service", " ", "cart").json().path("field").asText())
          .isEqualTo("name");
      assertThat(server.get("/v1/aliases").json().path("aliases")).hasSize(1);
    }
  }

  @Test
  void theFileWinsWhenItComesToSaySomethingElseAndThatIsTold() throws Exception {
    try (RunningServer server = server()) {
      server.store(
          Events.deployment("a", now, "chekout", "prod").build(),
          Events.deployment("b", now, "kart", "prod").build());
      say(server, "service", "chekout", "checkout");
      say(server, "service", "kart", "cart");

      Files.writeString(
          data.resolve("catalogue.yaml"),
          CATALOGUE.replace("cart: {}", "cart: {}, chekout: {team: other}"));

      Awaitility.await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(() -> assertThat(found(server, "checkout")).isZero());
      assertThat(found(server, "cart")).as("the other one stays").isEqualTo(1);
      JsonNode overruled = server.get("/v1/aliases").json().at("/aliases/0");
      assertThat(overruled.path("name").asText()).isEqualTo("chekout");
      assertThat(overruled.path("overruled").asText())
          .isEqualTo("service name 'chekout' is known already");
    }
  }

  private String token(String tenant, Token.Read read, boolean catalogue) {
    return new TokenFile(data.resolve("server").resolve(TokenFile.NAME))
        .create(
            new TokenFile.Grant(
                "somebody", tenant, null, new Token.Ingest(List.of("*")), read, catalogue, false),
            now)
        .secret();
  }

  @Test
  void onlyWhoMayAndSeesTheWholeTenantMapsNamesAndOfThatTenantOnly() throws Exception {
    Token.Read all = new Token.Read(null, null, null);
    String curator = token("default", all, true);
    String reader = token("default", all, false);
    String limited = token("default", new Token.Read(List.of("prod"), null, null), true);
    String other = token("other", all, true);
    try (RunningServer server = server()) {
      server.as(curator).store(Events.deployment("a", now, "chekout", "prod").build());
      server.as(other).store(Events.deployment("a", now, "chekout", "prod").build());

      assertThat(say(server.as(reader), "service", "chekout", "checkout").status()).isEqualTo(403);
      assertThat(takeBack(server.as(reader), "service", "chekout").status()).isEqualTo(403);
      assertThat(
              say(server.as(limited), "service", "chekout", "checkout")
                  .json()
                  .path("type")
                  .asText())
          .endsWith(":limited");
      assertThat(server.as(limited).get("/v1/aliases").status()).isEqualTo(403);
      assertThat(say(server.as(curator), "service", "chekout", "checkout").status()).isEqualTo(201);

      assertThat(found(server.as(curator), "checkout")).isEqualTo(1);
      assertThat(found(server.as(other), "checkout")).isZero();
      assertThat(server.as(other).get("/v1/aliases").json().path("aliases")).isEmpty();
      assertThat(takeBack(server.as(other), "service", "chekout").status()).isEqualTo(404);
    }
  }

  @Test
  void nobodyCanSayOneAsASenderOfEvents() throws Exception {
    String sender = token("default", new Token.Read(null, null, null), false);
    try (RunningServer start = server()) {
      RunningServer server = start.as(sender);
      server.store(Events.deployment("a", now, "chekout", "prod").build());
      Answer baseline =
          server.put(
              "/v1/resources",
              """
              {"source":"/changetrail/catalogue","time":"2026-01-31T02:00:00Z",
               "target":{"resource":{"kind":"service_alias","name":"chekout"}},
               "state":{"kind":"service","name":"chekout","of":"checkout"}}
              """);
      assertThat(baseline.status()).isEqualTo(400);
      assertThat(baseline.text()).contains("kept for what this server says");
      Answer amendment =
          server.emit(
              Events.deployment("b", now, "chekout", "prod")
                  .amends(new EventRef("/changetrail/catalogue", "x"))
                  .build());
      assertThat(amendment.text()).contains("amends: begins with /changetrail/");
    }
  }

  @Test
  void theSessionOfABrowserHasTheRightOfItsTokenWithTheCsrfTokenOfThePage() throws Exception {
    String curator = token("default", new Token.Read(null, null, null), true);
    try (RunningServer server = server()) {
      server.as(curator).store(Events.deployment("a", now, "chekout", "prod").build());
      Answer begun =
          server.post("/v1/session", "application/json", "{\"token\":\"" + curator + "\"}");
      HttpRequest.Builder request =
          server
              .request("/v1/aliases")
              .header("Cookie", begun.header("Set-Cookie").split(";", 2)[0])
              .header("Content-Type", "application/json")
              .POST(
                  HttpRequest.BodyPublishers.ofString(
                      "{\"kind\":\"service\",\"name\":\"chekout\",\"of\":\"checkout\"}"));

      assertThat(server.send(request.build()).json().path("type").asText()).endsWith(":csrf");
      request.header("X-CSRF-Token", begun.json().path("csrf").asText());
      assertThat(server.send(request.build()).status()).isEqualTo(201);
      assertThat(server.as(curator).get("/v1/aliases").json().at("/aliases/0/by").asText())
          .isEqualTo("somebody");
    }
  }
}
