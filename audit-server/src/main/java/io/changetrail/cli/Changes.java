// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists changes: the events of one change as one line. */
@Command(
    name = "changes",
    header = "List the changes that match, newest first: one line for all events of a change.",
    description = {"", "The last seven days unless --from or --to say otherwise.", ""},
    footer = {
      "",
      "Examples:",
      "  changetrail changes --environment prod --from -2h",
      "  changetrail changes --actor ada --json | jq .summary",
      "  changetrail changes --kind deployment --without finish --without approval",
      ""
    })
final class Changes implements Callable<Integer> {
  private final Session session;
  @Mixin private final Remote remote;
  @Mixin private final Words words = new Words();
  @Mixin private final Filters filters = new Filters();
  @Mixin private final Paging paging;

  @Option(
      names = "--without",
      paramLabel = "PART",
      description = "Only those that lack finish, commit, rollout or approval; any of several.")
  private List<String> without = List.of();

  private Changes(Session session, Remote remote) {
    this.session = session;
    this.remote = remote;
    paging = new Paging(session);
  }

  static CommandLine command(Session session, Remote remote) {
    Changes changes = new Changes(session, remote);
    CommandLine command = new CommandLine(changes);
    changes.filters.addFieldsTo(command.getCommandSpec());
    return command;
  }

  @Override
  public Integer call() {
    QueryString parameters = filters.parameters().withAll("without", without).with("q", words.q());
    Output output = session.output();
    if (session.json()) {
      paging.each(remote, "/v1/changes", parameters, "changes", output::json, () -> {});
    } else {
      Table table =
          new Table(
              6, "START", "SERVICE", "ENVIRONMENT", "KIND", "OUTCOME", "ACTOR", "SUMMARY", "EVENT");
      paging.each(
          remote,
          "/v1/changes",
          parameters,
          "changes",
          change -> table.row(row(ReceivedChange.from(change))),
          () -> output.table(table));
    }
    return ExitCodes.OK;
  }

  private static List<Line> row(ReceivedChange change) {
    return List.of(
        Line.of(EventText.time(change.start()), Style.FAINT),
        Line.of(EventText.several(change.services()), Style.BOLD),
        Line.of(EventText.several(change.environments())),
        Line.of(change.kind(), Style.CYAN),
        change.ended(),
        Line.of(change.actor()),
        Line.of(change.summary()),
        Line.of(EventText.several(change.events()), Style.FAINT));
  }
}
