// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.model.AuditEvent;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows the chain from commit to production around an event, a commit, an artifact or a flag. */
@Command(
    name = "lineage",
    header = "Follow a change from commit over build and artifact to production, and back.",
    description = {"", "Begins at an event, or at all events that match the options.", ""},
    footer = {
      "",
      "Examples:",
      "  changetrail lineage --revision 4f0c1a9",
      "  changetrail lineage --service checkout --environment prod --from -2h",
      ""
    })
final class Lineage implements Callable<Integer> {
  private final Session session;
  @Mixin private final Remote remote;
  @Mixin private final Filters filters = new Filters();

  @Parameters(
      arity = "0..1",
      paramLabel = "EVENT",
      description = "Id of the event to begin at, as query and changes show it.")
  private @Nullable String event;

  @Option(names = "--flag", paramLabel = "KEY", description = "Key of a feature flag.")
  private @Nullable String flag;

  private Lineage(Session session, Remote remote) {
    this.session = session;
    this.remote = remote;
  }

  static CommandLine command(Session session, Remote remote) {
    Lineage lineage = new Lineage(session, remote);
    CommandLine command = new CommandLine(lineage);
    lineage.filters.addFieldsTo(command.getCommandSpec());
    return command;
  }

  @Override
  public Integer call() {
    QueryString parameters = filters.parameters().with("flag", flag);
    if (parameters.isEmpty() == (event == null)) {
      throw Failure.usage(
          "say where to begin: give either an event or options such as --revision",
          "see `changetrail lineage --help`");
    }
    JsonNode answer =
        remote
            .connect()
            .get(
                "/v1/lineage",
                parameters.with("event", event == null ? null : EventArgument.checked(event)));
    if (session.json()) {
      session.output().json(answer);
    } else {
      print(answer);
    }
    return ExitCodes.OK;
  }

  private void print(JsonNode answer) {
    Output output = session.output();
    if (answer.path("steps").isEmpty()) {
      output.note("no event matches");
      return;
    }
    Table table =
        new Table(
            6,
            "STAGE",
            "TIME",
            "SERVICE",
            "ENVIRONMENT",
            "ACTION",
            "ACTOR",
            "SUMMARY",
            "BY",
            "EVENT");
    for (JsonNode step : answer.path("steps")) {
      ReceivedEvent received = ReceivedEvent.from(step.path("event"));
      AuditEvent at = received.event();
      table.row(
          List.of(
              Line.of(step.path("stage").asText(), Style.CYAN),
              Line.of(EventText.time(at.time()), Style.FAINT),
              Line.of(EventText.services(at.targets()), Style.BOLD),
              Line.of(EventText.environments(at.targets())),
              EventText.action(at.change()),
              Line.of(EventText.actor(at)),
              Line.of(at.change().summary()),
              Line.of(step.path("relation").asText()),
              Line.of(received.eventId(), Style.FAINT)));
    }
    output.table(table);
    for (JsonNode missing : answer.path("missing")) {
      output.line(Line.of("missing  ", Style.YELLOW).and(missing.asText()));
    }
  }
}
