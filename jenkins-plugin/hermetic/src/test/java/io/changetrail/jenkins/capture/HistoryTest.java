// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.changetrail.model.AuditEvent;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class HistoryTest {
  private static final Instant BEGAN = Runs.STARTED.plusSeconds(60);
  private static final Ending ENDING = new Ending("SUCCESS", Duration.ofMinutes(5), null);

  private static final History.Stage DEPLOY =
      new History.Stage(
          "Deploy to prod", "stage-17", BEGAN, BEGAN.plusSeconds(40), Outcome.SUCCESS);

  @Test
  void C1_whatIsReadFromHistoryHasTheIdsOfWhatWouldHaveBeenCaptured() {
    RunFacts live = Runs.run();
    Deployment deployment =
        DeploymentRule.detect(List.of(), live, DEPLOY.name(), DEPLOY.key(), BEGAN).orElseThrow();
    List<AuditEvent> captured =
        List.of(
            RunEvents.started(live),
            DeploymentEvents.started(live, deployment),
            DeploymentEvents.finished(live, deployment, DEPLOY.ended(), Outcome.SUCCESS),
            RunEvents.finished(live, ENDING));

    List<AuditEvent> events =
        History.of(Runs.read(live), ENDING, List.of(DEPLOY), List.of(), List.of());
    assertThat(events)
        .extracting(AuditEvent::ref)
        .containsExactlyElementsOf(captured.stream().map(AuditEvent::ref).toList());
    assertThat(events)
        .extracting(AuditEvent::time)
        .containsExactlyElementsOf(captured.stream().map(AuditEvent::time).toList());
    assertThat(events).allMatch(event -> event.change().backfilled());
    assertThat(History.of(Runs.read(live), ENDING, List.of(DEPLOY), List.of(), List.of()))
        .as("read again it is the same")
        .isEqualTo(events);
  }

  @Test
  void C3_aStageThatDidNotEndWellIsToldSo() {
    History.Stage failed =
        new History.Stage("Deploy to prod", "stage-9", BEGAN, BEGAN, Outcome.FAILURE);
    assertThat(History.of(Runs.read(Runs.run()), ENDING, List.of(failed), List.of(), List.of()))
        .filteredOn(event -> event.change().kind().equals(ChangeKind.DEPLOYMENT))
        .last()
        .satisfies(event -> assertThat(event.change().ended()).contains(Outcome.FAILURE));
  }

  @Test
  void C3_aJobThatDeploysAsAWholeIsNotToldAgainByItsStages() {
    RunFacts run =
        Runs.read(Runs.run(Runs.CONTROLLER, "payments/deploy-prod", 3, Trigger.user("al", null)));
    RunFacts job =
        new RunFacts(
            run.controller(),
            run.job(),
            run.number(),
            run.started(),
            run.path(),
            run.triggers(),
            run.parameters(),
            run.checkouts(),
            null,
            run.nodes(),
            run.traceparent(),
            true);
    List<AuditEvent> deployments =
        History.of(job, ENDING, List.of(DEPLOY), List.of(), List.of()).stream()
            .filter(event -> event.change().kind().equals(ChangeKind.DEPLOYMENT))
            .toList();
    assertThat(deployments).hasSize(2);
    assertThat(deployments.get(1).time()).isEqualTo(Runs.STARTED.plus(ENDING.duration()));
  }

  @Test
  void E3_whatARunOfThePastPublishedIsToldToo() {
    RunFacts run = Runs.read(Runs.run());
    Instant end = run.started().plus(ENDING.duration());
    List<AuditEvent> artifacts =
        ArtifactEvents.fingerprinted(
            run, end, java.util.Map.of("target/checkout.jar", "0123456789abcdef0123456789abcdef"));
    List<AuditEvent> events = History.of(run, ENDING, List.of(), artifacts, List.of());
    assertThat(events)
        .filteredOn(event -> event.change().kind().equals(ChangeKind.ARTIFACT))
        .singleElement()
        .satisfies(
            event -> {
              assertThat(event.change().backfilled()).isTrue();
              assertThat(event.time()).isEqualTo(end);
              assertThat(event.provenance().commit().orElseThrow().revision())
                  .isEqualTo(Runs.REVISION);
            });
  }

  private static History.Recorded recorded(List<Deployment> open, AuditEvent... events) {
    return new History.Recorded(
        Stream.of(events).map(event -> event.ref().id()).collect(Collectors.toSet()),
        Stream.of(events).map(AuditEvent::time).max(Comparator.naturalOrder()).orElse(null),
        open);
  }

  private static boolean isWhole(History.Recorded recorded, RunFacts run) {
    return recorded.isWhole(run.job(), run.number(), run.started());
  }

  @Test
  void C1_ofARunThatBeganBeforeThePluginWasThereTheRestIsReadFromHistory() {
    RunFacts live = Runs.run();
    AuditEvent end = RunEvents.finished(live, ENDING);
    History.Recorded recorded = recorded(List.of(), end);
    RunFacts read = Runs.read(live);
    List<AuditEvent> all = History.of(read, ENDING, List.of(DEPLOY), List.of(), List.of());

    assertThat(isWhole(recorded, live)).isFalse();
    assertThat(recorded.rest(read, ENDING, all))
        .containsExactlyElementsOf(
            all.stream().filter(event -> !event.ref().equals(end.ref())).toList())
        .hasSize(3);
  }

  @Test
  void C1_ofARunThatJenkinsDidNotLiveToSeeTheEndOfTheEndIsReadFromHistory() {
    RunFacts live = Runs.run();
    Deployment detected =
        DeploymentRule.detect(List.of(), live, DEPLOY.name(), DEPLOY.key(), BEGAN).orElseThrow();
    AuditEvent begun = DeploymentEvents.started(live, detected);
    History.Recorded recorded = recorded(List.of(detected), RunEvents.started(live), begun);
    RunFacts read = Runs.read(live);
    Ending ending = recorded.ending(read, new Ending("FAILURE", Duration.ZERO, null));
    List<AuditEvent> rest =
        recorded.rest(read, ending, History.of(read, ending, List.of(), List.of(), List.of()));

    assertThat(isWhole(recorded, live)).isFalse();
    assertThat(rest)
        .extracting(event -> event.ref().id())
        .containsExactlyInAnyOrder(
            RunEvents.finished(live, ending).ref().id(),
            DeploymentEvents.finished(live, detected, BEGAN, Outcome.FAILURE).ref().id());
    assertThat(rest)
        .allSatisfy(
            event -> {
              assertThat(event.time()).as("not before what was seen of it").isEqualTo(BEGAN);
              assertThat(event.change().ended()).contains(Outcome.FAILURE);
              assertThat(event.change().backfilled()).isTrue();
            });
  }

  @Test
  void C1_ofARunThatWasCapturedFromBeginningToEndNothingIsRead() {
    RunFacts live = Runs.run();

    assertThat(
            isWhole(
                recorded(List.of(), RunEvents.started(live), RunEvents.finished(live, ENDING)),
                live))
        .isTrue();
  }
}
