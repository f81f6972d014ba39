// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows everything that is known of one event. */
@Command(
    name = "show",
    header = "Show one event: who, what, when, where and why, its diff and where it came from.")
final class Show implements Callable<Integer> {
  private final Session session;
  @Mixin private final Remote remote;

  @Parameters(paramLabel = "EVENT", description = "Its id, as query and changes show it.")
  private String event = "";

  @Option(names = "--raw", description = "As it was sent, without what later events added.")
  private boolean raw;

  Show(Session session, Remote remote) {
    this.session = session;
    this.remote = remote;
  }

  @Override
  public Integer call() {
    QueryString parameters = new QueryString().with("view", raw ? "raw" : null);
    JsonNode answer =
        remote.connect().get("/v1/events/" + EventArgument.checked(event), parameters);
    if (session.json()) {
      session.output().json(answer);
    } else {
      session.output().lines(EventPage.of(ReceivedEvent.from(answer)));
    }
    return ExitCodes.OK;
  }
}
