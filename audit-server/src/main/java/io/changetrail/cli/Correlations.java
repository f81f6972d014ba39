// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists incidents, or shows one with the answer to which change did it. */
@Command(
    name = "correlations",
    header = "List the latest incidents, or show one with the changes that may have caused it.",
    footer = {
      "",
      "Examples:",
      "  changetrail correlations",
      "  changetrail correlations 41dc1717b242834faf56d43071c2d3fc",
      "  changetrail correlations 41dc1717b242834faf56d43071c2d3fc --postmortem > incident.md",
      ""
    })
final class Correlations implements Callable<Integer> {
  private final Session session;
  @Mixin private final Remote remote;

  @Parameters(arity = "0..1", paramLabel = "ID", description = "Of an incident, as the list shows.")
  private @Nullable String id;

  @Option(
      names = "--postmortem",
      description = "Write the one of that id down, as Markdown or with --json as one object.")
  private boolean postmortem;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "20",
      description = "So many at most; ${DEFAULT-VALUE} unless given.")
  private int limit;

  Correlations(Session session, Remote remote) {
    this.session = session;
    this.remote = remote;
  }

  @Override
  public Integer call() {
    Output output = session.output();
    if (id != null) {
      AuditServer server = remote.connect();
      String path = "/v1/correlations/" + EventArgument.checked(id);
      if (postmortem && !session.json()) {
        server.text(path + "/postmortem", null, "text/markdown").lines().forEach(output::line);
        return ExitCodes.OK;
      }
      JsonNode correlation =
          server.get(postmortem ? path + "/postmortem" : path, new QueryString());
      show(output, correlation, session.json());
      return ExitCodes.OK;
    }
    if (postmortem) {
      throw Failure.usage(
          "--postmortem is of one incident", "name it by its id, as the list shows it");
    }
    JsonNode list =
        remote
            .connect()
            .get("/v1/correlations", new QueryString().with("limit", limit))
            .path("correlations");
    if (session.json()) {
      list.forEach(output::json);
      return ExitCodes.OK;
    }
    if (list.isEmpty()) {
      output.note("no incident was detected");
      return ExitCodes.OK;
    }
    Table table = new Table(4, "START", "STATUS", "SERVICE", "ENVIRONMENT", "SUMMARY", "ID");
    for (JsonNode incident : list) {
      table.row(
          List.of(
              Line.of(EventText.time(incident.path("start").asText()), Style.FAINT),
              status(incident),
              Line.of(EventText.several(texts(incident.path("services"))), Style.BOLD),
              Line.of(EventText.several(texts(incident.path("environments")))),
              Line.of(incident.path("summary").asText()),
              Line.of(incident.path("id").asText(), Style.FAINT)));
    }
    output.table(table);
    return ExitCodes.OK;
  }

  /** An incident with its answer. */
  static void show(Output output, JsonNode correlation, boolean asJson) {
    if (asJson) {
      output.json(correlation);
      return;
    }
    output.line(
        status(correlation).and("  ").and(correlation.path("summary").asText(), Style.BOLD));
    if (correlation.has("answer")) {
      output.lines(AnswerPage.of(correlation.path("answer")));
    } else {
      output.note("no answer: the incident names no service");
    }
  }

  private static Line status(JsonNode incident) {
    String status = incident.path("status").asText();
    return Line.of(status, status.equals("firing") ? Style.RED : Style.GREEN);
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(text -> texts.add(text.asText()));
    return texts;
  }
}
