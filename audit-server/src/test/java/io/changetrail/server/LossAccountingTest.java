// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Origin;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the server says of loss, from the numbers and the declarations of its producers. */
class LossAccountingTest {
  private final Instant start = Instant.now().truncatedTo(ChronoUnit.SECONDS);

  @TempDir private Path data;
  private volatile Instant now = start;
  private RunningServer server;

  @BeforeEach
  void serve() throws Exception {
    server = RunningServer.start(data, () -> now);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  /** The event with this number, which happened as many seconds after the start. */
  private AuditEvent numbered(String epoch, long number, String id) {
    return numbered(epoch, number, id, null, null);
  }

  private AuditEvent numbered(
      String epoch, long number, String id, @Nullable String before, @Nullable Long last) {
    return Events.deployment(id, start.plusSeconds(number), "checkout", "prod")
        .origin(new Origin("runner", null, epoch, number, before, last))
        .build();
  }

  private JsonNode source() throws Exception {
    JsonNode sources = server.get("/v1/sources").json().path("sources");
    assertThat(sources).hasSize(1);
    return sources.get(0);
  }

  private JsonNode declare(String fields) throws Exception {
    RunningServer.Answer answer =
        server.post(
            "/v1/declarations",
            "application/json",
            "{\"declarations\":[{\"source\":\""
                + Events.GITHUB
                + "\",\"installation\":\"runner\","
                + fields
                + "}]}");
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return answer.json();
  }

  private String metric(String name) throws Exception {
    return server
        .get("/metrics")
        .text()
        .lines()
        .filter(line -> line.startsWith(name + "{") && line.contains(Events.GITHUB))
        .map(line -> line.substring(line.lastIndexOf(' ') + 1))
        .findFirst()
        .orElse("absent");
  }

  @Test
  void T4_aGapIsSeenAtOnceWithItsTimes() throws Exception {
    server.store(numbered("e1", 1, "a"), numbered("e1", 2, "b"), numbered("e1", 6, "c"));

    JsonNode source = source();
    assertThat(source.path("continuity").asText()).isEqualTo("gaps");
    assertThat(source.path("missing").asInt()).isEqualTo(3);
    JsonNode gap = source.path("gaps").get(0);
    assertThat(gap.path("first").asInt()).isEqualTo(3);
    assertThat(gap.path("last").asInt()).isEqualTo(5);
    assertThat(gap.path("after").asText()).isEqualTo(start.plusSeconds(2).toString());
    assertThat(gap.path("before").asText()).isEqualTo(start.plusSeconds(6).toString());
    assertThat(metric("changetrail_source_missing_events")).isEqualTo("3.0");

    server.store(numbered("e1", 4, "d"));
    assertThat(source().path("gaps"))
        .extracting(each -> each.path("first").asInt() + "-" + each.path("last").asInt())
        .containsExactly("3-3", "5-5");
    server.store(numbered("e1", 3, "e"), numbered("e1", 5, "f"));
    assertThat(source().path("continuity").asText()).isEqualTo("complete");
    assertThat(metric("changetrail_source_missing_events")).isEqualTo("0.0");
  }

  @Test
  void T4_moreLossThanCanBeCountedIsNoneTheLess() throws Exception {
    for (String epoch : List.of("e1", "e2")) {
      declare(
          """
          "epoch":"%s","last":9223372036854775807,"ended":true,"lost":[
            {"first":5,"last":9223372036854775807,"reason":"spool full","at":"2026-01-31T02:00:00Z"}]
          """
              .formatted(epoch));
    }

    JsonNode source = source();
    assertThat(source.path("continuity").asText()).isEqualTo("gaps");
    assertThat(source.path("missing").asLong()).isEqualTo(Long.MAX_VALUE);
    assertThat(source.path("gaps"))
        .extracting(gap -> gap.path("first").asLong() + " " + gap.path("reason").asText())
        .containsExactly("1 ", "5 spool full", "1 ", "5 spool full");
  }

  @Test
  void nobodyDeclaresForTheSourcesOfTheServerItself() throws Exception {
    RunningServer.Answer answer =
        server.post(
            "/v1/declarations",
            "application/json",
            """
            {"declarations":[{"source":"/changetrail/catalogue","installation":"i","epoch":"e",
              "last":9}]}
            """);

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json().path("field").asText()).isEqualTo("declarations[0].source");
    assertThat(server.get("/v1/sources").json().path("sources")).isEmpty();
  }

  @Test
  void T4_theReasonOfALossStandsAtItsPartOfTheGap() throws Exception {
    server.store(numbered("e1", 1, "a"), numbered("e1", 9, "b"));
    declare(
        """
        "epoch":"e1","last":9,"lost":[
          {"first":2,"last":3,"reason":"spool full","at":"2026-01-31T02:00:00Z"},
          {"first":4,"last":5,"reason":"spool full","at":"2026-01-31T02:00:00Z"},
          {"first":8,"last":8,"reason":"refused by the server","at":"2026-01-31T02:00:00Z"}]
        """);

    assertThat(source().path("gaps"))
        .extracting(
            gap ->
                gap.path("first").asInt()
                    + "-"
                    + gap.path("last").asInt()
                    + " "
                    + gap.path("reason").asText("?")
                    + " "
                    + gap.path("lostAt").asText("?"))
        .containsExactly(
            "2-5 spool full 2026-01-31T02:00:00Z",
            "6-7 ? ?",
            "8-8 refused by the server 2026-01-31T02:00:00Z");
  }

  @Test
  void T4_aShortLivedSourceThatEndedShortIsAGapAtOnce() throws Exception {
    server.store(numbered("e1", 1, "a"), numbered("e1", 2, "b"));
    assertThat(source().path("continuity").asText()).isEqualTo("complete");

    declare("\"epoch\":\"e1\",\"last\":3,\"ended\":true");
    JsonNode gap = source().path("gaps").get(0);
    assertThat(gap.path("first").asInt()).isEqualTo(3);
    assertThat(gap.path("after").asText()).isEqualTo(start.plusSeconds(2).toString());
    assertThat(gap.has("before")).isFalse();

    server.store(numbered("e1", 3, "c"));
    assertThat(source().path("continuity").asText()).isEqualTo("complete");
  }

  @Test
  void T4_aDeclaredNumberThatDoesNotComeIsAGapWithinAMinute() throws Exception {
    server.store(numbered("e1", 1, "a"));
    declare("\"epoch\":\"e1\",\"last\":4");

    assertThat(source().path("missing").asInt()).isZero();
    assertThat(source().path("behind").asInt()).isEqualTo(3);
    assertThat(metric("changetrail_source_behind_events")).isEqualTo("3.0");

    now = now.plusSeconds(20);
    server.store(numbered("e1", 2, "b"));
    now = now.plusSeconds(20);
    assertThat(source().path("behind").asInt()).as("it is still coming").isEqualTo(2);

    now = now.plusSeconds(20);
    assertThat(source().path("behind").asInt()).isZero();
    assertThat(source().path("missing").asInt()).isEqualTo(2);
    assertThat(metric("changetrail_source_missing_events")).isEqualTo("2.0");
  }

  @Test
  void T4_aSequenceThatBeginsAnewIsNeverAFalseNoGap() throws Exception {
    server.store(numbered("e1", 1, "a"), numbered("e1", 2, "b"), numbered("e2", 1, "c"));
    assertThat(source().path("continuity").asText()).isEqualTo("unknown");
    assertThat(metric("changetrail_source_continuity_unknown")).isEqualTo("1.0");
  }

  @Test
  void T4_aSequenceThatSaysWhereTheOneBeforeEndedIsComplete() throws Exception {
    server.store(numbered("e1", 1, "a"), numbered("e1", 2, "b"), numbered("e2", 1, "c", "e1", 2L));
    assertThat(source().path("continuity").asText()).isEqualTo("complete");

    server.store(numbered("e3", 1, "d", "e2", 3L));
    assertThat(source().path("gaps"))
        .extracting(gap -> gap.path("epoch").asText() + gap.path("first") + gap.path("last"))
        .containsExactly("e223");
  }

  @Test
  void T4_aSourceThatMissesItsHeartbeatIsSilent() throws Exception {
    declare("\"epoch\":\"e1\",\"last\":0,\"heartbeat\":\"PT1M\"");
    now = now.plusSeconds(119);
    assertThat(source().has("silentSince")).isFalse();
    assertThat(metric("changetrail_source_silent")).isEqualTo("0.0");

    now = now.plusSeconds(2);
    assertThat(source().path("silentSince").asText()).isEqualTo(start.toString());
    assertThat(source().path("events").asInt()).isZero();
    assertThat(metric("changetrail_source_silent")).isEqualTo("1.0");
    JsonNode answer =
        server.post("/v1/correlate", "application/json", "{\"service\":\"checkout\"}").json();
    assertThat(answer.path("silentSources")).extracting(JsonNode::asText).contains(Events.GITHUB);

    server.store(numbered("e1", 1, "a"));
    assertThat(source().has("silentSince")).isFalse();

    declare("\"epoch\":\"e1\",\"last\":1,\"heartbeat\":\"PT1M\",\"ended\":true");
    now = now.plus(Duration.ofDays(1));
    assertThat(source().has("silentSince")).as("it said that it ends").isFalse();
  }

  @Test
  void anEventThatCameTwiceUnderTwoNumbersLeavesNoGap() throws Exception {
    server.store(numbered("e1", 1, "a"));
    AuditEvent first = numbered("e1", 2, "b");
    server.store(first);
    Origin again = new Origin("runner", null, "e1", 3, null, null);
    assertThat(
            server.emit(first.toBuilder().origin(again).build()).json().path("duplicate").asInt())
        .isEqualTo(1);
    server.store(numbered("e1", 4, "c"));

    assertThat(source().path("events").asInt()).isEqualTo(3);
    assertThat(source().path("continuity").asText()).isEqualTo("complete");
  }

  @Test
  void whatWasDeclaredSurvivesARestart() throws Exception {
    server.store(numbered("e1", 1, "a"));
    declare(
        """
        "epoch":"e1","last":3,"ended":true,"heartbeat":"PT1M",
        "lost":[{"first":2,"last":3,"reason":"spool full","at":"2026-01-31T02:00:00Z"}]
        """);
    JsonNode before = source();
    server.close();
    server = RunningServer.start(data, () -> now);

    assertThat(source()).isEqualTo(before);
    assertThat(source().at("/gaps/0/reason").asText()).isEqualTo("spool full");
  }

  @Test
  void aDeclarationThatIsWrongNamesTheField() throws Exception {
    RunningServer.Answer answer =
        server.post(
            "/v1/declarations",
            "application/json",
            """
            {"declarations":[{"source":"/a","installation":"i","epoch":"e",
              "lost":[{"first":0,"last":3,"reason":"x","at":"2026-01-31T02:00:00Z"}]}]}
            """);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json().path("field").asText()).isEqualTo("lost");
    assertThat(answer.text()).contains("1 ≤ first ≤ last");
  }
}
