// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists who reports, when last, and what of theirs is missing. */
@Command(
    name = "sources",
    header = "List the sources: when they last reported, and whether events of theirs are missing.",
    description = {
      "",
      "COMPLETE says what a source's own numbers show: yes, how many are missing or still behind,"
          + " not known (its numbers began anew), or not counted.",
      "LAG is how long its last event took from happening to coming in; CLOCK by how much its clock"
          + " is ahead of the server's. A silent source misses the heartbeat that it promised.",
      ""
    })
final class Sources implements Callable<Integer> {
  private final Session session;
  @Mixin private final Remote remote;

  @Option(
      names = "--silent",
      paramLabel = "SPAN",
      description = "Only those of which nothing came for longer, for example 2h.")
  private @Nullable Duration silent;

  Sources(Session session, Remote remote) {
    this.session = session;
    this.remote = remote;
  }

  @Override
  public Integer call() {
    JsonNode sources =
        remote
            .connect()
            .get("/v1/sources", new QueryString().with("silent", silent))
            .path("sources");
    Output output = session.output();
    if (session.json()) {
      sources.forEach(output::json);
      return ExitCodes.OK;
    }
    if (sources.isEmpty()) {
      output.note(
          silent == null ? "no source has reported yet" : "no source has been silent for so long");
      return ExitCodes.OK;
    }
    Table table =
        new Table(
            0, "SOURCE", "EVENTS", "LAST EVENT", "RECEIVED", "LAG", "CLOCK", "SILENT", "COMPLETE");
    for (JsonNode source : sources) {
      table.row(
          List.of(
              Line.of(source.path("source").asText(), Style.BOLD),
              Line.of(source.path("events").asText()),
              Line.of(time(source, "lastTime")),
              Line.of(time(source, "lastIngested"), Style.FAINT),
              Line.of(span(source, "lag")),
              Line.of(span(source, "clockOffset")),
              silent(source),
              complete(source)));
    }
    output.table(table);
    for (JsonNode source : sources) {
      for (JsonNode gap : source.path("gaps")) {
        output.line(gap(source.path("source").asText(), gap));
      }
    }
    return ExitCodes.OK;
  }

  private static String time(JsonNode json, String field) {
    return json.has(field) ? EventText.time(json.path(field).asText()) : "-";
  }

  /** A length of time as people say it; of a long one hours and minutes are enough. */
  private static String span(JsonNode json, String field) {
    if (!json.has(field)) {
      return "-";
    }
    Duration span = Duration.parse(json.path(field).asText());
    Duration length = span.abs();
    String words =
        length.toMinutes() == 0
            ? length.toSeconds() + " s"
            : length.toHours() == 0
                ? length.toMinutes() + " min " + length.toSecondsPart() + " s"
                : length.toHours() + " h " + length.toMinutesPart() + " min";
    return span.isNegative() ? "-" + words : words;
  }

  private static Line gap(String source, JsonNode gap) {
    Line line =
        Line.of("missing  ", Style.YELLOW)
            .and(source)
            .and(": numbers " + gap.path("first").asText() + " to " + gap.path("last").asText());
    if (gap.has("after")) {
      line = line.and(" after " + time(gap, "after"));
    }
    if (gap.has("before")) {
      line = line.and(" before " + time(gap, "before"));
    }
    if (gap.has("reason")) {
      line = line.and(": ").and(gap.path("reason").asText());
    }
    return line.and(" (installation ")
        .and(gap.path("installation").asText())
        .and(", epoch ")
        .and(gap.path("epoch").asText())
        .and(")");
  }

  private static Line silent(JsonNode source) {
    return source.has("silentSince")
        ? Line.of("since " + time(source, "silentSince"), Style.RED)
        : Line.of("-");
  }

  private static Line complete(JsonNode source) {
    String continuity = source.path("continuity").asText();
    return switch (continuity) {
      case "complete" ->
          source.path("behind").asLong() == 0
              ? Line.of("yes", Style.GREEN)
              : Line.of(source.path("behind").asText() + " behind", Style.YELLOW);
      case "gaps" -> Line.of(source.path("missing").asText() + " missing", Style.RED);
      case "unknown" -> Line.of("not known", Style.YELLOW);
      default -> Line.of(continuity, Style.FAINT);
    };
  }
}
