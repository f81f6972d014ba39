// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.server.RunningServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a person is told when something is wrong, and what a script can rely on. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class ComplaintTest {
  private static final String TOKEN = "ct_not-to-be-seen-0123456789";

  @TempDir private Path directory;

  private static Terminal.Result asking(ScriptedServer server, String... arguments) {
    return Terminal.at(server.address()).run(arguments);
  }

  @Test
  void anUnknownOptionOrCommandIsExplainedWithTheNearestOne() {
    Terminal.Result option = new Terminal().run("query", "--servise=checkout");
    Terminal.Result command = new Terminal().run("qurey");
    Terminal.Result none = new Terminal().run();

    assertThat(option.exitCode()).isEqualTo(ExitCodes.USAGE);
    assertThat(option.err()).contains("there is no option --servise").contains("--service");
    assertThat(command.exitCode()).isEqualTo(ExitCodes.USAGE);
    assertThat(command.err()).contains("qurey").contains("query");
    assertThat(none.exitCode()).isEqualTo(ExitCodes.USAGE);
    assertThat(none.err()).contains("name a command").contains("changetrail --help");
  }

  @Test
  void aWrongValueIsExplained() {
    assertThat(new Terminal().run("query", "--from=yesterday").err())
        .contains("'yesterday' is not a moment; write -90s");
    assertThat(new Terminal().run("correlate", "--service=x", "--for=soon").err())
        .contains("'soon' is not a length of time; write 90s");
    assertThat(new Terminal().run("query", "--limit=0").err()).contains("--limit");
    assertThat(new Terminal().run("query", "--timeout=0").err()).contains("--timeout");
    assertThat(new Terminal().run("state").err()).contains("--service");
    assertThat(new Terminal().run("show").err()).contains("EVENT");
    assertThat(new Terminal().run("query", "--server=ftp://x").err()).contains("--server https://");
    assertThat(new Terminal().run("query", "--server=http://u:secret@x").err())
        .doesNotContain("secret");
  }

  @Test
  void aServerThatIsNotThereIsSaidToBeSo() throws Exception {
    HeldPort held = new HeldPort();
    Terminal.Result result =
        new Terminal().run("query", "--server=http://127.0.0.1:" + held.number());
    String port = held.release();

    assertThat(result.exitCode()).isEqualTo(ExitCodes.UNREACHABLE);
    assertThat(result.err())
        .contains("cannot reach http://127.0.0.1:" + port + ": nothing listens there")
        .contains("changetrail serve");
  }

  @Test
  void aServerThatDoesNotAnswerIsNotWaitedForLongerThanAsked() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      String address = "--server=http://127.0.0.1:" + silent.getLocalPort();

      Terminal.Result result = new Terminal().run("sources", address, "--timeout=1");

      assertThat(result.exitCode()).isEqualTo(ExitCodes.UNREACHABLE);
      assertThat(result.err()).contains("did not answer within 1 s").contains("--timeout");
    }
  }

  @Test
  void somethingElseThanAnAuditServerIsRecognised() throws Exception {
    try (ScriptedServer server =
        new ScriptedServer()
            .then(exchange -> ScriptedServer.send(exchange, 200, "text/html", "<html>"))
            .then(exchange -> ScriptedServer.send(exchange, 404, "text/html", "<html>"))
            .thenJson("{\"events\":[")
            .thenJson("{\"events\":[{\"specversion\":\"1.0\"}]}")) {

      for (int i = 0; i < 3; i++) {
        Terminal.Result result = asking(server, "query");
        assertThat(result.exitCode()).isEqualTo(ExitCodes.REFUSED);
        assertThat(result.err()).contains("not as an audit server does").contains("--server");
      }
      assertThat(asking(server, "query").err()).contains("this version cannot read");
    }
  }

  @Test
  void theServersOwnWordsAndItsRetryTimeArePassedOn() throws Exception {
    String problem =
        "{\"type\":\"about:blank\",\"title\":\"Wrong\",\"status\":400,\"field\":\"from\","
            + "\"detail\":\"from: must be before to\"}";
    try (ScriptedServer server =
        new ScriptedServer()
            .thenProblem(400, problem)
            .thenProblem(400, problem)
            .then(
                exchange -> {
                  exchange.getResponseHeaders().set("Retry-After", "7");
                  ScriptedServer.send(exchange, 503, "application/problem+json", "{}");
                })) {
      assertThat(asking(server, "query").err()).contains("from: must be before to");
      Terminal.Result json = asking(server, "query", "--json");
      assertThat(json.out()).as("what a program reads stays clean").isEmpty();
      JsonNode error = Terminal.parse(json.err()).path("error");
      assertThat(error.path("exitCode").asInt()).isEqualTo(ExitCodes.REFUSED);
      assertThat(error.path("problem").path("field").asText()).isEqualTo("from");
      assertThat(asking(server, "query").err()).contains("try again in 7 s");
    }
  }

  @Test
  void theTokenIsSentAndNeverPrinted() throws Exception {
    Path file = Files.writeString(directory.resolve("token"), TOKEN + "\n");
    List<String[]> ways =
        List.of(
            new String[] {"--token", TOKEN, "query"},
            new String[] {"query", "--token-file", file.toString()},
            new String[] {"query", "--token=" + TOKEN});
    for (String[] way : ways) {
      for (int status : new int[] {401, 500}) {
        try (ScriptedServer server = new ScriptedServer().thenProblem(status, "{}")) {
          Terminal.Result result =
              Terminal.at(server.address())
                  .run(Stream.concat(Stream.of(way), Stream.of("--verbose")).toList());
          assertThat(result.exitCode()).isEqualTo(ExitCodes.REFUSED);
          assertThat(result.out() + result.err()).doesNotContain(TOKEN);
          assertThat(server.asked().remove().authorization()).isEqualTo("Bearer " + TOKEN);
        }
      }
    }
  }

  @Test
  void aMistypedTokenOptionDoesNotGiveTheTokenAway() {
    for (String[] wrong :
        List.of(
            new String[] {"query", "--tokn=" + TOKEN},
            new String[] {"query", "--token", TOKEN + "\u00e4"},
            new String[] {"query", "--token", TOKEN, "--nonsense", "--verbose"},
            new String[] {"query", "--token-file", "/no/such/file", "--token", "a b" + TOKEN})) {
      Terminal.Result result = new Terminal().run(wrong);
      assertThat(result.exitCode()).isEqualTo(ExitCodes.USAGE);
      assertThat(result.out() + result.err()).doesNotContain(TOKEN);
    }
  }

  @Test
  void aTokenThatWouldCrossTheNetworkInClearTextIsWarnedAbout() {
    String[] ask = {"query", "--token", TOKEN, "--server"};

    assertThat(new Terminal().run(with(ask, "http://127.changetrail.invalid")).err())
        .contains("crosses the network in clear text")
        .contains("its name is not known")
        .doesNotContain(TOKEN);
    assertThat(new Terminal().run(with(ask, "https://changetrail.invalid")).err())
        .doesNotContain("clear text");
    assertThat(new Terminal().run(with(ask, "http://127.0.0.1:1")).err())
        .doesNotContain("clear text");
  }

  private static String[] with(String[] arguments, String last) {
    return Stream.concat(Stream.of(arguments), Stream.of(last)).toArray(String[]::new);
  }

  @Test
  void theServersRightsHold() throws Exception {
    Path data = directory.resolve("data");
    String token =
        new Terminal()
            .run("token", "create", "reader", "--read", "--data", data.toString())
            .succeeded()
            .out()
            .strip();
    try (RunningServer server = RunningServer.start(data)) {
      Terminal reader = Terminal.at(server.address()).with("CHANGETRAIL_TOKEN", token);
      assertThat(reader.run("sources").exitCode()).isEqualTo(ExitCodes.OK);
      Terminal.Result backup = reader.run("backup", directory.resolve("x").toString());
      assertThat(backup.exitCode()).isEqualTo(ExitCodes.REFUSED);
      assertThat(backup.err()).contains("admin");
      assertThat(reader.run("emit", "--environment=p", "--summary=x").exitCode())
          .isEqualTo(ExitCodes.REFUSED);
    }
  }

  @Test
  void everyCommandHelpsAndNamesItsExitCodes() throws IOException {
    String all = new Terminal().run("--help").succeeded().out();
    List<String> commands =
        List.copyOf(Changetrail.commandLine(surroundings()).getSubcommands().keySet());

    assertThat(commands)
        .contains("query", "changes", "tail", "show", "lineage", "state", "correlate", "sources")
        .contains("unmapped", "backup", "emit", "serve", "token", "restore");
    for (String command : commands) {
      assertThat(all).contains("  " + command);
      assertThat(new Terminal().run(command, "--help").succeeded().out())
          .contains("Exit codes:")
          .contains("the server cannot be reached");
    }
  }

  @Test
  void theCompletionScriptKnowsCommandsAndOptions() {
    assertThat(new Terminal().run("completion").succeeded().out())
        .contains("complete -F")
        .contains("correlate")
        .contains("--pull-request");
  }

  private static Surroundings surroundings() {
    return Surroundings.ofProcess();
  }
}
