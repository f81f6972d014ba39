// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.server.RunningServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Asking what broke it. */
class CorrelateTest {
  private static final String NOTHING =
      "{\"verdict\":\"none\",\"reason\":\"no recorded change explains this\",\"suspects\":[],"
          + "\"excluded\":[],\"searched\":{\"from\":\"2026-01-30T02:03:00Z\",\"to\":"
          + "\"2026-01-31T02:03:00Z\",\"candidates\":0,\"services\":[\"checkout\"],\"series\":1},"
          + "\"silentSources\":[\"/k8s/eu1\"]}";

  @TempDir private Path directory;

  @Test
  void theAnswerOfARealServerRanksTheChangeThatBrokeIt() throws Exception {
    Release release = new Release(Instant.now().minusSeconds(3600).truncatedTo(ChronoUnit.SECONDS));
    Release before = new Release(release.merged().minusSeconds(7200));
    Instant broken = release.config().time().plusSeconds(30);
    Path errors = directory.resolve("errors.csv");
    StringBuilder csv = new StringBuilder("time,value\n");
    for (int minute = -40; minute < 30; minute++) {
      csv.append(broken.plusSeconds(60L * minute)).append(',').append(minute < 0 ? 0.2 : 9.5);
      csv.append('\n');
    }
    Files.writeString(errors, csv);
    try (RunningServer server = RunningServer.start(directory.resolve("data"))) {
      Terminal terminal = Terminal.at(server.address());
      terminal
          .typing(Release.json(before.deployment()) + "\n" + Release.json(release.config()))
          .run("emit", "--file=-")
          .succeeded();
      String[] ask = {
        "correlate",
        "--service=checkout",
        "--environment=prod",
        "--signal=error_rate",
        "--at=" + broken.plusSeconds(300),
        "--for=5m",
        "--series=" + errors
      };

      String page = terminal.run(ask).succeeded().out();
      String[] json = java.util.Arrays.copyOf(ask, ask.length + 1);
      json[ask.length] = "--json";
      JsonNode answer = terminal.run(json).succeeded().json().get(0);

      JsonNode first = answer.path("suspects").path(0);
      assertThat(first.path("change").path("summary").asText())
          .isEqualTo("pool of checkout-config smaller");
      assertThat(first.path("factors")).isNotEmpty();
      assertThat(answer.path("searched").path("series").asInt()).isEqualTo(1);
      assertThat(page)
          .startsWith(answer.path("verdict").asText() + ": ")
          .contains("1. " + String.format(Locale.ROOT, "%.2f", first.path("score").asDouble()))
          .contains("onset proximity")
          .contains(first.path("factors").path(0).path("reason").asText());
    }
  }

  @Test
  void noExplanationIsAnAnswerAndMissingEventsAreSaid() throws Exception {
    try (ScriptedServer server = new ScriptedServer().thenJson(NOTHING)) {
      Terminal.Result answer =
          Terminal.at(server.address()).run("correlate", "--service=checkout", "--label=zone=a");

      assertThat(answer.succeeded().out())
          .startsWith("none: no recorded change explains this")
          .contains("events of /k8s/eu1 are missing");
      JsonNode question = Terminal.parse(server.asked().remove().body());
      assertThat(question.path("labels").path("zone").asText()).isEqualTo("a");
    }
  }

  private JsonNode seriesSent(String content, String... more) throws IOException {
    Path file = Files.writeString(directory.resolve("series"), content);
    try (ScriptedServer server = new ScriptedServer().thenJson(NOTHING)) {
      String[] ask = java.util.Arrays.copyOf(more, more.length + 3);
      ask[more.length] = "--service=checkout";
      ask[more.length + 1] = "--at=2026-01-31T02:03";
      ask[more.length + 2] = "--series=" + file;
      String[] all = new String[ask.length + 1];
      all[0] = "correlate";
      System.arraycopy(ask, 0, all, 1, ask.length);
      Terminal.at(server.address()).run(all).succeeded();
      return Terminal.parse(server.asked().remove().body()).path("series");
    }
  }

  @Test
  void anAnswerOfPrometheusIsUnderstood() throws Exception {
    JsonNode series =
        seriesSent(
            """
            {"status":"success","data":{"resultType":"matrix","result":[
              {"metric":{"__name__":"errors","service":"cart","pod":"cart-1","version":"1.2"},
               "values":[[1769824800,"0.25"],[1769824860,"NaN"]]},
              {"metric":{},"values":[[1769824800.5,"3"]]}]}}
            """,
            "--signal=error_rate");

    assertThat(series)
        .isEqualTo(
            Terminal.parse(
                """
                [{"service":"cart","instance":"cart-1","signal":"errors",
                  "labels":{"version":"1.2"},
                  "points":[[1769824800,"0.25"],[1769824860,"NaN"]]},
                 {"points":[[1769824800.5,"3"]],"service":"checkout","signal":"error_rate"}]
                """));
  }

  @Test
  void aTableHoldsAsManySeriesAsItsColumnsTellApart() throws Exception {
    JsonNode series =
        seriesSent(
            """
            time,instance,signal,"zone, or rack",value
            2026-01-31T02:00:00Z,a-1,latency,"x ""1""\",0.5
            1769824860,a-2,latency,,1e3
            2026-01-31T02:01:00Z,a-1,latency,"x ""1""\",NaN
            """);

    assertThat(series)
        .isEqualTo(
            Terminal.parse(
                """
                [{"instance":"a-1","signal":"latency","labels":{"zone, or rack":"x \\"1\\""},
                  "service":"checkout",
                  "points":[["2026-01-31T02:00:00Z",0.5],["2026-01-31T02:01:00Z","NaN"]]},
                 {"instance":"a-2","signal":"latency","service":"checkout",
                  "points":[[1769824860,1E+3]]}]
                """));
  }

  @Test
  void seriesInTheFormOfTheApiPassAsTheyAre() throws Exception {
    String series = "[{\"service\":\"cart\",\"signal\":\"errors\",\"points\":[[1769824800,0.25]]}]";

    assertThat(seriesSent(series)).isEqualTo(Terminal.parse(series));
    assertThat(seriesSent("{\"series\":" + series + "}")).isEqualTo(Terminal.parse(series));
  }

  private Terminal.Result refused(String content) throws IOException {
    Path file = Files.writeString(directory.resolve("series"), content);
    return new Terminal().run("correlate", "--service=checkout", "--series=" + file);
  }

  @Test
  void aFileThatCannotBeMeantIsRefusedWithTheReason() throws Exception {
    assertThat(refused("{\"series\":[").err()).contains("is not JSON at line 1");
    assertThat(refused("[{\"values\":[[1,1e3372036854775807]]}]").err())
        .contains("exponent is beyond a billion");
    assertThat(refused("when,what\n1,2").err()).contains("columns time and value");
    assertThat(refused("time,value\n1,2").err()).contains("add --signal NAME");
    assertThat(refused("time,signal,value\n1,x").err()).contains("2 cells in line 2 under 3");
    assertThat(refused("time,signal,value\n1769824860000,x,1").err()).contains("milliseconds");
    assertThat(refused("time,signal,value\n\"1,x,1").err()).contains("quotation mark in line 2");
    assertThat(refused("[]").err()).contains("has no series");
    assertThat(refused("[1]").err()).contains("no object");
    assertThat(refused("{\"data\":{\"result\":[{\"metric\":{},\"value\":[1,\"2\"]}]}}").err())
        .contains("query_range");
    assertThat(refused("[]").exitCode()).isEqualTo(ExitCodes.USAGE);
    assertThat(new Terminal().run("correlate", "--service=x", "--series=/none").err())
        .contains("cannot be read");
  }

  @Test
  void U4_aPostMortemHasTheChainItsProofsTheLinksAndTheGapsAsMarkdownAndAsJson() throws Exception {
    Release release = new Release(Instant.now().minusSeconds(3600).truncatedTo(ChronoUnit.SECONDS));
    try (RunningServer server = RunningServer.start(directory.resolve("data"))) {
      Terminal terminal = Terminal.at(server.address());
      terminal.typing(release.lines()).run("emit", "--file=-").succeeded();
      String[] ask = {
        "postmortem",
        "--service=checkout",
        "--environment=prod",
        "--at=" + release.config().time().plusSeconds(300)
      };

      String page = terminal.run(ask).succeeded().out();
      String[] json = java.util.Arrays.copyOf(ask, ask.length + 1);
      json[ask.length] = "--json";
      JsonNode answer = terminal.run(json).succeeded().json().get(0);

      assertThat(answer.path("chain")).isNotEmpty();
      assertThat(answer.path("chain"))
          .allSatisfy(step -> assertThat(step.at("/proof/leaf").asText()).matches("[0-9a-f]{64}"));
      assertThat(answer.path("chain")).extracting(step -> step.path("time").asText()).isSorted();
      assertThat(answer.path("timeline"))
          .hasSizeGreaterThanOrEqualTo(answer.path("suspects").size());
      assertThat(page)
          .startsWith("# Post-mortem")
          .contains("## Chain of the first suspect")
          .contains(answer.at("/chain/0/proof/leaf").asText())
          .contains("## Timeline", "## What is not known");
    }
  }
}
