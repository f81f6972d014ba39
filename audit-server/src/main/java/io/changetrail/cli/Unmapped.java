// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Lists the names that the catalogue does not know. */
@Command(
    name = "unmapped",
    header = "List names of services and environments that the catalogue does not know.",
    description = {
      "",
      "Add each to the catalogue, as a service or environment of its own or as an alias of one, in"
          + " its file or with `changetrail alias add`: events are found under the new name from"
          + " then on, the old ones too.",
      ""
    })
final class Unmapped implements Callable<Integer> {
  private final Session session;
  @Mixin private final Remote remote;
  @Mixin private final Filters filters = new Filters();

  private Unmapped(Session session, Remote remote) {
    this.session = session;
    this.remote = remote;
  }

  static CommandLine command(Session session, Remote remote) {
    Unmapped unmapped = new Unmapped(session, remote);
    CommandLine command = new CommandLine(unmapped);
    unmapped.filters.addFieldsTo(command.getCommandSpec());
    return command;
  }

  @Override
  public Integer call() {
    JsonNode answer = remote.connect().get("/v1/unmapped", filters.parameters());
    Output output = session.output();
    if (session.json()) {
      output.json(answer);
      return ExitCodes.OK;
    }
    Table table = new Table(1, "WHAT", "NAME", "EVENTS", "PERHAPS");
    add(table, "service", answer.path("services"));
    add(table, "environment", answer.path("environments"));
    if (answer.path("services").isEmpty() && answer.path("environments").isEmpty()) {
      output.note("the catalogue knows every name");
    } else {
      output.table(table);
    }
    return ExitCodes.OK;
  }

  private static void add(Table table, String what, JsonNode names) {
    for (JsonNode name : names) {
      table.row(
          List.of(
              Line.of(what, Style.CYAN),
              Line.of(name.path("name").asText(), Style.BOLD),
              Line.of(name.path("count").asText()),
              Line.of(name.path("suggestion").asText("-"))));
    }
  }
}
