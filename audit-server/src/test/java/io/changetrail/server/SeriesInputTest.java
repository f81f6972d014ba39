// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Interval;
import io.changetrail.model.Phase;
import io.changetrail.model.Resource;
import io.changetrail.model.Target;
import io.changetrail.server.RunningServer.Answer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever series come with a question, it has an answer, and always the same one. */
class SeriesInputTest {
  @TempDir private Path data;
  private final Instant alert =
      Instant.now().truncatedTo(ChronoUnit.MINUTES).minus(Duration.ofHours(1));
  private RunningServer server;

  @BeforeEach
  void start() throws Exception {
    server = RunningServer.start(data);
    server.store(Events.deployment("cause", alert.minusSeconds(330), "checkout", "prod").build());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Answer ask(String service, List<String> points) throws Exception {
    return server.post(
        "/v1/correlate",
        "application/json",
        "{\"service\":\""
            + service
            + "\",\"environment\":\"prod\",\"signal\":\"error_rate\",\"alertedAt\":\""
            + alert
            + "\",\"series\":[{\"service\":\"checkout\",\"signal\":\"error_rate\",\"points\":"
            + points
            + "}]}");
  }

  private JsonNode answer(List<String> points) throws Exception {
    Answer answer = ask("checkout", points);
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    JsonNode json = answer.json();
    assertThat(json.path("suspects")).hasSize(1);
    assertThat(json.at("/suspects/0/score").asDouble()).isBetween(0.0, 1.0);
    // When it was asked is the one thing that differs.
    ((ObjectNode) json.path("searched")).remove("to");
    return json;
  }

  private static List<String> factors(JsonNode answer) {
    List<String> names = new ArrayList<>();
    answer.at("/suspects/0/factors").forEach(factor -> names.add(factor.path("name").asText()));
    return names;
  }

  private String point(int minutesBack, String value) {
    return "[" + alert.minusSeconds(60L * minutesBack).getEpochSecond() + "," + value + "]";
  }

  private List<String> points(IntToDoubleFunction value) {
    List<String> points = new ArrayList<>();
    for (int back = 90; back >= 0; back--) {
      points.add(point(back, Double.toString(value.applyAsDouble(back))));
    }
    return points;
  }

  private static double faulty(int back) {
    return (back <= 5 ? 0.2 : 0.01) * (1 + 0.05 * (back * 7 % 5 - 2));
  }

  @Test
  void aChangeThatMayHaveBegunAtAnyTimeKeepsNoOtherFromBeingJudged() throws Exception {
    AuditEvent late =
        Events.deployment("late", alert.minusSeconds(600), "checkout", "prod").build();
    server.store(
        late.toBuilder()
            .change(
                late.change().toBuilder()
                    .observedLate(
                        new Interval(Instant.parse("-999999999-01-01T00:00:00Z"), late.time()))
                    .build())
            .build());
    String series = "{\"service\":\"checkout\",\"signal\":\"error_rate\",\"points\":%s,%s}";
    List<String> points = points(SeriesInputTest::faulty);

    Answer answer =
        server.post(
            "/v1/correlate",
            "application/json",
            "{\"service\":\"checkout\",\"environment\":\"prod\",\"signal\":\"error_rate\","
                + ("\"alertedAt\":\"" + alert + "\",\"series\":[")
                + series.formatted(points, "\"instance\":\"a\"")
                + ","
                + series.formatted(points, "\"instance\":\"b\"")
                + "]}");

    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertThat(answer.json().path("suspects").toString()).contains("checkout 1.4.2 deployed");
  }

  @Test
  void aFlagThatHardlyAnybodyHasKeepsNoOtherChangeFromBeingJudged() throws Exception {
    for (double share : new double[] {Double.MIN_VALUE, 1e-300}) {
      server.store(
          AuditEvent.builder(
                  new EventRef(Events.GITHUB, "flag " + share),
                  alert.minusSeconds(600),
                  Actor.unknown(),
                  Change.of(ChangeKind.FEATURE_FLAG, Phase.PROGRESSED, "update")
                      .rollout(share)
                      .build())
              .target(
                  Target.service("cart", "prod")
                      .withResource(new Resource(Resource.FEATURE_FLAG, "f" + share, null)))
              .build());
    }

    Answer answer = ask("checkout", points(SeriesInputTest::faulty));

    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertThat(answer.json().path("suspects").toString()).contains("checkout 1.4.2 deployed");
  }

  /** What no number, or no second one, is in says as much as no series. */
  @ParameterizedTest
  @ValueSource(strings = {"", "1", "NaN NaN NaN", "null null", "+Inf -Inf"})
  void R3_aSeriesWithoutNumbersIsAsNone(String values) throws Exception {
    List<String> points = new ArrayList<>();
    for (String value : values.split(" ", -1)) {
      if (!value.isEmpty()) {
        points.add(
            point(
                60 - points.size(),
                value.equals("null") || value.equals("1") ? value : "\"" + value + "\""));
      }
    }

    JsonNode answer = answer(points);

    assertThat(factors(answer)).contains("change_risk").doesNotContain("before_after");
    assertThat(answer.path("verdict").asText()).isEqualTo("explained");
    assertThat(answer.at("/onset/basis").asText()).startsWith("from the alert alone");
  }

  @Test
  void R3_aConstantSeriesMovesNothingAndHasNoOnset() throws Exception {
    JsonNode answer = answer(points(back -> 7));

    assertThat(answer.at("/suspects/0/factors").toString()).contains("nothing moved more than");
    assertThat(answer.path("verdict").asText()).isEqualTo("none");
    assertThat(answer.at("/onset/basis").asText()).startsWith("from the alert alone");
  }

  @Test
  void R3_twoPointsAreTooFewForAShift() throws Exception {
    JsonNode answer = answer(List.of(point(30, "0.01"), point(2, "0.9")));

    assertThat(answer.at("/suspects/0/factors").toString())
        .containsAnyOf("nothing moved more than", "nothing was measured");
    assertThat(answer.at("/onset/basis").asText()).startsWith("from the alert alone");
    assertThat(answer.path("verdict").asText()).isEqualTo("none");
  }

  @Test
  void R3_neitherOrderNorDuplicatesNorHolesWithoutNumbersAlterTheAnswer() throws Exception {
    List<String> whole = points(SeriesInputTest::faulty);
    JsonNode expected = answer(whole);
    assertThat(expected.at("/onset/basis").asText()).contains("change point");
    assertThat(expected.path("verdict").asText()).isEqualTo("explained");

    List<String> shuffled = new ArrayList<>(whole);
    Collections.shuffle(shuffled, new Random(5));
    List<String> doubled = new ArrayList<>();
    // Of samples with the same time the last one counts.
    whole.forEach(point -> doubled.add(point.replaceFirst(",.*]", ",777]")));
    doubled.addAll(shuffled);
    List<String> nonsense = new ArrayList<>(whole);
    for (int back = 0; back < 90; back++) {
      nonsense.add(
          "["
              + (alert.minusSeconds(60L * back).getEpochSecond() + 30)
              + ",\""
              + List.of("NaN", "+Inf", "-Inf").get(back % 3)
              + "\"]");
    }

    assertThat(answer(shuffled)).isEqualTo(expected);
    assertThat(answer(doubled)).isEqualTo(expected);
    assertThat(answer(nonsense)).isEqualTo(expected);
  }

  @Test
  void R3_samplesFromAfterTheQuestionAreNotJudged() throws Exception {
    List<String> whole = points(SeriesInputTest::faulty);
    JsonNode expected = answer(whole);
    for (int minute = 1; minute < 60; minute++) {
      whole.add("[" + Instant.now().plusSeconds(3_600 + 60L * minute).getEpochSecond() + ",1e9]");
    }

    assertThat(answer(whole)).isEqualTo(expected);
  }

  @Test
  void R3_moreThanHalfAMillionPointsAreRefusedWithTheLimit() throws Exception {
    List<String> many = Collections.nCopies(500_001, "[1,2]");

    Answer answer = ask("checkout", many);

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json().path("field").asText()).isEqualTo("series");
    assertThat(answer.json().path("detail").asText()).contains("more than 500000 points");
  }

  /** They would take 60 MB and more: the body is not even read to its end. */
  @Test
  void R3_tenMillionPointsAreRefusedAsTooLarge() throws Exception {
    Answer answer = ask("checkout", Collections.nCopies(10_000_000, "[1,2]"));

    assertThat(answer.status()).isEqualTo(413);
    assertThat(answer.json().path("type").asText()).isEqualTo("urn:changetrail:problem:too-large");
  }

  @Test
  void R7_anUnknownServiceIsAnsweredWithWhatWasSearched() throws Exception {
    Answer answer = ask("chekout", points(SeriesInputTest::faulty));

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().at("/searched/services").toString()).isEqualTo("[\"chekout\"]");
    assertThat(answer.json().at("/suspects/0/factors").toString())
        .contains("is not in the topology: how it relates to chekout is unknown");
  }

  @Test
  void R7_withoutACandidateTheAnswerIsNone() throws Exception {
    Answer answer =
        server.post(
            "/v1/correlate",
            "application/json",
            "{\"service\":\"checkout\",\"environment\":\"nowhere\",\"alertedAt\":\""
                + alert
                + "\"}");

    assertThat(answer.json().path("verdict").asText()).isEqualTo("none");
    assertThat(answer.json().path("suspects")).isEmpty();
    assertThat(answer.json().path("reason").asText()).contains("none could have caused it");
    assertThat(answer.json().at("/searched/candidates").asInt()).isZero();
  }
}
