// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.capture;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.EventRef;
import io.changetrail.model.Outcome;
import io.changetrail.model.Phase;
import io.changetrail.model.Provenance;
import io.changetrail.model.codec.CdEventTypes;
import io.changetrail.model.codec.CloudEventsCodec;
import io.changetrail.model.codec.EventLimits;
import io.changetrail.model.redaction.RedactionRules;
import io.changetrail.model.redaction.Redactor;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunEventsTest {
  private static final Ending SUCCESS = new Ending("SUCCESS", Duration.ofMillis(61_250), null);
  private static final CloudEventsCodec CODEC = new CloudEventsCodec();

  private static String wire(AuditEvent event) {
    AuditEvent safe = new Redactor(RedactionRules.defaults(), null).redact(event);
    return new String(CODEC.encode(new EventLimits().fit(safe)), StandardCharsets.UTF_8);
  }

  @Test
  void C1_aRunTellsJobNumberUrlResultCommitBranchAndWhoStartedIt() {
    AuditEvent event = RunEvents.finished(Runs.run(), SUCCESS);

    Provenance.Build build = event.provenance().run().orElseThrow();
    assertThat(build.system()).isEqualTo("jenkins");
    assertThat(build.pipeline()).isEqualTo("payments/checkout/main");
    assertThat(build.runId()).isEqualTo("payments/checkout/main#42");
    assertThat(build.url())
        .isEqualTo("https://jenkins.acme.example/job/payments/job/checkout/job/main/42/");
    assertThat(event.change().outcome()).isEqualTo(Outcome.SUCCESS);
    assertThat(event.attributes().get("cicd.pipeline.result").asText()).isEqualTo("SUCCESS");
    Provenance.Vcs vcs = event.provenance().commit().orElseThrow();
    assertThat(vcs.repository()).isEqualTo("https://github.com/acme/checkout");
    assertThat(vcs.revision()).isEqualTo(Runs.REVISION);
    assertThat(vcs.ref()).isEqualTo("main");
    assertThat(vcs.message()).isEqualTo("Retry the card gateway");
    assertThat(event.actor().id()).isEqualTo("alice");
    assertThat(event.actor().kind()).isEqualTo(Actor.Kind.USER);
    assertThat(event.principal().map(Actor::id)).as("who wrote it").contains("bob");
    assertThat(event.attributes().get("cicd.worker.name").asText()).isEqualTo("linux-agent-3");
    assertThat(event.targets())
        .extracting(target -> target.service())
        .containsExactly("acme/checkout");
  }

  @Test
  void C1_noSecretLeavesWithARun() {
    RunFacts run =
        Runs.with(
            Runs.run(),
            List.of(
                new Parameter("DEPLOY_PASSWORD", "never-read-this", true),
                new Parameter("apiToken", "planted-by-name-9931", false),
                new Parameter("ARGS", "--set db.password=planted-in-args-77", false),
                new Parameter("KEY", "ghp_A1b2C3d4E5f6A7b8C9d0E1f2A3b4C5d6E7f8", false),
                new Parameter("REPO", "https://bot:planted-in-url@git.acme.example/x.git", false),
                new Parameter("VERSION", "1.4.2", false)),
            null);
    String wire = wire(RunEvents.started(run)) + wire(RunEvents.finished(run, SUCCESS));

    assertThat(wire)
        .doesNotContain("never-read-this", "planted", "ghp_A1b2")
        .contains("\"VERSION\":\"1.4.2\"", "\"DEPLOY_PASSWORD\":\"redacted\"");
  }

  @Test
  void C10_startAndEndAreTwoEventsOfOneChange() {
    AuditEvent started = RunEvents.started(Runs.run());
    AuditEvent finished = RunEvents.finished(Runs.run(), SUCCESS);

    assertThat(started.change().phase()).isEqualTo(Phase.STARTED);
    assertThat(started.time()).isEqualTo(Runs.STARTED);
    assertThat(finished.change().phase()).isEqualTo(Phase.FINISHED);
    assertThat(finished.time()).isEqualTo(Runs.STARTED.plusMillis(61_250));
    assertThat(finished.attributes().get("cicd.pipeline.run.duration").asDouble()).isEqualTo(61.25);
    assertThat(finished.change().id()).isEqualTo(started.change().id());
    assertThat(finished.links().causedBy()).contains(started.ref());
    assertThat(finished.ref()).isNotEqualTo(started.ref());
    assertThat(CdEventTypes.typeOf(started)).isEqualTo("dev.cdevents.pipelinerun.started.0.3.0");
    assertThat(CdEventTypes.typeOf(finished)).isEqualTo("dev.cdevents.pipelinerun.finished.0.3.0");
  }

  @ParameterizedTest
  @CsvSource({
    "SUCCESS,SUCCESS",
    "UNSTABLE,FAILURE",
    "FAILURE,FAILURE",
    "ABORTED,ABORTED",
    "NOT_BUILT,ABORTED",
    ",UNKNOWN"
  })
  void C10_everyResultIsAnOutcome(String result, Outcome outcome) {
    AuditEvent event =
        RunEvents.finished(Runs.run(), new Ending(result, Duration.ofSeconds(3), null));
    assertThat(event.change().ended()).contains(outcome);
  }

  @Test
  void C10_whoeverAbortsARunIsNamedAndWhoeverStartedItToo() {
    AuditEvent event =
        RunEvents.finished(Runs.run(), new Ending("ABORTED", Duration.ofSeconds(3), "mallory"));
    assertThat(event.actor().id()).isEqualTo("mallory");
    assertThat(event.principal().map(Actor::id)).contains("alice");
  }

  @Test
  void C10_whoeverInterruptedAPartOfARunThatWentWellDidNotEndIt() {
    AuditEvent event =
        RunEvents.finished(Runs.run(), new Ending("SUCCESS", Duration.ofSeconds(3), "mallory"));
    assertThat(event.actor().id()).isEqualTo("alice");
  }

  @ParameterizedTest
  @CsvSource({
    "SUCCESS,SUCCESS",
    "UNSTABLE,SUCCESS",
    "FAILURE,FAILURE",
    "ABORTED,ABORTED",
    "NOT_BUILT,ABORTED",
    ",UNKNOWN"
  })
  void C10_whatARunWithFailingTestsDeployedIsDeployed(String result, Outcome outcome) {
    assertThat(new Ending(result, Duration.ofSeconds(3), null).deployment()).isEqualTo(outcome);
  }

  @Test
  void O4_equalJobsOfTwoControllersNeverCollide() {
    Controller other = new Controller("0c4f5a", "https://jenkins.acme.example/");
    AuditEvent here = RunEvents.started(Runs.run());
    AuditEvent there =
        RunEvents.started(
            Runs.run(other, "payments/checkout/main", 42, Trigger.user("alice", "Alice Doe")));

    assertThat(here.ref().id()).isEqualTo(there.ref().id());
    assertThat(here.ref().source()).isEqualTo("/jenkins/" + Runs.CONTROLLER.instanceId());
    assertThat(there.ref().source()).isEqualTo("/jenkins/0c4f5a");
    assertThat(here.attributes().get("jenkins.url").asText())
        .isEqualTo("https://jenkins.acme.example/");
  }

  @Test
  void aJobMadeAnewCountsFromOneAgainAndItsRunsAreOthersAllTheSame() {
    RunFacts run = Runs.run();
    RunFacts again =
        new RunFacts(
            run.controller(),
            run.job(),
            run.number(),
            run.started().plusSeconds(86_400),
            run.path(),
            run.triggers(),
            run.parameters(),
            run.checkouts(),
            run.branch(),
            run.nodes(),
            null,
            false);
    assertThat(RunEvents.started(again).ref()).isNotEqualTo(RunEvents.started(run).ref());
  }

  @Test
  void E8_theTraceOfTheRunJoinsItsEvents() {
    String traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    RunFacts traced = Runs.with(Runs.run(), List.of(), traceparent);
    assertThat(RunEvents.started(traced).links().traceId())
        .contains("0af7651916cd43dd8448eb211c80319c");
    assertThat(RunEvents.finished(traced, SUCCESS).links().traceparent()).isEqualTo(traceparent);
    RunFacts nonsense = Runs.with(Runs.run(), List.of(), "${TRACEPARENT}");
    assertThat(RunEvents.started(nonsense).links().traceparent()).isNull();
  }

  @Test
  void theRangeOfCommitsIsInTheEvent() {
    AuditEvent event = RunEvents.started(Runs.run());
    assertThat(event.provenance().commit().orElseThrow().compareUrl())
        .isEqualTo("https://github.com/acme/checkout/compare/" + Runs.BASE + "..." + Runs.REVISION);
    assertThat(event.attributes().get("vcs.ref.base.revision").asText()).isEqualTo(Runs.BASE);
    assertThat(event.attributes().get("vcs.commits"))
        .extracting(JsonNode::asText)
        .containsExactly("5c4b3a291807f6e5d4c3b2a190877665544332ff", Runs.REVISION);
  }

  @Test
  void C1_theNodeOfARunIsNamedAndOfSeveralAllAre() {
    assertThat(RunEvents.started(Runs.run()).attributes().get("cicd.worker.name").asText())
        .isEqualTo("linux-agent-3");
    RunFacts two = Runs.on(Runs.run(), List.of(RunFacts.node(""), "linux-agent-3"));
    assertThat(RunEvents.started(two).attributes().get("jenkins.nodes").toString())
        .isEqualTo("[\"built-in\",\"linux-agent-3\"]");
    assertThat(RunEvents.started(two).attributes()).doesNotContainKey("cicd.worker.name");
  }

  @Test
  void aChangeRequestOfAMultibranchJobIsNamedWithItsTarget() {
    RunFacts run = Runs.run();
    RunFacts change =
        new RunFacts(
            run.controller(),
            "payments/checkout/PR-7",
            3,
            run.started(),
            "job/payments/job/checkout/job/PR-7/3/",
            List.of(Trigger.of(Trigger.Kind.SCM)),
            List.of(),
            List.of(new Checkout("https://github.com/acme/checkout", "abc", null, null, List.of())),
            new Branch("PR-7", "7", "main"),
            List.of(),
            null,
            false);
    AuditEvent event = RunEvents.started(change);
    assertThat(event.provenance().commit().orElseThrow().pullRequest()).isEqualTo("7");
    assertThat(event.provenance().commit().orElseThrow().ref()).isEqualTo("PR-7");
    assertThat(event.attributes().get("vcs.ref.base.name").asText()).isEqualTo("main");
  }

  @Test
  void everyRepositoryOfARunIsNamed() {
    Checkout library =
        new Checkout("https://u:p@git.acme.example/ci/library.git", "77aa", "v3", null, List.of());
    AuditEvent event =
        RunEvents.started(Runs.run().withCheckouts(List.of(Runs.checkout(), library)));
    assertThat(event.attributes().get("vcs.checkouts").toString())
        .isEqualTo(
            "[{\"vcs.repository.url.full\":\"https://git.acme.example/ci/library\","
                + "\"vcs.ref.head.revision\":\"77aa\",\"vcs.ref.head.name\":\"v3\"}]");
  }

  @Test
  void aRunThatAnotherStartedIsOfWhoeverStartedThatOne() {
    Trigger trigger =
        Trigger.upstream(
            new Trigger.Upstream(
                "release", 8, Runs.STARTED.minusSeconds(60), List.of(Trigger.user("dora", null))));
    AuditEvent event = RunEvents.started(Runs.run(Runs.CONTROLLER, "deploy", 5, trigger));
    assertThat(event.actor().id()).isEqualTo("dora");
    assertThat(event.links().causedBy())
        .containsExactly(
            new EventRef(
                Runs.CONTROLLER.source(),
                "run-release-8-" + Runs.STARTED.minusSeconds(60).toEpochMilli() + "-started"));
  }

  @Test
  void whoIsBehindARunIsToldAsWellAsItIsKnownAndNoBetter() {
    assertThat(actor(Trigger.of(Trigger.Kind.TIMER)).kind()).isEqualTo(Actor.Kind.SYSTEM);
    assertThat(actor(Trigger.of(Trigger.Kind.TIMER)).id()).isEqualTo("timer");
    assertThat(actor(Trigger.of(Trigger.Kind.SCM)).id()).as("the author").isEqualTo("bob");
    assertThat(actor(Trigger.of(Trigger.Kind.SCM)).via()).isEqualTo("scm");
    assertThat(actor(Trigger.of(Trigger.Kind.REPLAY), Trigger.user("eve", null)).id())
        .isEqualTo("eve");
    assertThat(actor(Trigger.of(Trigger.Kind.TIMER), Trigger.user("eve", null)).id())
        .isEqualTo("eve");
    assertThat(actor()).isEqualTo(Actor.unknown());
    assertThat(actor(Trigger.user("SYSTEM", null)).kind()).isEqualTo(Actor.Kind.SYSTEM);
    assertThat(actor(Trigger.upstream(new Trigger.Upstream("gone", 1, null, List.of()))).id())
        .isEqualTo("job/gone");
  }

  private static Actor actor(Trigger... triggers) {
    return RunEvents.started(Runs.run(Runs.CONTROLLER, "deploy", 5, triggers)).actor();
  }

  @Test
  void aReplayIsToldAsOne() {
    AuditEvent event =
        RunEvents.started(
            Runs.run(
                Runs.CONTROLLER,
                "deploy",
                5,
                Trigger.of(Trigger.Kind.REPLAY),
                Trigger.user("eve", null)));
    assertThat(event.attributes().get("jenkins.triggers").toString())
        .isEqualTo("[\"replay\",\"user\"]");
  }

  @Test
  void fiftyMegabytesOfParametersAndFiveThousandOfThemFitIntoAnEvent() {
    RunFacts run =
        Runs.with(Runs.run(), List.of(new Parameter("PAYLOAD", "x".repeat(50 << 20), false)), null);
    assertThat(wire(RunEvents.started(run)).length()).isLessThan(10_000);
    RunFacts many =
        Runs.with(Runs.run(), Collections.nCopies(5000, new Parameter("P", "y", false)), null);
    assertThat(wire(RunEvents.started(many)).length()).isLessThan(10_000);
  }

  @Property(tries = 300)
  void anyNamesAndValuesMakeAnEventThatCanBeReadBack(
      @ForAll String job, @ForAll String name, @ForAll String value, @ForAll String user) {
    RunFacts run =
        Runs.with(
            Runs.run(Runs.CONTROLLER, job, 1, Trigger.user(user, name)),
            List.of(new Parameter(name, value, false)),
            value);
    AuditEvent event = RunEvents.finished(run, new Ending(name, Duration.ZERO, value));
    assertThat(CODEC.decode(CODEC.encode(event)).ref()).isEqualTo(event.ref());
  }

  @Property(tries = 300)
  void runsOfDifferentJobsNeverShareAnId(@ForAll String one, @ForAll String other) {
    String first = RunEvents.started(Runs.run(Runs.CONTROLLER, one, 1)).ref().id();
    String second = RunEvents.started(Runs.run(Runs.CONTROLLER, other, 1)).ref().id();
    assertThat(first.equals(second)).isEqualTo(one.equals(other));
  }
}
