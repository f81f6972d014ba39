// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says of a suspect that it was the cause, or was not. */
@Command(
    name = "feedback",
    header = "Say that a change caused an incident, or did not; the suspects are ranked anew.",
    description = {"", "What you say is kept as an event with the name of your credential.", ""},
    footer = {
      "",
      "Examples:",
      "  changetrail feedback 41dc1717b242834faf56d43071c2d3fc f4944ee25d4d5fb051d4c6000552d43b --cause",
      "  changetrail feedback 41dc1717b242834faf56d43071c2d3fc 255f913b8c896d62588d95b571b62227 --not"
          + " --reason \"it was rolled back before\"",
      ""
    })
final class FeedbackCommand implements Callable<Integer> {
  private final Session session;
  @Mixin private final Remote remote;

  @Parameters(index = "0", paramLabel = "INCIDENT", description = "As `correlations` lists it.")
  private String incident = "";

  @Parameters(index = "1", paramLabel = "CHANGE", description = "The event of a suspect.")
  private String change = "";

  @ArgGroup(multiplicity = "1")
  private Word word = new Word();

  @Option(names = "--reason", paramLabel = "TEXT", description = "How you know.")
  private @Nullable String reason;

  /** One of the two. */
  static final class Word {
    @Option(names = "--cause", required = true, description = "It was this one.")
    private boolean cause;

    @Option(names = "--not", required = true, description = "It was not this one.")
    private boolean not;
  }

  FeedbackCommand(Session session, Remote remote) {
    this.session = session;
    this.remote = remote;
  }

  @Override
  public Integer call() {
    ObjectNode feedback = JsonNodeFactory.instance.objectNode();
    feedback.put("change", change);
    feedback.put("cause", word.cause && !word.not);
    if (reason != null) {
      feedback.put("reason", reason);
    }
    JsonNode correlation =
        remote
            .connect()
            .post(
                "/v1/correlations/" + EventArgument.checked(incident) + "/feedback",
                "application/json",
                feedback.toString().getBytes(StandardCharsets.UTF_8));
    Correlations.show(session.output(), correlation, session.json());
    return ExitCodes.OK;
  }
}
