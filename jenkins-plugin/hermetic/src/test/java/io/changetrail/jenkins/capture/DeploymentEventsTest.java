// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.changetrail.model.AuditEvent;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.Outcome;
import io.changetrail.model.Phase;
import io.changetrail.model.Provenance;
import io.changetrail.model.codec.CdEventTypes;
import io.changetrail.model.codec.CloudEventsCodec;
import java.time.Instant;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DeploymentEventsTest {
  private static final String DIGEST =
      "sha256:b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c";
  private static final Instant BEGAN = Runs.STARTED.plusSeconds(90);

  private static Deployment deployment(@Nullable String artifact, String... services) {
    return new Deployment(
        "step-17",
        List.of(services),
        "prod",
        artifact,
        null,
        "Deploy",
        "deploy",
        "Retry the gateway",
        "SHOP-12",
        BEGAN,
        true);
  }

  @Test
  void C10_aDeploymentsStartAndEndAreTwoEventsOfOneChange() {
    Deployment deployment = deployment("ghcr.io/acme/checkout:1.4.2@" + DIGEST, "checkout");
    AuditEvent started = DeploymentEvents.started(Runs.run(), deployment);
    AuditEvent finished =
        DeploymentEvents.finished(
            Runs.run(), deployment, BEGAN.plusMillis(41_500), Outcome.SUCCESS);

    assertThat(started.change().phase()).isEqualTo(Phase.STARTED);
    assertThat(started.time()).isEqualTo(BEGAN);
    assertThat(finished.change().id()).isEqualTo(started.change().id());
    assertThat(finished.links().causedBy())
        .containsExactly(started.ref(), RunEvents.started(Runs.run()).ref());
    assertThat(finished.attributes().get("deployment.duration").asDouble()).isEqualTo(41.5);
    assertThat(finished.change().summary()).isEqualTo("checkout 1.4.2 to prod: success");
    assertThat(finished.change().reason()).isEqualTo("Retry the gateway");
    assertThat(finished.change().ticket()).isEqualTo("SHOP-12");
    assertThat(CdEventTypes.typeOf(started))
        .isEqualTo("dev.cdeventsx.changetrail-deployment.started.0.1.0");
    assertThat(CdEventTypes.typeOf(finished)).isEqualTo("dev.cdevents.service.deployed.0.3.0");
  }

  @ParameterizedTest
  @EnumSource(names = {"FAILURE", "ABORTED", "UNKNOWN"})
  void C10_aDeploymentThatDidNotEndWellNeverCountsAsDeployed(Outcome outcome) {
    AuditEvent event =
        DeploymentEvents.finished(
            Runs.run(), deployment("acme/checkout:1", "checkout"), BEGAN.plusSeconds(1), outcome);
    assertThat(event.change().ended()).contains(outcome);
    assertThat(CdEventTypes.typeOf(event))
        .isEqualTo("dev.cdeventsx.changetrail-deployment.finished.0.1.0");
  }

  @Test
  void E3_commitBuildAndDigestAreOnOneEvent() {
    AuditEvent event =
        DeploymentEvents.finished(
            Runs.run(),
            deployment("ghcr.io/acme/checkout:1.4.2@" + DIGEST, "checkout"),
            BEGAN.plusSeconds(1),
            Outcome.SUCCESS);
    Provenance provenance = event.provenance();
    assertThat(provenance.commit().orElseThrow().revision()).isEqualTo(Runs.REVISION);
    assertThat(provenance.run().orElseThrow().url()).endsWith("/main/42/");
    assertThat(provenance.run().orElseThrow().stage()).isEqualTo("Deploy");
    assertThat(provenance.artifacts())
        .singleElement()
        .satisfies(
            artifact -> {
              assertThat(artifact.digest()).isEqualTo(DIGEST);
              assertThat(artifact.version()).isEqualTo("1.4.2");
              assertThat(artifact.purl()).startsWith("pkg:oci/checkout@sha256%3Ab5bb");
            });
  }

  @Test
  void E4_oneReleaseOfManyServicesIsOneEventOnAllTheirTimelines() {
    AuditEvent event =
        DeploymentEvents.started(
            Runs.run(),
            new Deployment(
                "k",
                Deployment.names("checkout, cart,\nsearch"),
                " prod ",
                null,
                "7",
                null,
                "Deploy",
                null,
                null,
                BEGAN,
                true));
    assertThat(event.targets())
        .extracting(target -> target.service() + "@" + target.environment())
        .containsExactly("checkout@prod", "cart@prod", "search@prod");
    assertThat(event.change().summary()).isEqualTo("checkout and 2 more 7 to prod: started");
  }

  @Test
  void E6_eachStepOfARolloutIsALinkedEventOfTheSameChange() {
    Deployment deployment = deployment(null, "checkout");
    AuditEvent started = DeploymentEvents.started(Runs.run(), deployment);
    AuditEvent five = DeploymentEvents.progressed(Runs.run(), deployment, BEGAN.plusSeconds(60), 5);
    AuditEvent fifty =
        DeploymentEvents.progressed(Runs.run(), deployment, BEGAN.plusSeconds(120), 50);

    assertThat(List.of(five, fifty))
        .allSatisfy(
            step -> {
              assertThat(step.change().phase()).isEqualTo(Phase.PROGRESSED);
              assertThat(step.change().id()).isEqualTo(started.change().id());
              assertThat(step.links().causedBy()).contains(started.ref());
            });
    assertThat(five.change().rollout()).isEqualTo(5);
    assertThat(fifty.change().rollout()).isEqualTo(50);
    assertThat(five.ref()).isNotEqualTo(fifty.ref());
  }

  @Test
  void C10_aDeploymentToldAsAWholeNamesNoStartAndNoDurationThatNobodySaw() {
    Deployment deployment = deployment(null, "checkout");
    AuditEvent happened = DeploymentEvents.happened(Runs.run(), deployment, Outcome.SUCCESS);
    AuditEvent reached = DeploymentEvents.reached(Runs.run(), deployment, 25);

    assertThat(List.of(happened, reached))
        .allSatisfy(
            event -> {
              assertThat(event.time()).isEqualTo(BEGAN);
              assertThat(event.links().causedBy())
                  .containsExactly(RunEvents.started(Runs.run()).ref());
              assertThat(event.attributes()).doesNotContainKey("deployment.duration");
            });
  }

  @Test
  void theRangeOfCommitsBeginsAtTheLastDeploymentThere() {
    RunFacts run = Runs.run();
    String deployed = "0000000000000000000000000000000000000001";
    AuditEvent event =
        DeploymentEvents.started(
            run.withCheckouts(List.of(run.checkouts().get(0).since(deployed))),
            deployment(null, "checkout"));
    assertThat(event.provenance().commit().orElseThrow().compareUrl())
        .isEqualTo("https://github.com/acme/checkout/compare/" + deployed + "..." + Runs.REVISION);
    assertThat(event.attributes())
        .as("the commits of this run alone would pass for the whole range")
        .doesNotContainKey("vcs.commits");
    assertThat(event.provenance().commit().orElseThrow().author()).isEqualTo("bob");
  }

  @Test
  void E8_theSpanOfTheStepJoinsItsEvents() {
    String traceparent = "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01";
    AuditEvent event =
        DeploymentEvents.started(
            Runs.run().withTraceparent(traceparent), deployment(null, "checkout"));
    assertThat(event.links().traceparent()).isEqualTo(traceparent);
  }

  @Test
  void whatIsMissingIsSaidToWhoeverWroteTheStep() {
    assertThatThrownBy(() -> deployment(null))
        .hasMessage("service is required: name what is deployed, as in service: 'checkout'");
    assertThatThrownBy(
            () ->
                new Deployment(
                    "k", List.of("a"), " ", null, null, null, "deploy", null, null, BEGAN, true))
        .hasMessage("environment is required: say where it is deployed, as in environment: 'prod'");
  }

  @Property(tries = 300)
  void anyWordsMakeAnEventThatCanBeReadBack(@ForAll String a, @ForAll String b) {
    CloudEventsCodec codec = new CloudEventsCodec();
    Deployment deployment =
        new Deployment(a, List.of("s" + a), "e" + b, b, a, b, "x" + a, a, b, BEGAN, true);
    AuditEvent event =
        DeploymentEvents.finished(Runs.run(), deployment, BEGAN.plusSeconds(1), Outcome.SUCCESS);
    assertThat(codec.decode(codec.encode(event)).ref()).isEqualTo(event.ref());
  }

  private static DeclaredChanges.Told told(@Nullable String environment) {
    return new DeclaredChanges.Told(
        "step-9", BEGAN, "checkout", environment, "Configure", null, null, null);
  }

  @Test
  void aSettingIsAConfigurationChangeWithBothValues() {
    AuditEvent event =
        DeclaredChanges.config(Runs.run(), told("prod"), "gateway.timeout", "2s", "5s");
    assertThat(event.change().kind()).isEqualTo(ChangeKind.CONFIG);
    assertThat(event.change().summary()).isEqualTo("gateway.timeout in prod: 2s → 5s");
    assertThat(event.change().state().patch().toString())
        .isEqualTo("[{\"op\":\"replace\",\"path\":\"/gateway.timeout\",\"value\":\"5s\"}]");
    assertThat(event.targets().get(0).resource().name()).isEqualTo("gateway.timeout");
    assertThat(event.provenance().run().orElseThrow().stage()).isEqualTo("Configure");
  }

  @Test
  void aFlagIsAFlagChangeWithItsShare() {
    AuditEvent event = DeclaredChanges.flag(Runs.run(), told("prod"), "new-cart", null, "on", 25d);
    assertThat(event.change().kind()).isEqualTo(ChangeKind.FEATURE_FLAG);
    assertThat(event.change().action()).isEqualTo("enable");
    assertThat(event.change().rollout()).isEqualTo(25);
    assertThat(event.change().summary()).isEqualTo("flag new-cart in prod: on at 25 %");
    assertThat(event.targets().get(0).resource().kind()).isEqualTo("feature_flag");
  }

  @Test
  void anyOtherChangeHasTheKindThatItSays() {
    AuditEvent event = DeclaredChanges.event(Runs.run(), told("prod"), "schema", "add index");
    assertThat(event.change().kind()).isEqualTo(ChangeKind.SCHEMA);
    assertThat(event.change().summary()).isEqualTo("schema add index in prod");
  }

  @Test
  void whatCannotBeRecordedSaysWhatToDo() {
    assertThatThrownBy(() -> DeclaredChanges.config(Runs.run(), told("prod"), " ", "a", "b"))
        .hasMessageContaining("key is required");
    assertThatThrownBy(() -> DeclaredChanges.config(Runs.run(), told(null), "k", "a", "b"))
        .hasMessageContaining("environment is required");
    assertThatThrownBy(() -> DeclaredChanges.flag(Runs.run(), told("prod"), "k", null, "on", 140d))
        .hasMessageContaining("from 0 to 100");
    assertThatThrownBy(() -> DeclaredChanges.event(Runs.run(), told("prod"), "nonsense", null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'nonsense' is not known");
  }
}
