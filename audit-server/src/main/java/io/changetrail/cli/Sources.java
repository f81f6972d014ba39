// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Lists who reports, when last, and what of theirs is missing. */
@Command(
    name = "sources",
    header = "List the sources: when they last reported, and whether events of theirs are missing.",
    description = {
      "",
      "COMPLETE says what a source's own numbers show: yes, how many are missing, not known (its"
          + " numbers began anew), or not counted.",
      "CLOCK says by how much its clock is ahead of the server's.",
      ""
    })
final class Sources implements Callable<Integer> {
  private final Session session;
  @Mixin private final Remote remote;

  Sources(Session session, Remote remote) {
    this.session = session;
    this.remote = remote;
  }

  @Override
  public Integer call() {
    JsonNode sources = remote.connect().get("/v1/sources", new QueryString()).path("sources");
    Output output = session.output();
    if (session.json()) {
      sources.forEach(output::json);
      return ExitCodes.OK;
    }
    if (sources.isEmpty()) {
      output.note("no source has reported yet");
      return ExitCodes.OK;
    }
    Table table = new Table(0, "SOURCE", "EVENTS", "LAST EVENT", "RECEIVED", "CLOCK", "COMPLETE");
    for (JsonNode source : sources) {
      table.row(
          List.of(
              Line.of(source.path("source").asText(), Style.BOLD),
              Line.of(source.path("events").asText()),
              Line.of(EventText.time(source.path("lastTime").asText())),
              Line.of(EventText.time(source.path("lastIngested").asText()), Style.FAINT),
              Line.of(source.path("clockOffset").asText("-")),
              complete(source)));
    }
    output.table(table);
    for (JsonNode source : sources) {
      for (JsonNode gap : source.path("gaps")) {
        output.line(
            Line.of("missing  ", Style.YELLOW)
                .and(source.path("source").asText())
                .and(
                    ": numbers "
                        + gap.path("first").asText()
                        + " to "
                        + gap.path("last").asText()
                        + " of installation ")
                .and(gap.path("installation").asText())
                .and(", epoch ")
                .and(gap.path("epoch").asText()));
      }
    }
    return ExitCodes.OK;
  }

  private static Line complete(JsonNode source) {
    String continuity = source.path("continuity").asText();
    return switch (continuity) {
      case "complete" -> Line.of("yes", Style.GREEN);
      case "gaps" -> Line.of(source.path("missing").asText() + " missing", Style.RED);
      case "unknown" -> Line.of("not known", Style.YELLOW);
      default -> Line.of(continuity, Style.FAINT);
    };
  }
}
