// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Resource;
import io.changetrail.model.Target;
import io.changetrail.model.codec.CloudEventsCodec;
import io.changetrail.server.RunningServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Recording a change that no pipeline made. */
class ManualChangeTest {
  @TempDir private Path directory;
  private RunningServer server;
  private Terminal terminal;

  @BeforeEach
  void start() throws Exception {
    server = RunningServer.start(directory.resolve("data"));
    terminal = Terminal.at(server.address());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private JsonNode onlyEvent() {
    return terminal.run("query", "--json").succeeded().json().get(0);
  }

  @Test
  void C9_aManualChangeRecordsWhoWhatWhyAndWhereInTheSchemaOfAllEvents() {
    Instant at = Instant.now().minusSeconds(60);
    Terminal.Result recorded =
        terminal.run(
            "emit",
            "--kind=schema",
            "--service=orders",
            "--environment=prod",
            "--resource=database/orders",
            "--action=update",
            "--summary=index on orders.customer added by hand",
            "--reason=the nightly report took hours",
            "--ticket=OPS-7",
            "--on-behalf-of=grace",
            "--at=" + at,
            "--url=runbook=https://wiki.example.com/reports",
            "--attribute=db.system=postgresql");

    assertThat(recorded.succeeded().out())
        .startsWith("recorded: index on orders.customer added by hand");
    AuditEvent event = new CloudEventsCodec().decode((ObjectNode) onlyEvent().deepCopy());
    assertThat(event.time()).isEqualTo(at);
    assertThat(event.actor().id()).as("who, unless said otherwise").isEqualTo("ada");
    assertThat(event.actor().evidence()).isEqualTo(Actor.Evidence.DECLARED);
    assertThat(event.principal()).map(Actor::id).contains("grace");
    assertThat(event.targets())
        .containsExactly(
            Target.service("orders", "prod")
                .withResource(new Resource("database", "orders", null)));
    assertThat(event.change().kind().name()).isEqualTo("schema");
    assertThat(event.change().action()).isEqualTo("update");
    assertThat(event.change().reason()).isEqualTo("the nightly report took hours");
    assertThat(event.change().ticket()).isEqualTo("OPS-7");
    assertThat(event.links().urls()).containsEntry("runbook", "https://wiki.example.com/reports");
    assertThat(event.attributes()).containsKey("db.system");
    assertThat(terminal.run("changes", "--service=orders", "--json").json())
        .as("it is a change like any other")
        .hasSize(1);
  }

  @Test
  void C9_aManualChangeNeedsTheCredentialThatAllEventsNeed() {
    Path data = directory.resolve("data");
    String ingest = token(data, "--ingest", "/manual");
    String other = token(data, "--ingest", "https://github.com/acme/*");
    String[] emit = {"emit", "--environment=prod", "--summary=DNS moved"};

    Terminal.Result anonymous = Terminal.at(server.address()).run(emit);
    Terminal.Result stranger =
        Terminal.at(server.address()).with("CHANGETRAIL_TOKEN", other).run(emit);
    Terminal.Result allowed =
        Terminal.at(server.address()).with("CHANGETRAIL_TOKEN", ingest).run(emit);

    assertThat(anonymous.exitCode()).isEqualTo(ExitCodes.REFUSED);
    assertThat(anonymous.err()).contains("CHANGETRAIL_TOKEN");
    assertThat(stranger.exitCode()).isEqualTo(ExitCodes.REFUSED);
    assertThat(stranger.err()).contains("source");
    assertThat(allowed.succeeded().out()).startsWith("recorded: DNS moved");
  }

  private static String token(Path data, String... rights) {
    java.util.List<String> arguments =
        new java.util.ArrayList<>(
            java.util.List.of("token", "create", "test", "--data", data.toString()));
    arguments.addAll(java.util.List.of(rights));
    return new Terminal().run(arguments).succeeded().out().strip();
  }

  @Test
  void theSameEntrySentTwiceIsStoredOnce() {
    String at = "--at=" + Instant.now().minusSeconds(5);
    String[] emit = {"emit", "--environment=prod", "--summary=DNS moved", at};
    terminal.run(emit).succeeded();

    Terminal.Result again = terminal.run(emit);

    assertThat(again.succeeded().out()).startsWith("was recorded already: DNS moved");
    assertThat(terminal.run("query", "--json").json()).hasSize(1);
  }

  @Test
  void ofTwoStatesTheDifferenceIsTheSummaryAndNoSecretLeavesTheMachine() throws Exception {
    Path before = Files.writeString(directory.resolve("old.json"), "{\"pool\":{\"size\":5}}");
    terminal
        .run(
            "emit",
            "--kind=config",
            "--service=checkout",
            "--environment=prod",
            "--before=@" + before,
            "--after={\"pool\":{\"size\":9},\"password\":\"correct horse battery\"}")
        .succeeded();

    JsonNode event = onlyEvent();
    assertThat(event.toString()).doesNotContain("correct horse");
    String page = terminal.run("show", event.path("eventid").asText()).succeeded().out();
    assertThat(page).contains("~ /pool/size  5 → 9").contains("+ /password").contains("redacted");
  }

  @Test
  void withTheKeyOfTheTenantEqualSecretsStayComparable() throws Exception {
    Path key = Files.writeString(directory.resolve("key"), "k1:c2l4dGVlbiBieXRlcyBhdCBsZWFzdA==\n");
    String[] emit = {
      "emit",
      "--environment=prod",
      "--before={\"password\":\"same\"}",
      "--after={\"password\":\"other\",\"apiKey\":\"same\"}",
      "--dry-run",
      "--redaction-key-file=" + key
    };

    String event = terminal.run(emit).succeeded().out();
    Files.writeString(key, "k1:too-short-a-secret");
    Terminal.Result wrong = terminal.run(emit);

    assertThat(event).doesNotContain("same").contains("hmac-sha256:k1:");
    assertThat(wrong.exitCode()).isEqualTo(ExitCodes.USAGE);
    assertThat(wrong.err()).contains("KEYID:BASE64").doesNotContain("too-short");
  }

  @Test
  void aDryRunPrintsTheEventAndSendsNothing() {
    Terminal.Result dry =
        terminal.run("emit", "--environment=prod", "--summary=DNS moved", "--dry-run");

    assertThat(dry.succeeded().json().get(0).path("specversion").asText()).isEqualTo("1.0");
    assertThat(terminal.run("query").err()).contains("none matches");
  }

  private String described(String summary) {
    return terminal
        .run("emit", "--environment=prod", "--summary", summary, "--dry-run")
        .succeeded()
        .out()
        .strip();
  }

  @Test
  void ofAFileOfEventsTheGoodOnesAreStoredAndTheBadOnesNamed() {
    String good = described("DNS moved");
    String other = described("DNS moved back");

    Terminal.Result sent =
        terminal.typing(good + "\n{\"specversion\":\"0.3\"}\n" + other).run("emit", "--file=-");

    assertThat(sent.exitCode()).isEqualTo(ExitCodes.REFUSED);
    assertThat(sent.out()).contains("2 accepted").contains("1 rejected");
    assertThat(sent.err()).contains("event 1").contains("specversion");
    assertThat(terminal.run("query", "--json").json()).hasSize(2);
  }

  @Test
  void aChangeOfNothingIsRefusedBeforeAnythingIsSent() {
    Terminal.Result empty = terminal.run("emit", "--environment=prod");
    Terminal.Result nowhere = terminal.run("emit", "--kind=config", "--summary=x");

    assertThat(empty.exitCode()).isEqualTo(ExitCodes.USAGE);
    assertThat(empty.err()).contains("nothing says what was done").contains("--summary");
    assertThat(nowhere.exitCode()).isEqualTo(ExitCodes.USAGE);
    assertThat(nowhere.err()).contains("targets").contains("environment");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"limit\":1e3372036854775807}", "92e2147483647"})
  void aNumberThatNothingHoldsIsRefusedByItsOption(String state) {
    Terminal.Result refused =
        terminal.run(
            "emit", "--kind=config", "--service=x", "--environment=prod", "--after=" + state);

    assertThat(refused.exitCode()).isEqualTo(ExitCodes.USAGE);
    assertThat(refused.err()).contains("--after", "exponent is beyond a billion", "quote it");
  }
}
