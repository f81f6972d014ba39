// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import io.changetrail.model.AuditEvent;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists the events that match. */
@Command(
    name = "query",
    header = "List the events that match, newest first.",
    footer = {
      "",
      "Examples:",
      "  changetrail query --service checkout --environment prod --from -2h",
      "  changetrail query --kind feature_flag path:rollout --json | jq .time",
      ""
    })
final class Query implements Callable<Integer> {
  private final Session session;
  @Mixin private final Remote remote;
  @Mixin private final Words words = new Words();
  @Mixin private final Filters filters = new Filters();
  @Mixin private final Paging paging;

  @Option(names = "--oldest-first", description = "Begin with the oldest.")
  private boolean oldestFirst;

  @Option(names = "--raw", description = "Each event as it was sent, amendments apart.")
  private boolean raw;

  private Query(Session session, Remote remote) {
    this.session = session;
    this.remote = remote;
    paging = new Paging(session);
  }

  static CommandLine command(Session session, Remote remote) {
    Query query = new Query(session, remote);
    CommandLine command = new CommandLine(query);
    query.filters.addFieldsTo(command.getCommandSpec());
    return command;
  }

  @Override
  public Integer call() {
    QueryString parameters = filters.parameters().with("q", words.q());
    parameters.with("order", oldestFirst ? "oldest_first" : null).with("view", raw ? "raw" : null);
    Output output = session.output();
    if (session.json()) {
      paging.each(remote, "/v1/events", parameters, "events", output::json, () -> {});
    } else {
      Table table = table();
      paging.each(
          remote,
          "/v1/events",
          parameters,
          "events",
          event -> table.row(row(ReceivedEvent.from(event))),
          () -> output.table(table));
    }
    return ExitCodes.OK;
  }

  private static Table table() {
    return new Table(
        6, "TIME", "SERVICE", "ENVIRONMENT", "KIND", "ACTION", "ACTOR", "SUMMARY", "ID");
  }

  private static List<Line> row(ReceivedEvent received) {
    AuditEvent event = received.event();
    Line summary =
        received.conflicting()
            ? Line.of("conflicting: ", Style.YELLOW).and(event.change().summary())
            : Line.of(event.change().summary());
    return List.of(
        Line.of(EventText.time(event.time()), Style.FAINT),
        Line.of(EventText.services(event.targets()), Style.BOLD),
        Line.of(EventText.environments(event.targets())),
        Line.of(event.change().kind().name(), Style.CYAN),
        EventText.action(event.change()),
        Line.of(EventText.actor(event)),
        summary,
        Line.of(received.eventId(), Style.FAINT));
  }
}
