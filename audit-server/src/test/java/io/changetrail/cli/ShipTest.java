// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.codec.CloudEventsCodec;
import io.changetrail.server.RunningServer;
import io.changetrail.shipper.Credentials;
import io.changetrail.shipper.Destination;
import io.changetrail.shipper.Shipper;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Shipping events from a file or a pipe. */
class ShipTest {
  @TempDir private Path directory;

  private final String lines = new Release(Instant.now().minusSeconds(1800)).lines();

  private String spool() {
    return "--spool=" + directory.resolve("spool");
  }

  private static Terminal at(int port) {
    return Terminal.at(URI.create("http://127.0.0.1:" + port));
  }

  @Test
  void whatTheServerIsNotThereForGoesWithTheNextRunAndIsStoredOnce() throws Exception {
    HeldPort held = new HeldPort();
    int port = held.number();
    Terminal.Result away = at(port).typing(lines).run("ship", spool(), "--wait=0");
    assertThat(away.exitCode()).isEqualTo(ExitCodes.UNREACHABLE);
    assertThat(away.out()).contains("4 read, 0 sent, 4 left in the spool");
    assertThat(away.err())
        .contains("`changetrail ship " + spool().replace('=', ' ') + " --flush` sends it later");

    try (RunningServer server =
        RunningServer.start(directory.resolve("data"), "listen.port", held.release())) {
      assertThat(server.address().getPort()).isEqualTo(port);
      Terminal.Result back = at(port).run("ship", spool(), "--flush", "--json").succeeded();
      JsonNode counts = back.json().get(0);
      assertThat(counts.path("sent").asInt()).isEqualTo(4);
      assertThat(counts.path("left").asInt()).isZero();

      Path file = Files.writeString(directory.resolve("events.ndjson"), lines);
      at(port).run("ship", spool(), file.toString()).succeeded();
      assertThat(at(port).run("query", "--raw", "--json").succeeded().json()).hasSize(4);
    }
  }

  @Test
  void aBatchAndAStreamAreReadAndAWrongEventIsNamed() throws Exception {
    try (RunningServer server = RunningServer.start(directory.resolve("data"))) {
      String batch = "[" + String.join(",", lines.strip().split("\n")) + "]\n{\"id\":\"x\"}\n";
      Terminal.Result result =
          Terminal.at(server.address()).typing(batch).run("ship", spool(), "-");
      assertThat(result.exitCode()).isEqualTo(ExitCodes.REFUSED);
      assertThat(result.out()).startsWith("4 read, 4 sent, 0 left");
      assertThat(result.err()).contains("-: event 4: ");
    }
  }

  @Test
  void aLineThatIsNotJsonDoesNoHarmToTheOthers() throws Exception {
    List<String> four = lines.lines().toList();
    String broken = four.get(1).substring(0, 40);
    String piped = String.join("\n", broken, four.get(0), "oops", four.get(1), "", four.get(2));
    try (RunningServer server = RunningServer.start(directory.resolve("data"))) {
      for (String command : List.of("ship " + spool(), "emit --file")) {
        Terminal.Result result =
            Terminal.at(server.address()).typing(piped).run((command + " -").split(" "));
        assertThat(result.exitCode()).isEqualTo(ExitCodes.REFUSED);
        assertThat(result.err())
            .contains("line 1 is not JSON", "line 3 is not JSON")
            .doesNotContain("oops");
        assertThat(Terminal.at(server.address()).run("query", "--raw", "--json").succeeded().json())
            .hasSize(3);
      }
    }
  }

  @Test
  void anEventOverSeveralLinesIsReadAsBefore() throws Exception {
    String pretty = Terminal.parse(lines.lines().findFirst().orElseThrow()).toPrettyString();
    try (RunningServer server = RunningServer.start(directory.resolve("data"))) {
      Terminal.at(server.address()).typing(pretty + "\n" + pretty).run("ship", spool()).succeeded();
      Terminal.Result cut =
          Terminal.at(server.address())
              .typing(pretty + "\n" + pretty.substring(9))
              .run("ship", spool());
      assertThat(cut.exitCode()).isEqualTo(ExitCodes.USAGE);
      assertThat(cut.err()).contains("standard input is not JSON at line ");
    }
  }

  @Test
  void T4_aRunThatFindsEventsLostSaysSoAndIsNoSuccess() throws Exception {
    HeldPort held = new HeldPort();
    int port = held.number();
    URI server = URI.create("http://127.0.0.1:" + port);
    try (Shipper shipper =
        Shipper.builder(directory.resolve("spool"))
            .to(Destination.of(server, Credentials.none()))
            .maxBytes(1 << 20)
            .closing(Duration.ZERO)
            .open()) {
      AuditEvent event = new CloudEventsCodec().decode(Files.readString(large(1)).getBytes(UTF_8));
      for (int i = 0; i < 300; i++) {
        shipper.ship(event);
      }
    }
    try (RunningServer up =
        RunningServer.start(directory.resolve("data"), "listen.port", held.release())) {
      assertThat(up.address()).isEqualTo(server);
      Terminal.Result result = at(port).run("ship", spool(), "--spool-mib=1", "--flush", "--json");
      assertThat(result.json().get(0).path("lost").asInt()).isBetween(1, 299);
      assertThat(result.json().get(0).path("left").asInt()).isZero();
      assertThat(result.exitCode()).isEqualTo(ExitCodes.REFUSED);
    }
  }

  @Test
  void largeEventsAreReadNoFasterThanTheyAreTakenEither() throws Exception {
    HeldPort held = new HeldPort();
    int port = held.number();
    Terminal.Result away =
        at(port).run("ship", spool(), "--spool-mib=1", "--wait=0", large(300).toString());
    assertThat(away.exitCode()).isEqualTo(ExitCodes.UNREACHABLE);
    assertThat(away.err()).contains("the spool is filling up");
    try (RunningServer up =
        RunningServer.start(directory.resolve("data"), "listen.port", held.release())) {
      assertThat(up.address().getPort()).isEqualTo(port);
      at(port).run("ship", spool(), "--spool-mib=1", large(300).toString()).succeeded();
      assertThat(at(port).run("sources", "--json").succeeded().out()).doesNotContain("spool full");
    }
  }

  /** A file of so many events of about 8 KiB. */
  private Path large(int count) throws IOException {
    ObjectNode event = (ObjectNode) Terminal.parse(lines.lines().findFirst().orElseThrow());
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < count; i++) {
      String id = "large-" + i;
      event.put("id", id);
      ((ObjectNode) event.at("/data/context")).put("id", id);
      ((ObjectNode) event.at("/data/customData/changetrail"))
          .putObject("attributes")
          .put("log", "x ".repeat(4000));
      all.append(event).append('\n');
    }
    return Files.writeString(directory.resolve("large.ndjson"), all);
  }

  @Test
  void T4_whatIsSentAndWhatWaitsIsKeptInAFileForPrometheus() throws Exception {
    HeldPort held = new HeldPort();
    int port = held.number();
    Path file = directory.resolve("changetrail.prom");
    String metrics = "--metrics-file=" + file;
    at(port).typing(lines).run("ship", spool(), "--wait=0", metrics);
    String destination = "{destination=\"127.0.0.1-" + port + "\"}";
    assertThat(Files.readString(file).lines())
        .contains(
            "changetrail_shipper_spooled_events_total 4",
            "changetrail_shipper_waiting_events" + destination + " 4",
            "changetrail_shipper_lost_events_total" + destination + " 0");
    try (RunningServer server =
        RunningServer.start(directory.resolve("data"), "listen.port", held.release())) {
      assertThat(server.address().getPort()).isEqualTo(port);
      at(port).run("ship", spool(), "--flush", metrics).succeeded();
    }
    assertThat(Files.readString(file).lines())
        .contains(
            "changetrail_shipper_sent_events_total" + destination + " 4",
            "changetrail_shipper_waiting_events" + destination + " 0");

    Path nowhere = directory.resolve("nowhere/changetrail.prom");
    Terminal.Result wrong = at(port).run("ship", spool(), "--flush", "--metrics-file=" + nowhere);
    assertThat(wrong.exitCode()).isEqualTo(ExitCodes.REFUSED);
    assertThat(wrong.err()).contains("in a directory that exists");
  }

  @Test
  void aTokenIsReadFromItsFileAndIsNotKept() throws Exception {
    Path file = Files.writeString(directory.resolve("token"), "ct_not-a-real-token\n");
    HeldPort held = new HeldPort();
    Terminal.Result away =
        at(held.number()).typing(lines).run("ship", spool(), "--wait=0", "--token-file=" + file);
    held.release();
    assertThat(away.exitCode()).isEqualTo(ExitCodes.UNREACHABLE);
    try (var files = Files.walk(directory.resolve("spool"))) {
      for (Path each : files.filter(Files::isRegularFile).toList()) {
        assertThat(new String(Files.readAllBytes(each), StandardCharsets.ISO_8859_1))
            .doesNotContain("ct_not-a-real-token");
      }
    }
  }

  @Test
  void withoutASpoolItSaysHowToNameOne() {
    Terminal.Result result = new Terminal().typing(lines).run("ship");
    assertThat(result.exitCode()).isEqualTo(ExitCodes.USAGE);
    assertThat(result.err()).contains("--spool or CHANGETRAIL_SPOOL");
  }
}
