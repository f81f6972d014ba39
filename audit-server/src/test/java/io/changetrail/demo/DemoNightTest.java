// SPDX-License-Identifier: Apache-2.0
package io.changetrail.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.correlation.Anomaly;
import io.changetrail.correlation.Answer;
import io.changetrail.correlation.CandidateChange;
import io.changetrail.correlation.CorrelationEngine;
import io.changetrail.correlation.Series;
import io.changetrail.correlation.Suspect;
import io.changetrail.correlation.Topology;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.Interval;
import io.changetrail.model.Outcome;
import io.changetrail.model.Target;
import io.changetrail.model.catalogue.Catalogue;
import io.changetrail.model.catalogue.Service;
import io.changetrail.model.codec.CloudEventsCodec;
import io.changetrail.model.grouping.ChangeGrouping;
import io.changetrail.model.grouping.Observation;
import io.changetrail.model.grouping.ObservedChange;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DemoNightTest {
  private static final Instant NOW = Instant.parse("2026-03-04T09:00:00Z");

  private final DemoNight night = new DemoNight(NOW);
  private final Catalogue catalogue = Catalogue.parse(night.catalogueYaml());
  private final List<ObservedChange> changes =
      ChangeGrouping.group(observations(night.events()), catalogue, NOW);

  @Test
  void theNightIsTheLatestThatIsOver() {
    assertThat(night.onset()).isEqualTo(Instant.parse("2026-03-04T02:03:00Z"));
    assertThat(new DemoNight(Instant.parse("2026-03-04T02:59:59Z")).onset())
        .isEqualTo(Instant.parse("2026-03-03T02:03:00Z"));
    assertThat(new DemoNight(Instant.parse("2026-03-04T03:00:00Z")).onset())
        .isEqualTo(Instant.parse("2026-03-04T02:03:00Z"));
    assertThat(night.events())
        .allSatisfy(
            event -> assertThat(event.time()).isBetween(NOW.minus(Duration.ofDays(1)), NOW));
  }

  @Test
  void theSameNightIsToldInTheSameWay() {
    DemoNight again = new DemoNight(NOW.plusSeconds(3600));

    assertThat(again.events()).isEqualTo(night.events());
    assertThat(again.anomaly()).isEqualTo(night.anomaly());
  }

  @Test
  void eventsOfTwoNightsNeverHaveTheSameIdentity() {
    DemoNight tomorrow = new DemoNight(NOW.plus(Duration.ofDays(1)));

    assertThat(night.events()).extracting(AuditEvent::ref).doesNotHaveDuplicates();
    assertThat(tomorrow.events())
        .extracting(AuditEvent::ref)
        .doesNotContainAnyElementsOf(night.events().stream().map(AuditEvent::ref).toList());
  }

  @Test
  void everyEventSurvivesTheWire() {
    CloudEventsCodec codec = new CloudEventsCodec();

    assertThat(night.events())
        .hasSizeBetween(40, 90)
        .allSatisfy(event -> assertThat(codec.decode(codec.encode(event))).isEqualTo(event));
  }

  @Test
  void theNightHasChangesOfAllSortsFromThreeSources() {
    assertThat(night.events())
        .extracting(event -> event.change().kind())
        .contains(
            ChangeKind.CODE,
            ChangeKind.BUILD,
            ChangeKind.ARTIFACT,
            ChangeKind.DEPLOYMENT,
            ChangeKind.CONFIG,
            ChangeKind.FEATURE_FLAG,
            ChangeKind.SCALE);
    assertThat(night.events())
        .extracting(event -> event.ref().source())
        .contains("https://github.com/acme/checkout", "/k8s/eu1", "/launchdarkly/acme-shop");
  }

  @Test
  void theCatalogueKnowsEveryNameOfTheNight() {
    assertThat(night.events())
        .flatExtracting(AuditEvent::targets)
        .allSatisfy(
            target -> {
              assertThat(target.serviceName().flatMap(catalogue::resolveService)).isPresent();
              assertThat(target.environmentName().map(catalogue::knowsEnvironment))
                  .isNotEqualTo(Optional.of(false));
            });
  }

  @Test
  void aRolloutThatGithubAndTheClusterSawIsOneChange() {
    List<ObservedChange> checkouts =
        changes.stream()
            .filter(change -> change.kind().equals(ChangeKind.DEPLOYMENT))
            .filter(change -> touches(change, "checkout", "prod"))
            .toList();

    assertThat(checkouts).hasSize(1);
    assertThat(checkouts.get(0).observations())
        .extracting(seen -> seen.event().ref().source())
        .contains("https://github.com/acme/checkout", "/k8s/eu1");
    assertThat(checkouts.get(0).outcome()).isEqualTo(Outcome.SUCCESS);
  }

  @Test
  void aRolloutIsFollowedBackToItsCommitByDigest() {
    AuditEvent rollout =
        night.events().stream()
            .filter(event -> event.change().summary().contains("checkout-svc: image tag"))
            .findFirst()
            .orElseThrow();
    String digest = rollout.provenance().artifacts().get(0).digest();

    assertThat(night.events())
        .filteredOn(event -> event.change().kind().equals(ChangeKind.ARTIFACT))
        .filteredOn(event -> digest != null && digest.equals(digest(event)))
        .singleElement()
        .satisfies(
            artifact ->
                assertThat(night.events())
                    .filteredOn(event -> event.change().action().equals("merge"))
                    .extracting(event -> event.provenance().commit().orElseThrow().revision())
                    .contains(artifact.provenance().commit().orElseThrow().revision()));
  }

  @Test
  void theFailedRolloutOfTheCartAndItsRollbackAreTwoChanges() {
    assertThat(changes)
        .filteredOn(change -> change.kind().equals(ChangeKind.DEPLOYMENT))
        .filteredOn(change -> touches(change, "cart", "prod"))
        .extracting(ObservedChange::outcome, ObservedChange::isRollback)
        .containsExactly(tuple(Outcome.FAILURE, false), tuple(Outcome.SUCCESS, true));
  }

  @Test
  void theMetricBreaksAtTheOnsetAndTheAlertIsLate() {
    JsonNode question = night.anomaly();
    JsonNode points = question.at("/series/0/points");

    assertThat(Instant.parse(question.get("alertedAt").textValue()))
        .isEqualTo(night.onset().plus(Duration.ofMinutes(8)));
    for (JsonNode point : points) {
      Instant at = Instant.ofEpochSecond(point.get(0).asLong());
      boolean broken =
          !at.isBefore(night.onset()) && at.isBefore(night.onset().plus(Duration.ofMinutes(18)));
      assertThat(point.get(1).asDouble() > 0.05).as("%s", at).isEqualTo(broken);
    }
  }

  @Test
  void theFlagThatBrokeCheckoutIsTheFirstSuspect() {
    Answer answer = answer();

    assertThat(answer.verdict()).isEqualTo(Answer.Verdict.EXPLAINED);
    assertThat(answer.suspects().get(0).change().summary())
        .contains("checkout-new-pricing in production", "then 50 %");
    assertThat(answer.suspects().get(0).change().exposure().start())
        .as("its last step before the onset")
        .isEqualTo(night.onset().minus(Duration.ofMinutes(2)));
    assertThat(answer.suspects())
        .extracting(suspect -> suspect.change().summary())
        .anyMatch(summary -> summary.contains("checkout") && summary.contains("1.42.0"))
        .anyMatch(summary -> summary.contains("cart") && summary.contains("3.1.4"));
  }

  @Test
  void whatCannotHaveBrokenCheckoutIsExcludedWithTheReason() {
    Answer answer = answer();

    assertThat(reason(answer, "1.43.0")).contains("never prod");
    assertThat(reason(answer, "newsletter")).contains("no calls join");
    assertThat(reason(answer, "true 50 %, false 50 %) → off")).contains("after the anomaly");
  }

  @Test
  void theRolloutAfterTheOnsetIsExcludedOrRankedBelowTheFlag() {
    Answer answer = answer();
    List<Suspect> frontends =
        answer.suspects().stream()
            .filter(suspect -> suspect.change().summary().contains("7.0.2"))
            .toList();

    assertThat(frontends)
        .allSatisfy(
            suspect ->
                assertThat(suspect.score()).isLessThan(answer.suspects().get(0).score() * 0.9));
    assertThat(frontends.isEmpty()).isEqualTo(!reason(answer, "7.0.2").isEmpty());
  }

  private Answer answer() {
    JsonNode question = night.anomaly();
    Instant alert = Instant.parse(question.get("alertedAt").textValue());
    Anomaly anomaly =
        Anomaly.detected(
                question.get("service").textValue(), question.get("environment").textValue(), alert)
            .withSignal(question.get("signal").textValue())
            .withWindow(new Interval(alert.minus(Anomaly.LOOKBACK), NOW));
    List<Topology.Edge> calls = new ArrayList<>();
    for (Service service : catalogue.services()) {
      catalogue
          .dependsOn(service.name())
          .forEach(callee -> calls.add(new Topology.Edge(service.name(), callee)));
    }
    return new CorrelationEngine()
        .correlate(
            anomaly,
            changes.stream().map(this::candidate).toList(),
            new Topology(calls),
            series(question));
  }

  private CandidateChange candidate(ObservedChange change) {
    return new CandidateChange(
        change.id(),
        change.kind(),
        change.start(),
        change.end(),
        exposure(change),
        change.targets().stream()
            .map(
                target ->
                    Target.service(
                        catalogue.service(target.serviceName().orElseThrow()),
                        catalogue.environment(target.environmentName().orElseThrow())))
            .toList(),
        change.outcome(),
        Set.copyOf(change.undoes()),
        change.observations().get(0).event().actor().id(),
        change.summary());
  }

  private static CandidateChange.Exposure exposure(ObservedChange change) {
    return new CandidateChange.Exposure(
        change.start(),
        CandidateChange.Exposure.USUAL_CLOCK_ERROR,
        Set.of(),
        CandidateChange.Variant.unknown(),
        1,
        change.exposure().stream()
            .map(
                step ->
                    new CandidateChange.Exposure.Step(
                        step.time(), step.rollout() == 0 ? 1 : step.rollout() / 100))
            .toList());
  }

  private static List<Series> series(JsonNode question) {
    List<Series> all = new ArrayList<>();
    for (JsonNode one : question.get("series")) {
      int size = one.get("points").size();
      long[] times = new long[size];
      double[] values = new double[size];
      for (int i = 0; i < size; i++) {
        times[i] = one.get("points").get(i).get(0).asLong() * 1000;
        values[i] = one.get("points").get(i).get(1).asDouble();
      }
      all.add(
          new Series(
              one.get("service").textValue(),
              null,
              one.get("signal").textValue(),
              Map.of(),
              times,
              values));
    }
    return all;
  }

  private static String reason(Answer answer, String summary) {
    return answer.excluded().stream()
        .filter(one -> one.change().summary().contains(summary))
        .map(one -> one.reason())
        .findFirst()
        .orElse("");
  }

  private boolean touches(ObservedChange change, String service, String environment) {
    return change.targets().stream()
        .anyMatch(
            target ->
                target.serviceName().map(catalogue::service).equals(Optional.of(service))
                    && target
                        .environmentName()
                        .map(catalogue::environment)
                        .equals(Optional.of(environment)));
  }

  private static @Nullable String digest(AuditEvent event) {
    return event.provenance().artifacts().get(0).digest();
  }

  private static List<Observation> observations(List<AuditEvent> events) {
    List<Observation> seen = new ArrayList<>();
    for (AuditEvent event : events) {
      seen.add(new Observation("event-" + (seen.size() + 1), seen.size() + 1, event));
    }
    return seen;
  }
}
