// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Phase;
import io.changetrail.model.Resource;
import io.changetrail.model.Target;
import io.changetrail.model.diff.StructuralDiff;
import io.changetrail.server.RunningServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** With {@code --json} every command prints what the table in docs/cli.md promises. */
class JsonTest {
  private static final Pattern QUOTED = Pattern.compile("`([^`]+)`");

  @TempDir private static Path directory;
  private static final MockWebServer github = new MockWebServer();
  private static RunningServer server;
  private static Terminal terminal;
  private static String deployment;
  private static String incident;
  private static Instant start;

  @BeforeAll
  static void start() throws Exception {
    start = Instant.now().minusSeconds(3600).truncatedTo(ChronoUnit.SECONDS);
    github.setDispatcher(
        new Dispatcher() {
          @Override
          public MockResponse dispatch(RecordedRequest request) {
            return new MockResponse.Builder().body("{\"full_name\":\"acme/checkout\"}").build();
          }
        });
    github.start();
    Path token = Files.writeString(directory.resolve("github-token"), "ghp-of-the-json-test");
    server =
        RunningServer.start(
            directory.resolve("data"),
            "github.acme.api",
            "http://127.0.0.1:" + github.getPort(),
            "github.acme.token",
            "file:" + token);
    terminal = Terminal.at(server.address());
    terminal
        .typing(
            new Release(start).lines()
                + "\n"
                + Release.json(detected())
                + "\n"
                + Release.json(drifted()))
        .run("emit", "--file=-")
        .succeeded();
    deployment = Release.eventId(terminal, "deployment-9");
    incident = Release.eventId(terminal, "incident-1");
  }

  @AfterAll
  static void stop() {
    server.close();
    github.close();
  }

  private static AuditEvent detected() {
    return AuditEvent.builder(
            new EventRef("/alerts", "incident-1"),
            start.plusSeconds(1200),
            Actor.unknown(),
            Change.of(ChangeKind.INCIDENT, Phase.STARTED, "detect").summary("slow").build())
        .target(Target.service("checkout", "prod"))
        .build();
  }

  private static AuditEvent drifted() {
    return AuditEvent.builder(
            new EventRef("/k8s/prod-eu1", "drift-1"),
            start.plusSeconds(1300),
            Actor.unknown(),
            Change.of(ChangeKind.CONFIG, Phase.OCCURRED, Change.DRIFT)
                .summary("drifted")
                .state(
                    StructuralDiff.between(
                        null,
                        Terminal.parse(
                            "{\"fields\":{\"spec.replicas\":{\"declared\":3,\"live\":5}}}")))
                .build())
        .target(
            new Target("checkout", "prod", null, "prod-eu1", "shop", null)
                .withResource(new Resource("ConfigDrift", "Deployment/checkout", "u/drift")))
        .build();
  }

  /** The fields of each command by the table. */
  private static Map<String, Set<String>> documented() throws IOException {
    Map<String, Set<String>> fields = new LinkedHashMap<>();
    String page = Files.readString(Path.of("..", "docs", "cli.md"));
    for (String row : page.substring(page.indexOf("## In scripts")).lines().toList()) {
      String[] cells = row.split("\\|", -1);
      if (cells.length == 5 && cells[1].contains("`")) {
        // "with --from also …" is about another call
        Set<String> named = quoted(cells[3].split("; with ", 2)[0]);
        quoted(cells[1]).forEach(command -> fields.put(command, named));
      }
    }
    return fields;
  }

  private static Set<String> quoted(String cell) {
    Set<String> all = new LinkedHashSet<>();
    Matcher quoted = QUOTED.matcher(cell);
    while (quoted.find()) {
      all.add(quoted.group(1));
    }
    return all;
  }

  private static String file(String name) {
    return directory.resolve(name).toString();
  }

  private static String events(String name) throws IOException {
    Release release = new Release(start.minusSeconds(7200));
    String others = release.lines().replace("\"id\":\"", "\"id\":\"" + name + "-");
    return Files.writeString(directory.resolve(name), others).toString();
  }

  /** A call of each command that prints something, beside serve and tail, which do not end. */
  private static List<List<String>> calls() throws IOException {
    String data = file("tokens");
    return List.of(
        List.of("query", "--environment=prod"),
        List.of("changes"),
        List.of("sources"),
        List.of("correlations"),
        List.of("correlations", incident),
        List.of("show", deployment),
        List.of("lineage", deployment),
        List.of("state", "--service=checkout"),
        List.of("correlate", "--service=checkout"),
        List.of("postmortem", "--service=checkout"),
        List.of("feedback", incident, deployment, "--cause"),
        List.of("unmapped"),
        List.of("drift"),
        List.of("alias add", "checkout"),
        List.of("alias list"),
        List.of("alias remove", "checkout"),
        List.of("emit", "--service=cart", "--environment=prod", "--summary=by hand"),
        List.of("emit", "--file", events("emitted")),
        List.of("ship", "--spool", file("spool"), events("shipped")),
        List.of("backup", file("night.backup")),
        List.of("backfill", "github", "--since=1d", "--repository=acme/checkout"),
        List.of("restore", file("night.backup"), "--data", file("restored")),
        List.of("token create", "ci", "--read", "--data", data),
        List.of("token list", "--data", data),
        List.of("token revoke", "ID", "--data", data),
        List.of("evaluate", EvaluateTest.incidents(directory.resolve("incidents")).toString()),
        List.of("demo", "--exit"));
  }

  @TestFactory
  List<DynamicTest> eachCommandPrintsWhatIsDocumentedAndNothingElse() throws IOException {
    Map<String, Set<String>> documented = documented();
    List<DynamicTest> tests = new ArrayList<>();
    for (List<String> call : calls()) {
      tests.add(
          DynamicTest.dynamicTest(
              call.get(0), () -> prints(call, documented.getOrDefault(call.get(0), Set.of()))));
    }
    return tests;
  }

  private static void prints(List<String> call, Set<String> fields) {
    List<String> arguments = new ArrayList<>(List.of(call.get(0).split(" ")));
    arguments.addAll(call.subList(1, call.size()));
    if (call.contains("ID")) {
      String id =
          terminal
              .run("token", "list", "--json", call.get(2), call.get(3))
              .json()
              .get(0)
              .path("id")
              .asText();
      arguments.replaceAll(one -> one.equals("ID") ? id : one);
    }
    arguments.add("--json");
    Terminal.Result result = terminal.run(arguments).succeeded();

    assertThat(fields).as("documented in docs/cli.md").isNotEmpty();
    assertThat(result.out()).endsWith("\n").doesNotContain("\u001b");
    List<JsonNode> lines = result.json();
    assertThat(lines).isNotEmpty();
    for (JsonNode line : lines) {
      Set<String> names = new TreeSet<>();
      line.fieldNames().forEachRemaining(names::add);
      assertThat(names).containsAll(fields);
    }
  }

  @Test
  void everyCommandIsInTheTableAndTried() throws IOException {
    Set<String> commands = new TreeSet<>();
    CommandLine all =
        Changetrail.commandLine(
            new Surroundings(
                Map.of(),
                "ada",
                Instant::now,
                java.io.InputStream.nullInputStream(),
                new java.io.PrintWriter(new StringWriter()),
                new java.io.PrintWriter(new StringWriter()),
                false,
                80));
    all.getSubcommands()
        .forEach(
            (name, command) -> {
              if (command.getSubcommands().isEmpty()) {
                commands.add(name);
              }
              command.getSubcommands().keySet().forEach(inner -> commands.add(name + " " + inner));
            });
    commands.remove("completion"); // prints a script for a shell
    assertThat(documented().keySet()).containsExactlyInAnyOrderElementsOf(commands);
    Set<String> tried = new TreeSet<>(List.of("serve", "tail"));
    calls().forEach(call -> tried.add(call.get(0)));
    assertThat(tried).isEqualTo(commands);
  }

  @Test
  void tailPrintsAnEventALine() throws Exception {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CompletableFuture<Integer> tail =
        CompletableFuture.supplyAsync(
            () -> terminal.run(out, err, List.of("tail", "--json", "--limit=1")));
    Awaitility.await().atMost(1, TimeUnit.MINUTES).until(() -> err.toString().contains("watching"));
    Terminal.at(server.address())
        .run("emit", "--service=mail", "--environment=prod", "--summary=tail this")
        .succeeded();
    assertThat(tail.get(2, TimeUnit.MINUTES)).isZero();
    JsonNode event = Terminal.parse(out.toString());
    assertThat(documented().get("tail")).isNotEmpty().allMatch(event::has);
  }

  /** As a process of its own: also that nothing else writes to its output, and no colours do. */
  @Test
  void servePrintsItsAddressOnceItListens() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Changetrail.class.getName(),
                "serve",
                "--json",
                "--port=0",
                "--data",
                file("served"))
            .redirectError(directory.resolve("serve.log").toFile())
            .start();
    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
      JsonNode line = Terminal.parse(output.readLine());
      assertThat(documented().get("serve")).isNotEmpty().allMatch(line::has);
      Terminal.Result health =
          new Terminal()
              .with("CHANGETRAIL_SERVER", line.path("address").asText())
              .run("sources", "--json");
      assertThat(health.succeeded().out()).isEmpty();
      process.toHandle().destroy(); // and leaves its output readable
      assertThat(output.lines()).as("nothing else").isEmpty();
      assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(directory.resolve("serve.log")).content().doesNotContain("\u001b");
  }

  @Test
  void anErrorIsOneJsonObjectOnTheErrorStream() {
    Terminal.Result result = terminal.run("show", "0".repeat(32), "--json");
    assertThat(result.exitCode()).isEqualTo(ExitCodes.REFUSED);
    assertThat(result.out()).isEmpty();
    JsonNode error = Terminal.parse(result.err()).path("error");
    assertThat(error.path("exitCode").asInt()).isEqualTo(ExitCodes.REFUSED);
    assertThat(List.of("detail", "remedy")).allMatch(error::has);
  }
}
