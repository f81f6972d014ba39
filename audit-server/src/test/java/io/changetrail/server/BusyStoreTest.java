// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.server.access.Tenants;
import io.changetrail.store.AuditStore;
import io.changetrail.store.AuditStoreProvider;
import io.changetrail.store.NewEvent;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** More changes in a day than a question about a moment reads. */
class BusyStoreTest {
  private static final int CHANGES = 6_000;

  /** More than a list of changes reads at once. */
  private static final int LISTED = 21_000;

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
      assertThat(answer.json().path("moreSuspects").asInt()).isGreaterThan(100);
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
          .isEqualTo(251);
    }
  }

  @Test
  void whatCameAfterTheAlertTakesNoPlaceOfWhatCameBefore() throws Exception {
    try (RunningServer server = RunningServer.start(data)) {
      server.store(Events.deployment("cause", alert.minusSeconds(120), "billing", "prod").build());
      for (int from = 0; from < 2_000; from += AuditStore.MAX_PAGE) {
        server.store(
            IntStream.range(from, from + AuditStore.MAX_PAGE)
                .mapToObj(
                    i ->
                        Events.deployment("l" + i, alert.plusSeconds(60 + i), "shop-" + i, "prod")
                            .build())
                .toArray(AuditEvent[]::new));
      }

      JsonNode answer =
          server
              .post(
                  "/v1/correlate",
                  "application/json",
                  "{\"service\":\"checkout\",\"environment\":\"prod\",\"alertedAt\":\""
                      + alert
                      + "\"}")
              .json();

      assertThat(answer.at("/suspects/0/change/services").toString()).isEqualTo("[\"billing\"]");
      assertThat(answer.path("notes").toString()).doesNotContain("too many");
    }
  }

  @Test
  void whatWasNotReadOfTheServiceItselfIsSaidToo() throws Exception {
    try (RunningServer server = RunningServer.start(data)) {
      server.store(
          IntStream.range(0, 600)
              .mapToObj(
                  i ->
                      Events.deployment(
                              "own" + i, alert.minusSeconds(60 + 12L * i), "checkout", "prod")
                          .build())
              .toArray(AuditEvent[]::new));

      JsonNode answer =
          server
              .post(
                  "/v1/correlate",
                  "application/json",
                  "{\"service\":\"checkout\",\"environment\":\"prod\",\"alertedAt\":\""
                      + alert
                      + "\"}")
              .json();

      assertThat(answer.path("notes").toString())
          .contains(
              "changes before " + alert.minusSeconds(60 + 12L * 249),
              "of those none before " + alert.minusSeconds(60 + 12L * 499));
    }
  }

  @Test
  void moreEventsThanAreReadAtOnceAreListedFromPageToPage() throws Exception {
    fill();
    try (RunningServer server = RunningServer.start(data)) {
      Set<String> found = new HashSet<>();
      String cursor = "";
      int pages = 0;
      do {
        RunningServer.Answer page =
            server.get(
                "/v1/changes?service=shop-7&environment=prod&limit=1000&from="
                    + alert.minus(Duration.ofDays(5))
                    + "&to="
                    + alert
                    + cursor);
        assertThat(page.status()).as(page.text()).isEqualTo(200);
        page.json()
            .path("changes")
            .forEach(change -> assertThat(found.add(change.path("id").asText())).isTrue());
        JsonNode next = page.json().path("nextCursor");
        cursor = next.isNull() ? "" : "&cursor=" + next.asText();
        pages++;
      } while (!cursor.isEmpty() && pages < 10);

      assertThat(pages).isBetween(2, 4);
      assertThat(found).hasSize(LISTED / 50);
    }
  }

  /** Straight into the store, which is much faster than through the server. */
  private void fill() throws Exception {
    URI uri = URI.create("embedded:" + Files.createDirectories(data.resolve("store")));
    try (AuditStore store = AuditStoreProvider.forUri(uri).open(uri, Clock.systemUTC())) {
      for (int from = 0; from < LISTED; from += AuditStore.MAX_PAGE) {
        store.append(
            IntStream.range(from, from + AuditStore.MAX_PAGE)
                .mapToObj(i -> NewEvent.of(Tenants.DEFAULT, other(i), alert))
                .toList());
      }
    }
  }

  private AuditEvent other(int i) {
    return Events.deployment(
            "other" + i, alert.minusSeconds(600).minusSeconds(12L * i), "shop-" + i % 50, "prod")
        .build();
  }
}
