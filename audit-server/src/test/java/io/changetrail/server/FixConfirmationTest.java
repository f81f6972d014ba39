// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Phase;
import io.changetrail.model.Provenance;
import io.changetrail.model.Resource;
import io.changetrail.model.Target;
import io.changetrail.model.diff.StructuralDiff;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** After a rollback the metrics say whether the right change was blamed. */
class FixConfirmationTest {
  @TempDir private Path data;

  /** When the bad version went live. */
  private final Instant live =
      Instant.now().truncatedTo(ChronoUnit.MINUTES).minus(Duration.ofHours(2));

  private final Instant rolledBack = live.plus(Duration.ofMinutes(30));
  private RunningServer server;

  @BeforeEach
  void start() throws Exception {
    server = RunningServer.start(data);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static AuditEvent version(String id, Instant time, String version) {
    return Events.deployment(id, time, "checkout", "prod")
        .provenance(
            new Provenance(null, null, List.of(new Provenance.Artifact(null, null, version))))
        .build();
  }

  private AuditEvent flag(String id, Instant time, boolean on) {
    return AuditEvent.builder(
            new EventRef("https://app.launchdarkly.com", id),
            time,
            Actor.user("grace", Actor.Evidence.DECLARED),
            Change.of(ChangeKind.FEATURE_FLAG, Phase.OCCURRED, "update")
                .state(
                    StructuralDiff.between(
                        Events.json("{\"on\":" + !on + "}"), Events.json("{\"on\":" + on + "}")))
                .summary(id)
                .build())
        .target(
            Target.service("checkout", "prod")
                .withResource(new Resource(Resource.FEATURE_FLAG, "new-totals", null)))
        .build();
  }

  /** Errors that rise when the bad version goes live, and fall at a moment, if at all. */
  private String errors(Instant recovered) {
    StringBuilder points = new StringBuilder();
    for (int minute = -150; minute < 100; minute++) {
      Instant at = live.plus(Duration.ofMinutes(minute));
      boolean bad = minute >= 1 && at.isBefore(recovered);
      double value = (bad ? 0.2 : 0.01) * (1 + 0.05 * (Math.floorMod(minute * 7, 5) - 2));
      points
          .append(points.isEmpty() ? "" : ",")
          .append("[")
          .append(at.getEpochSecond())
          .append(",")
          .append(value)
          .append("]");
    }
    return "[{\"service\":\"checkout\",\"signal\":\"error_rate\",\"points\":[" + points + "]}]";
  }

  /** The suspect with that summary, where the errors ended at that moment. */
  private JsonNode suspect(String summary, Instant recovered) throws Exception {
    JsonNode answer =
        server
            .post(
                "/v1/correlate",
                "application/json",
                "{\"service\":\"checkout\",\"environment\":\"prod\",\"alertedAt\":\""
                    + live.plus(Duration.ofMinutes(8))
                    + "\",\"series\":"
                    + errors(recovered)
                    + "}")
            .json();
    for (JsonNode suspect : answer.path("suspects")) {
      if (suspect.at("/change/summary").asText().contains(summary)
          && !suspect.at("/change/rollback").asBoolean()
          && suspect.at("/change/start").asText().equals(live.toString())) {
        return suspect;
      }
    }
    throw new AssertionError("no suspect " + summary + " in " + answer);
  }

  private void aRollbackMovesTheVerdict(String summary, AuditEvent rollback) throws Exception {
    double before = suspect(summary, Instant.MAX).path("score").asDouble();

    server.store(rollback);

    JsonNode helped = suspect(summary, rolledBack.plusSeconds(60));
    JsonNode didNotHelp = suspect(summary, Instant.MAX);
    assertThat(helped.path("score").asDouble()).isGreaterThan(before);
    assertThat(helped.path("factors").toString()).contains("and back when it was rolled back");
    assertThat(didNotHelp.path("score").asDouble()).isLessThan(before);
    assertThat(didNotHelp.path("factors").toString())
        .contains("and not back when it was rolled back");
  }

  @Test
  void R9_recoveryAfterARollbackRaisesTheBlamedDeploymentAndNoRecoveryLowersIt() throws Exception {
    server.store(
        version("one", live.minus(Duration.ofHours(20)), "1.4.1"), version("two", live, "1.4.2"));

    aRollbackMovesTheVerdict("checkout", version("back", rolledBack, "1.4.1"));
  }

  @Test
  void R9_aRevertedFlagIsJudgedLikewise() throws Exception {
    server.store(flag("on", live, true));

    aRollbackMovesTheVerdict("on", flag("off", rolledBack, false));
  }
}
