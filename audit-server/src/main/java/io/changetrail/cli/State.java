// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows what was in force at a moment, or what became different between two. */
@Command(
    name = "state",
    header = "Show what was in force at a moment, or what differs between two.",
    footer = {
      "",
      "Examples:",
      "  changetrail state --service checkout --environment prod --at 02:03",
      "  changetrail state --service checkout --environment prod --from -24h",
      ""
    })
final class State implements Callable<Integer> {
  private final Session session;
  @Mixin private final Remote remote;

  @Option(
      names = "--service",
      required = true,
      paramLabel = "NAME",
      description = "Any name that the catalogue knows for it.")
  private String service = "";

  @Option(names = "--environment", paramLabel = "NAME", description = "Any unless given.")
  private @Nullable String environment;

  @Option(names = "--at", paramLabel = "TIME", description = "The moment; now unless given.")
  private @Nullable Instant at;

  @Option(
      names = "--from",
      paramLabel = "TIME",
      description = "An earlier moment: show what became different since then.")
  private @Nullable Instant from;

  State(Session session, Remote remote) {
    this.session = session;
    this.remote = remote;
  }

  @Override
  public Integer call() {
    QueryString parameters =
        new QueryString()
            .with("service", service)
            .with("environment", environment)
            .with("at", at)
            .with("from", from);
    JsonNode answer = remote.connect().get("/v1/state", parameters);
    if (session.json()) {
      session.output().json(answer);
    } else if (answer.has("diff")) {
      printDiff(answer);
    } else {
      printStates(answer);
    }
    return ExitCodes.OK;
  }

  private void printStates(JsonNode answer) {
    Output output = session.output();
    if (answer.path("resources").isEmpty()) {
      output.note("no state is recorded of it");
    }
    for (JsonNode resource : answer.path("resources")) {
      output.line(
          Line.of(target(resource), Style.BOLD)
              .and("  since " + resource.path("since").asText(), Style.FAINT)
              .and("  by " + resource.path("source").asText(), Style.FAINT)
              .and(
                  resource.has("eventId") ? "  " + resource.path("eventId").asText() : "",
                  Style.FAINT));
      Output.indented(resource.path("state")).forEach(line -> output.line("  " + line));
    }
  }

  private void printDiff(JsonNode answer) {
    Output output = session.output();
    if (answer.path("diff").isEmpty()) {
      output.note("nothing became different");
    }
    for (JsonNode resource : answer.path("diff")) {
      String change = resource.path("change").asText();
      output.line(
          Line.of(change + " ", style(change))
              .and(target(resource), Style.BOLD)
              .and(": ")
              .and(resource.path("summary").asText())
              .and("  by " + resource.path("source").asText(), Style.FAINT));
      DiffText.ofPatch(resource.path("patch"))
          .forEach(line -> output.line(Line.of("  ").and(line)));
    }
  }

  private static Style style(String change) {
    return switch (change) {
      case "added" -> Style.GREEN;
      case "removed" -> Style.RED;
      default -> Style.YELLOW;
    };
  }

  /** Where it is, from its widest part to the object itself. */
  private static String target(JsonNode resource) {
    JsonNode target = resource.path("target");
    StringBuilder text = new StringBuilder();
    for (String part : new String[] {"environment", "region", "cluster", "namespace"}) {
      if (target.has(part)) {
        text.append(target.path(part).asText()).append(' ');
      }
    }
    JsonNode object = target.path("resource");
    return object.isObject()
        ? text + object.path("kind").asText() + "/" + object.path("name").asText()
        : text + target.path("service").asText();
  }
}
