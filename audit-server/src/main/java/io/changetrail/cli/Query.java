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
  /** What the server gives at most in one answer. */
  private static final int PAGE = 500;

  private final Session session;
  @Mixin private final Remote remote;
  @Mixin private final Filters filters = new Filters();

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "50",
      description = "Stop after so many events; ${DEFAULT-VALUE} unless given.")
  private int limit;

  @Option(names = "--oldest-first", description = "Begin with the oldest.")
  private boolean oldestFirst;

  @Option(names = "--raw", description = "Each event as it was sent, amendments apart.")
  private boolean raw;

  @Option(
      names = "--cursor",
      paramLabel = "CURSOR",
      description = "Go on where an earlier answer stopped.")
  private @Nullable String cursor;

  @Option(
      names = "--url",
      description = "Print a URL that gives this answer, to share; ask nothing.")
  private boolean urlOnly;

  private Query(Session session, Remote remote) {
    this.session = session;
    this.remote = remote;
  }

  static CommandLine command(Session session, Remote remote) {
    Query query = new Query(session, remote);
    CommandLine command = new CommandLine(query);
    query.filters.addFieldsTo(command.getCommandSpec());
    return command;
  }

  @Override
  public Integer call() {
    if (limit < 1) {
      throw Failure.usage("--limit must be at least 1", null);
    }
    Output output = session.output();
    QueryString parameters = filters.parameters();
    parameters.with("order", oldestFirst ? "oldest_first" : null).with("view", raw ? "raw" : null);
    if (urlOnly) {
      output.line(
          remote.address() + "/v1/events" + parameters.with("limit", Math.min(limit, PAGE)));
      return ExitCodes.OK;
    }
    AuditServer server = remote.connect();
    Table table = table();
    String next = cursor;
    int shown = 0;
    do {
      QueryString page = parameters.copy();
      page.with("limit", Math.min(limit - shown, PAGE)).with("cursor", next);
      JsonNode answer = server.get("/v1/events", page);
      for (JsonNode event : answer.path("events")) {
        show(event, table);
        shown++;
      }
      next = answer.path("nextCursor").asText(null);
    } while (next != null && shown < limit && !output.isClosed());
    finish(table, shown, next);
    return ExitCodes.OK;
  }

  private void show(JsonNode event, Table table) {
    if (session.json()) {
      session.output().json(event);
    } else {
      table.row(row(ReceivedEvent.from(event)));
    }
  }

  private void finish(Table table, int shown, @Nullable String next) {
    Output output = session.output();
    if (!session.json() && shown > 0) {
      output.table(table);
    }
    if (shown == 0) {
      output.note("no event matches");
    } else if (next != null) {
      output.note(
          Line.of("there are more: add --cursor " + next + ", or a higher --limit", Style.FAINT));
    }
  }

  static Table table() {
    return new Table(
        6, "TIME", "SERVICE", "ENVIRONMENT", "KIND", "ACTION", "ACTOR", "SUMMARY", "ID");
  }

  static List<Line> row(ReceivedEvent received) {
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
