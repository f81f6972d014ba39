// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Asks which change explains an alert. */
@Command(
    name = "correlate",
    header = "Ask which change explains an alert: ranked suspects, each with its evidence.",
    description = {
      "",
      "Ends with 0 whatever the verdict; with --json the answer has \"verdict\": explained,"
          + " ambiguous or none.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  changetrail correlate --service checkout --environment prod --at 02:03 --for 5m",
      "  changetrail correlate --service checkout --signal error_rate --series errors.csv",
      ""
    })
final class Correlate implements Callable<Integer> {
  private final Session session;
  @Mixin private final Remote remote;

  @Mixin private final AnomalyOptions anomaly;

  Correlate(Session session, Remote remote) {
    this.session = session;
    this.remote = remote;
    anomaly = new AnomalyOptions(session);
  }

  @Override
  public Integer call() {
    JsonNode answer =
        remote
            .connect()
            .post(
                "/v1/correlate",
                "application/json",
                anomaly.question().toString().getBytes(StandardCharsets.UTF_8));
    if (session.json()) {
      session.output().json(answer);
    } else {
      session.output().lines(AnswerPage.of(answer));
    }
    return ExitCodes.OK;
  }
}
