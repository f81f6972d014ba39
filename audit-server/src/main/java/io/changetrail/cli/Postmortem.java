// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Writes down what a post-mortem needs. */
@Command(
    name = "postmortem",
    header = "Write down an incident: chain, suspects, timeline, links and gaps, as Markdown.",
    description = {
      "",
      "With --json the same as one JSON object. Of an incident, with what people said of it:",
      "changetrail correlations ID --postmortem",
      ""
    },
    footer = {
      "",
      "Example:",
      "  changetrail postmortem --service checkout --environment prod --at 02:03 > incident.md"
    })
final class Postmortem implements Callable<Integer> {
  private static final String PATH = "/v1/postmortem";

  private final Session session;
  @Mixin private final Remote remote;
  @Mixin private final AnomalyOptions anomaly;

  Postmortem(Session session, Remote remote) {
    this.session = session;
    this.remote = remote;
    anomaly = new AnomalyOptions(session);
  }

  @Override
  public Integer call() {
    byte[] question = anomaly.question().toString().getBytes(StandardCharsets.UTF_8);
    AuditServer server = remote.connect();
    if (session.json()) {
      session.output().json(server.post(PATH, "application/json", question));
    } else {
      server.text(PATH, question, "text/markdown").lines().forEach(session.output()::line);
    }
    return ExitCodes.OK;
  }
}
