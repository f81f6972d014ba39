// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.store.AuditStore;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** More changes in a day than a question about a moment reads. */
class BusyStoreTest {
  private static final int CHANGES = 6_000;

  @TempDir private Path data;

  private final Instant alert =
      Instant.now().truncatedTo(ChronoUnit.MINUTES).minus(Duration.ofHours(1));

  @Test
  void aBusyStoreAnswersWithTheLatestAndSaysWhatItLeftOut() throws Exception {
    try (RunningServer server = RunningServer.start(data)) {
      for (int from = 0; from < CHANGES; from += AuditStore.MAX_PAGE) {
        server.store(
            IntStream.range(from, from + AuditStore.MAX_PAGE)
                .mapToObj(this::other)
                .toArray(AuditEvent[]::new));
      }
      server.store(Events.deployment("cause", alert.minusSeconds(300), "checkout", "prod").build());
      // Behind thousands of changes of other services.
      server.store(
          Events.deployment("older", alert.minus(Duration.ofHours(4)), "billing", "prod").build());

      RunningServer.Answer answer =
          server.post(
              "/v1/correlate",
              "application/json",
              "{\"service\":\"checkout\",\"environment\":\"prod\",\"alertedAt\":\""
                  + alert
                  + "\"}");

      assertThat(answer.status()).as(answer.text()).isEqualTo(200);
      JsonNode first = answer.json().path("suspects").path(0).path("change");
      assertThat(first.path("services").path(0).asText()).isEqualTo("checkout");
      assertThat(answer.json().path("suspects")).hasSizeLessThanOrEqualTo(100);
      assertThat(answer.json().path("moreSuspects").asInt()).isGreaterThan(800);
      assertThat(answer.json().path("notes").toString()).contains("too many events");
      RunningServer.Answer change = server.get("/v1/changes/" + first.path("id").asText());
      assertThat(change.status()).as(change.text()).isEqualTo(200);
      assertThat(change.json().path("id")).isEqualTo(first.path("id"));

      RunningServer.Answer ofBilling =
          server.post(
              "/v1/correlate",
              "application/json",
              "{\"service\":\"billing\",\"environment\":\"prod\",\"alertedAt\":\"" + alert + "\"}");
      assertThat(
              ofBilling.json().path("suspects").size()
                  + ofBilling.json().path("moreSuspects").asInt())
          .as("the nearest of all, and what lies further back of the service itself")
          .isEqualTo(1_001);
    }
  }

  private AuditEvent other(int i) {
    return Events.deployment(
            "other" + i, alert.minusSeconds(600).minusSeconds(12L * i), "shop-" + i % 50, "prod")
        .build();
  }
}
