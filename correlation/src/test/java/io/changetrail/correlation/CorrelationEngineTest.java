// SPDX-License-Identifier: Apache-2.0
package io.changetrail.correlation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.changetrail.correlation.Answer.Verdict;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.Interval;
import io.changetrail.model.Target;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CorrelationEngineTest {
  private static final Instant ALERT = Instant.parse("2026-03-04T02:03:00Z");
  private static final Topology SHOP =
      new Topology(
          List.of(
              new Topology.Edge("frontend", "checkout"),
              new Topology.Edge("frontend", "catalog"),
              new Topology.Edge("checkout", "payment"),
              new Topology.Edge("blog", "comments")));

  private final CorrelationEngine engine = new CorrelationEngine();

  @Test
  void R1_candidatesOnTheServiceAndItsDependenciesAreListedWithTheirPath() {
    Answer answer =
        ask(change("a", "checkout", minutesBefore(5)), change("b", "payment", minutesBefore(6)));

    assertThat(answer.suspects())
        .extracting(suspect -> suspect.change().id())
        .containsExactlyInAnyOrder("a", "b");
    assertThat(factor(answer, "b", "path_distance").reason()).contains("checkout → payment");
    assertThat(answer.searched().services()).contains("checkout", "payment", "frontend");
  }

  @Test
  void R2_theScoreRecomputesFromThePrintedFactors() {
    Answer answer =
        ask(change("a", "checkout", minutesBefore(5)), change("b", "payment", minutesBefore(200)));

    for (Suspect suspect : answer.suspects()) {
      double recomputed =
          suspect.factors().stream()
              .mapToDouble(factor -> 1 - factor.weight() * (1 - factor.value()))
              .reduce(1, (a, b) -> a * b);
      assertThat(suspect.score()).isCloseTo(recomputed, within(5e-5));
      assertThat(suspect.factors()).allSatisfy(factor -> assertThat(factor.reason()).isNotBlank());
    }
  }

  @Test
  void R6_aChangeThatWasNotYetLiveAtTheOnsetIsExcludedWithTheReason() {
    Answer answer = ask(change("late", "checkout", ALERT.plusSeconds(90)));

    assertThat(answer.suspects()).isEmpty();
    assertThat(answer.excluded()).hasSize(1);
    assertThat(answer.excluded().get(0).reason()).contains("after the anomaly had begun");
  }

  @Test
  void R6_aChangeOfAnotherEnvironmentIsExcludedWithTheReason() {
    Answer answer =
        ask(
            CandidateChange.at(
                "staged",
                ChangeKind.DEPLOYMENT,
                minutesBefore(3),
                List.of(Target.service("checkout", "staging")),
                "checkout 1.4.2"));

    assertThat(answer.suspects()).isEmpty();
    assertThat(answer.excluded().get(0).reason()).isEqualTo("touched staging, never production");
  }

  @Test
  void R6_aChangeOfAServiceThatNoCallsJoinIsExcludedWithTheReason() {
    Answer answer = ask(change("blog", "comments", minutesBefore(3)));

    assertThat(answer.suspects()).isEmpty();
    assertThat(answer.excluded().get(0).reason()).contains("no calls join to checkout");
  }

  @Test
  void R7_whenNothingIsNearTheAnswerIsNoneWithWhatWasSearched() {
    Answer answer =
        ask(change("old", "checkout", minutesBefore(700))).withSilentSources(List.of("jenkins"));

    assertThat(answer.verdict()).isEqualTo(Verdict.NONE);
    assertThat(answer.reason()).contains("no recorded change explains this");
    assertThat(answer.searched().candidates()).isEqualTo(1);
    assertThat(answer.searched().window()).isEqualTo(anomaly().window());
    assertThat(answer.silentSources()).containsExactly("jenkins");
    assertThat(answer.onset().basis()).startsWith("from the alert alone");
  }

  @Test
  void E6_aChangeInStepsIsMeasuredFromItsLastStepBeforeTheOnset() {
    CandidateChange plain = change("flag", "checkout", minutesBefore(900));
    CandidateChange inSteps =
        new CandidateChange(
            plain.id(),
            ChangeKind.FEATURE_FLAG,
            plain.start(),
            ALERT.plusSeconds(600),
            new CandidateChange.Exposure(
                plain.start(),
                CandidateChange.Exposure.USUAL_CLOCK_ERROR,
                Set.of(),
                CandidateChange.Variant.unknown(),
                0.05,
                List.of(
                    new CandidateChange.Exposure.Step(plain.start(), 0.05),
                    new CandidateChange.Exposure.Step(minutesBefore(5), 0.5),
                    new CandidateChange.Exposure.Step(ALERT.plusSeconds(600), 1))),
            plain.targets(),
            null,
            Set.of(),
            null,
            plain.summary());

    Answer answer = ask(inSteps);

    assertThat(answer.excluded()).isEmpty();
    assertThat(answer.suspects().get(0).change().exposure().start()).isEqualTo(minutesBefore(5));
    assertThat(answer.suspects().get(0).change().exposure().share()).isEqualTo(0.5);
    assertThat(factor(answer, "flag", "onset_proximity").value())
        .isEqualTo(
            factor(ask(change("now", "checkout", minutesBefore(5))), "now", "onset_proximity")
                .value());
  }

  @Test
  void twoEquallyGoodChangesAreAmbiguous() {
    Answer answer =
        ask(change("a", "checkout", minutesBefore(5)), change("b", "checkout", minutesBefore(6)));

    assertThat(answer.verdict()).isEqualTo(Verdict.AMBIGUOUS);
  }

  @Test
  void oneNearChangeAmongOldOnesExplains() {
    Answer answer =
        ask(
            change("near", "checkout", minutesBefore(5)),
            change("old", "checkout", minutesBefore(300)));

    assertThat(answer.verdict()).isEqualTo(Verdict.EXPLAINED);
    assertThat(answer.suspects().get(0).change().id()).isEqualTo("near");
  }

  @Test
  void theOrderInWhichChangesAreGivenDoesNotMatter() {
    List<CandidateChange> changes = new ArrayList<>();
    Random random = new Random(7);
    for (int i = 0; i < 50; i++) {
      String service = List.of("checkout", "payment", "frontend", "catalog").get(i % 4);
      changes.add(change("c" + i, service, minutesBefore(random.nextInt(1000))));
    }
    Answer first = engine.correlate(anomaly(), changes, SHOP, List.of());
    Collections.shuffle(changes, random);

    assertThat(engine.correlate(anomaly(), changes, SHOP, List.of())).isEqualTo(first);
  }

  @Test
  void withoutCandidatesTheAnswerIsNone() {
    assertThat(ask().verdict()).isEqualTo(Verdict.NONE);
  }

  @Test
  void aServiceThatTheTopologyDoesNotKnowStillFindsItsOwnChanges() {
    Answer answer =
        engine.correlate(
            Anomaly.detected("newcomer", "production", ALERT),
            List.of(
                change("own", "newcomer", minutesBefore(4)),
                change("other", "payment", minutesBefore(4))),
            SHOP,
            List.of());

    assertThat(answer.suspects().get(0).change().id()).isEqualTo("own");
    assertThat(answer.excluded()).isEmpty();
  }

  @Test
  void cyclesInTheTopologyAreFine() {
    Topology ring =
        new Topology(
            List.of(
                new Topology.Edge("a", "b"),
                new Topology.Edge("b", "c"),
                new Topology.Edge("c", "a"),
                new Topology.Edge("a", "a")));

    assertThat(ring.path("a", "c").orElseThrow().services()).containsExactly("a", "c");
    assertThat(ring.pathsFrom("a")).hasSize(3);
  }

  @Test
  void aHundredThousandCandidatesAreAnswered() {
    List<CandidateChange> many = new ArrayList<>();
    for (int i = 0; i < 100_000; i++) {
      many.add(change("c" + i, "payment", ALERT.minus(Duration.ofSeconds(600 + i % 80_000))));
    }
    many.add(change("it", "checkout", minutesBefore(4)));

    Answer answer = engine.correlate(anomaly(), many, SHOP, List.of());

    assertThat(answer.suspects().get(0).change().id()).isEqualTo("it");
    assertThat(answer.searched().candidates()).isEqualTo(100_001);
    assertThat(answer.suspects()).hasSize(CorrelationEngine.MOST_LISTED);
    assertThat(answer.moreSuspects()).isEqualTo(100_001 - CorrelationEngine.MOST_LISTED);
  }

  private Answer ask(CandidateChange... changes) {
    return engine.correlate(anomaly(), List.of(changes), SHOP, List.of());
  }

  private static Anomaly anomaly() {
    return Anomaly.detected("checkout", "production", ALERT)
        .withWindow(new Interval(ALERT.minus(Anomaly.LOOKBACK), ALERT.plusSeconds(120)));
  }

  private static CandidateChange change(String id, String service, Instant time) {
    return CandidateChange.at(
        id,
        ChangeKind.DEPLOYMENT,
        time,
        List.of(Target.service(service, "production")),
        service + " rollout");
  }

  private static Factor factor(Answer answer, String id, String name) {
    return answer.suspects().stream()
        .filter(suspect -> suspect.change().id().equals(id))
        .flatMap(suspect -> suspect.factors().stream())
        .filter(factor -> factor.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static Instant minutesBefore(int minutes) {
    return ALERT.minus(Duration.ofMinutes(minutes));
  }
}
