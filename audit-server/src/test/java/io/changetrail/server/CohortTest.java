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
import io.changetrail.model.Resource;
import io.changetrail.model.Target;
import io.changetrail.model.diff.StructuralDiff;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Series whose labels tell who got a change and who did not. */
class CohortTest {
  @TempDir private Path data;

  private final Instant live =
      Instant.now().truncatedTo(ChronoUnit.MINUTES).minus(Duration.ofHours(2));

  @Test
  void R5_theVariantOfAFlagIsComparedWithTheOthers() throws Exception {
    JsonNode cohort =
        cohort(
            AuditEvent.builder(
                    new EventRef("/flagd/shop", "on"),
                    live,
                    Actor.user("grace", Actor.Evidence.DECLARED),
                    Change.of(ChangeKind.FEATURE_FLAG, Phase.OCCURRED, "update")
                        .state(
                            StructuralDiff.between(
                                Events.json("{\"defaultVariant\":\"old\"}"),
                                Events.json("{\"defaultVariant\":\"new\"}")))
                        .build())
                .target(
                    Target.service("checkout", "prod")
                        .withResource(new Resource(Resource.FEATURE_FLAG, "totals", null)))
                .build(),
            series("\"labels\":{\"variant\":\"new\"}", 0.2)
                + ","
                + series("\"labels\":{\"variant\":\"old\"}", 0.01));

    assertThat(cohort.path("value").asDouble()).isGreaterThan(0.99);
    assertThat(cohort.path("reason").asText()).contains("differs between those that got it");
  }

  @Test
  void R5_aPodThatWasChangedIsComparedWithTheOthers() throws Exception {
    JsonNode cohort =
        cohort(
            AuditEvent.builder(
                    new EventRef("/cluster/shop", "edit"),
                    live,
                    Actor.user("grace", Actor.Evidence.DECLARED),
                    Change.of(ChangeKind.CONFIG, Phase.OCCURRED, "update").build())
                .target(
                    Target.service("checkout", "prod")
                        .withResource(new Resource("Pod", "checkout-1", null)))
                .build(),
            series("\"instance\":\"checkout-1\"", 0.2)
                + ","
                + series("\"instance\":\"checkout-2\"", 0.01));

    assertThat(cohort.path("value").asDouble()).isGreaterThan(0.99);
  }

  private JsonNode cohort(AuditEvent change, String series) throws Exception {
    try (RunningServer server = RunningServer.start(data)) {
      server.store(change);
      JsonNode answer =
          server
              .post(
                  "/v1/correlate",
                  "application/json",
                  "{\"service\":\"checkout\",\"environment\":\"prod\",\"alertedAt\":\""
                      + live.plus(Duration.ofMinutes(8))
                      + "\",\"series\":["
                      + series
                      + "]}")
              .json();
      for (JsonNode factor : answer.path("suspects").path(0).path("factors")) {
        if (factor.path("name").asText().equals("cohort")) {
          return factor;
        }
      }
      throw new AssertionError("no cohort in " + answer);
    }
  }

  private String series(String identity, double after) {
    StringBuilder points = new StringBuilder();
    for (int minute = -60; minute < 30; minute++) {
      double value = (minute >= 1 ? after : 0.01) * (1 + 0.05 * (Math.floorMod(minute * 7, 5) - 2));
      points
          .append(points.isEmpty() ? "" : ",")
          .append("[")
          .append(live.plus(Duration.ofMinutes(minute)).getEpochSecond())
          .append(",")
          .append(value)
          .append("]");
    }
    return "{\"service\":\"checkout\",\"signal\":\"error_rate\","
        + identity
        + ",\"points\":["
        + points
        + "]}";
  }
}
