// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.server.RunningServer;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a running server tells, as a person and as a script get it. */
class ReadingTest {
  @TempDir private static Path data;
  private static RunningServer server;
  private static Terminal terminal;
  private static Release release;

  @BeforeAll
  static void start() throws Exception {
    release = new Release(Instant.now().minusSeconds(3600).truncatedTo(ChronoUnit.SECONDS));
    server = RunningServer.start(data);
    terminal = Terminal.at(server.address());
    terminal.typing(release.lines()).run("emit", "--file=-").succeeded();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static List<String> ids(Terminal.Result result) {
    return result.succeeded().json().stream().map(event -> event.path("id").asText()).toList();
  }

  @Test
  void queryListsWhatMatchesNewestFirst() {
    Terminal.Result table = terminal.run("query", "--environment=prod");

    List<String> lines = table.succeeded().out().lines().toList();
    assertThat(lines.get(0)).startsWith("TIME").contains("SUMMARY");
    assertThat(lines.get(1)).contains("config", "update", "Grace H.", "pool of checkout-config");
    assertThat(lines.get(2)).contains("deployment", "deploy success", "ada", "checkout 1.4.2");
    assertThat(lines).hasSize(3);
  }

  @Test
  void queryFindsWordsFieldsAndPlacesInDiffs() {
    assertThat(ids(terminal.run("query", "--json", "pool", "small*")))
        .containsExactly("configmap-12");
    assertThat(ids(terminal.run("query", "--json", "path:pool", "value:2")))
        .containsExactly("configmap-12");
    assertThat(ids(terminal.run("query", "--json", "--kind=build", "--kind=code")))
        .containsExactly("run-4711", "merge-17");
    assertThat(ids(terminal.run("query", "--json", "--to=" + release.merged().plusSeconds(1))))
        .containsExactly("merge-17");
  }

  @Test
  void aLongAnswerGoesOnWhereItStopped() {
    Terminal.Result first = terminal.run("query", "--json", "--oldest-first", "--limit=3");
    String cursor = first.err().replaceAll("(?s).*--cursor (\\S+),.*", "$1");

    Terminal.Result rest = terminal.run("query", "--json", "--oldest-first", "--cursor", cursor);

    assertThat(ids(first)).containsExactly("merge-17", "run-4711", "deployment-9");
    assertThat(ids(rest)).containsExactly("configmap-12");
    assertThat(rest.err()).doesNotContain("--cursor");
  }

  @Test
  void theUrlOfAnAnswerCanBeShared() throws Exception {
    String url = terminal.run("query", "--url", "--service=checkout", "a b").succeeded().out();

    assertThat(url.strip())
        .isEqualTo(server.address() + "/v1/events?service=checkout&q=a%20b&limit=50");
  }

  @Test
  void changesShowEachChangeOnce() {
    Terminal.Result table = terminal.run("changes", "--service=checkout");

    assertThat(table.succeeded().out().lines()).hasSize(3);
    assertThat(table.out()).contains("checkout 1.4.2 deployed to prod", "pool of checkout-config");
    assertThat(terminal.run("changes", "--kind=config", "--json").json())
        .singleElement()
        .satisfies(change -> assertThat(change.path("services").toString()).contains("checkout"));
  }

  @Test
  void Q6_changesAndSourcesAreFoundByWhatIsMissing() {
    Terminal.Result table = terminal.run("changes", "--kind=deployment", "--without=rollout");

    assertThat(table.succeeded().out()).contains("checkout 1.4.2", "success, no rollout");
    assertThat(terminal.run("changes", "--without=commit", "--service=checkout", "--json").json())
        .singleElement()
        .satisfies(change -> assertThat(change.path("kind").asText()).isEqualTo("config"));
    assertThat(terminal.run("changes", "--without=love").exitCode()).isEqualTo(ExitCodes.REFUSED);
    assertThat(terminal.run("sources", "--silent=2h").succeeded().err())
        .contains("no source has been silent");
    assertThat(terminal.run("sources", "--silent=0s", "--json").json()).isNotEmpty();
  }

  @Test
  void showTellsWhoWhatWhenWhereWhyAndTheDifference() {
    String id = Release.eventId(terminal, "configmap-12");

    String page = terminal.run("show", id).succeeded().out();

    assertThat(page.lines())
        .anyMatch(line -> line.equals("pool of checkout-config smaller"))
        .anyMatch(line -> line.matches("  what +config update"))
        .anyMatch(line -> line.matches("  when +" + release.config().time()))
        .anyMatch(
            line ->
                line.matches(
                    "  who +Grace H. \\(grace\\), user via kubectl; named by the platform's audit"
                        + " log"))
        .anyMatch(
            line ->
                line.matches(
                    "  where +checkout in prod, ConfigMap/checkout-config, cluster prod-eu1,"
                        + " namespace shop"))
        .anyMatch(line -> line.matches("  why +too many connections"))
        .anyMatch(line -> line.matches(" +see the incident"))
        .anyMatch(line -> line.matches("  ticket +OPS-7"))
        .anyMatch(line -> line.endsWith("~ /pool  9 → 2"))
        .anyMatch(line -> line.endsWith("- /mode  was \"fast\""))
        .anyMatch(line -> line.endsWith("+ /retries  3"));
  }

  @Test
  void showTellsWhereItCameFrom() {
    String id = Release.eventId(terminal, "deployment-9");

    String page = terminal.run("show", id).succeeded().out();
    String build = terminal.run("show", Release.eventId(terminal, "run-4711")).succeeded().out();

    assertThat(page)
        .contains("github-actions ci 4711")
        .contains("1.4.2 " + Release.DIGEST)
        .contains("run  https://github.com/acme/checkout/actions/runs/4711")
        .contains("4bf92f3577b34da6a3ce929d0e0e4736");
    assertThat(build)
        .contains("github.com/acme/checkout " + Release.REVISION + " on main by ada")
        .contains("pull request 17");
    assertThat(terminal.run("show", id, "--json").json().get(0).path("eventid").asText())
        .isEqualTo(id);
  }

  @Test
  void anEventThatIsNotThereSaysSo() {
    Terminal.Result nothing = terminal.run("show", "0123456789abcdef0123456789abcdef");
    Terminal.Result noId = terminal.run("show", "https://github.com/acme/checkout merge-17");

    assertThat(nothing.exitCode()).isEqualTo(ExitCodes.REFUSED);
    assertThat(nothing.err()).contains("there is no such event");
    assertThat(noId.exitCode()).isEqualTo(ExitCodes.USAGE);
    assertThat(noId.err()).contains("is not the id of an event").contains("changetrail query");
  }

  @Test
  void lineageLeadsFromTheCommitToProductionAndBack() {
    String id = Release.eventId(terminal, "deployment-9");
    List<String> back = terminal.run("lineage", id).succeeded().out().lines().toList();
    List<String> on =
        terminal.run("lineage", "--revision=4f0c1a9").succeeded().out().lines().toList();

    assertThat(back).hasSize(4);
    assertThat(back.get(1)).startsWith("commit").contains("Faster totals", "same revision");
    assertThat(back.get(2)).startsWith("build").contains("ci 4711 passed");
    assertThat(back.get(3)).startsWith("deployment").contains("checkout", "prod", "start");
    assertThat(on.get(3)).startsWith("deployment").contains("checkout 1.4.2 deployed to prod");
    JsonNode json = terminal.run("lineage", id, "--json").succeeded().json().get(0);
    assertThat(json.path("edges")).isNotEmpty();
  }

  @Test
  void lineageNamesWhatIsMissing() {
    String id = Release.eventId(terminal, "deployment-9");
    terminal
        .run(
            "emit",
            "--kind=deployment",
            "--action=deploy",
            "--service=lonely",
            "--environment=test",
            "--summary=lonely deployed by hand")
        .succeeded();

    Terminal.Result lonely = terminal.run("lineage", "--service=lonely");

    assertThat(lonely.succeeded().out()).contains("missing  commit: no event of the chain");
    assertThat(terminal.run("lineage", id).out()).doesNotContain("missing");
  }

  @Test
  void lineageNeedsOneBeginning() {
    assertThat(terminal.run("lineage").exitCode()).isEqualTo(ExitCodes.USAGE);
    assertThat(terminal.run("lineage", "some-event", "--flag=x").err())
        .contains("say where to begin");
  }

  @Test
  void stateShowsWhatWasInForceAndWhatBecameDifferent() {
    String[] state = {"state", "--service=checkout", "--environment=prod"};
    String before = "--at=" + release.config().time().minusSeconds(1);
    String since = "--from=" + release.config().time().minusSeconds(1);

    String now = terminal.run(state).succeeded().out();
    Terminal.Result then = terminal.run(with(state, before));
    String diff = terminal.run(with(state, since)).succeeded().out();

    assertThat(now)
        .contains("prod prod-eu1 shop ConfigMap/checkout-config")
        .contains("\"pool\" : 2");
    assertThat(then.succeeded().out()).doesNotContain("\"pool\" : 2");
    assertThat(diff).contains("checkout-config").contains("pool");
    assertThat(terminal.run(with(state, "--json")).json().get(0).path("resources")).hasSize(1);
  }

  private static String[] with(String[] arguments, String more) {
    String[] all = java.util.Arrays.copyOf(arguments, arguments.length + 1);
    all[arguments.length] = more;
    return all;
  }

  @Test
  void sourcesTellWhoReports() {
    Terminal.Result table = terminal.run("sources");

    assertThat(table.succeeded().out())
        .contains("https://github.com/acme/checkout")
        .contains("/kubernetes/prod-eu1")
        .contains("not counted");
    assertThat(terminal.run("sources", "--json").json())
        .extracting(source -> source.path("source").asText())
        .contains("/kubernetes/prod-eu1");
  }

  @Test
  void unmappedListsNamesThatTheCatalogueLacks() {
    Terminal.Result table = terminal.run("unmapped", "--from=-2h");

    assertThat(table.succeeded().out().lines())
        .anyMatch(line -> line.matches("service +checkout +\\d+ +-"))
        .anyMatch(line -> line.matches("environment +prod +\\d+ +-"));
    assertThat(terminal.run("unmapped", "--json").json().get(0).path("services")).isNotEmpty();
  }

  @Test
  void coloursAreForTerminalsOnly() {
    assertThat(terminal.run("query").out()).doesNotContain("\u001b");
    assertThat(Terminal.at(server.address()).coloured().run("query").out()).contains("\u001b[1m");
    assertThat(Terminal.at(server.address()).coloured().run("query", "--json").out())
        .doesNotContain("\u001b");
  }

  @Test
  void aTableFitsTheTerminal() {
    Terminal narrow = Terminal.at(server.address()).columns(140);

    assertThat(narrow.run("query").succeeded().out().lines())
        .allMatch(line -> line.length() <= 140)
        .anyMatch(line -> line.contains("…"));
  }
}
