// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Has the server read what happened before it listened. */
@Command(
    name = "backfill",
    header = "Read the history of a system that is configured at the server.",
    description = {
      "",
      "Of GitHub: deployments, workflow runs, merges, pushes and releases. What is known already stays"
          + " as it is, so it can be run again at any time. Needs a token with --admin.",
      "",
      "  changetrail backfill github --since 30d",
      ""
    })
final class Backfill implements Callable<Integer> {
  /** Reading many repositories takes as long as GitHub lets it. */
  private static final Duration PATIENCE = Duration.ofHours(1);

  private final Session session;
  @Mixin private final Remote remote;

  @Parameters(paramLabel = "SYSTEM", description = "github")
  private String system = "";

  @Option(
      names = "--since",
      paramLabel = "SPAN",
      required = true,
      description = "How far back, as in 30d.")
  private Duration since = Duration.ZERO;

  @Option(
      names = "--repository",
      paramLabel = "OWNER/NAME",
      description = "Only this one; may be repeated. Default: all that the App is installed on.")
  private List<String> repositories = List.of();

  Backfill(Session session, Remote remote) {
    this.session = session;
    this.remote = remote;
  }

  @Override
  public Integer call() {
    if (!system.equals("github")) {
      throw Failure.usage("'" + system + "' has no history that can be read", "say github");
    }
    StringBuilder path = new StringBuilder("/v1/github/backfill?since=");
    path.append(
        session.surroundings().clock().instant().minus(since).truncatedTo(ChronoUnit.SECONDS));
    for (String repository : repositories) {
      path.append("&repository=").append(URLEncoder.encode(repository, StandardCharsets.UTF_8));
    }
    JsonNode answer = remote.connect().postPatiently(path.toString(), PATIENCE);
    boolean failed = !answer.path("failed").isEmpty();
    if (session.json()) {
      session.output().json(answer);
    } else {
      session
          .output()
          .line(
              answer.path("stored").asInt()
                  + " events from the history of "
                  + answer.path("repositories").asInt()
                  + " repositories");
      for (JsonNode one : answer.path("failed")) {
        session.output().line(one.path("repository").asText() + ": " + one.path("detail").asText());
      }
    }
    return failed ? ExitCodes.REFUSED : ExitCodes.OK;
  }
}
