// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DeploymentRuleTest {
  private static Optional<Deployment> detect(
      List<DeploymentRule> rules, RunFacts run, @Nullable String stage) {
    return DeploymentRule.detect(rules, run, stage, "stage-7", Runs.STARTED);
  }

  private static RunFacts with(Parameter... parameters) {
    return Runs.with(Runs.run(), List.of(parameters), null);
  }

  @ParameterizedTest
  @CsvSource({
    "Deploy to prod, prod",
    "deploy-staging, staging",
    "Deploy (QA), qa",
    "Rollout prod-eu1, prod-eu1",
    "Helm upgrade PROD, prod",
    "kubectl apply: pre-prod, pre-prod",
    "Promote to production, production",
    "ansible-playbook site.yml dev2, dev2"
  })
  void C3_aStageOfAPipelineThatNobodyEditedIsKnownByItsWords(String stage, String environment) {
    Deployment found =
        detect(List.of(), with(new Parameter("VERSION", "1.4.2", false)), stage).orElseThrow();
    assertThat(found.environment()).isEqualTo(environment);
    assertThat(found.services()).containsExactly("acme/checkout");
    assertThat(found.version()).isEqualTo("1.4.2");
    assertThat(found.stage()).isEqualTo(stage);
    assertThat(found.started()).isEqualTo(Runs.STARTED);
  }

  @Test
  void C3_elseAParameterSaysTheEnvironment() {
    assertThat(
            detect(List.of(), with(new Parameter("environment", "prod-us", false)), "Deploy")
                .orElseThrow()
                .environment())
        .isEqualTo("prod-us");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Build",
        "Unit tests",
        "Deploy",
        "Deploy to prod and staging",
        "Redeployable archive to dev",
        "Test",
        "Publish to dev registry",
        "Declarative: Post Actions"
      })
  void C3_whatIsNotCertainIsNotGuessed(String stage) {
    assertThat(detect(List.of(), with(), stage)).isEmpty();
  }

  @Test
  void C3_aJobThatDeploysIsADeploymentAsAWhole() {
    RunFacts run =
        Runs.run(
            Runs.CONTROLLER, "payments/deploy-checkout-prod/main", 3, Trigger.user("al", null));
    assertThat(detect(List.of(), run, null).orElseThrow().environment()).isEqualTo("prod");
    assertThat(detect(List.of(), Runs.run(), null))
        .as("its folder or branch says nothing")
        .isEmpty();
  }

  @Test
  void C3_theNameOfABranchIsNoNameOfAJob() {
    RunFacts branch =
        Runs.run(
            Runs.CONTROLLER, "payments/checkout/fix-deploy-to-test", 3, Trigger.user("al", null));
    assertThat(detect(List.of(), branch, null)).isEmpty();
    RunFacts job =
        Runs.run(Runs.CONTROLLER, "payments/deploy-to-test/main", 3, Trigger.user("al", null));
    assertThat(detect(List.of(), job, null).orElseThrow().environment()).isEqualTo("test");
  }

  @Test
  void C3_mostStagesAreNotEvenLookedAt() {
    assertThat(DeploymentRule.mayDetect(List.of(), "checkout", "Unit tests")).isFalse();
    assertThat(DeploymentRule.mayDetect(List.of(), "checkout", "Deploy to prod")).isTrue();
  }

  @Test
  void C3_whatAStepDeclaresIsNotASecondDeploymentBesideTheDetectedOne() {
    Deployment detected = detect(List.of(), with(), "Deploy to prod").orElseThrow();
    Deployment declared = declared("checkout", "prod", "Deploy to prod");

    assertThat(declared.isMeantBy(detected)).isTrue();
    Deployment whole = declared.inPlaceOf(detected);
    assertThat(whole.key()).isEqualTo(detected.key());
    assertThat(whole.started()).isEqualTo(detected.started());
    assertThat(whole.services()).containsExactly("checkout");
    assertThat(declared("cart", "prod", "Deploy to prod").isMeantBy(whole))
        .as("a second one in that stage is another")
        .isFalse();
    assertThat(declared("checkout", "qa", "Deploy to prod").isMeantBy(detected)).isFalse();
    assertThat(declared("checkout", "prod", "Smoke tests").isMeantBy(detected)).isFalse();
    assertThat(declared("acme/checkout", "prod", "Smoke tests").isMeantBy(detected)).isTrue();
  }

  private static Deployment declared(String service, String environment, String stage) {
    return new Deployment(
        "step-9",
        List.of(service),
        environment,
        null,
        null,
        stage,
        "deploy",
        null,
        null,
        Runs.STARTED.plusSeconds(5),
        true);
  }

  @Test
  void C3_rulesTakeThePlaceOfWords() {
    DeploymentRule rule =
        new DeploymentRule(
            JobPatterns.of("payments", null),
            JobPatterns.of("Ship*", null),
            "${SERVICE}",
            "live-${REGION}",
            "${BUILD}");
    RunFacts run =
        with(
            new Parameter("SERVICE", "checkout", false),
            new Parameter("REGION", "eu", false),
            new Parameter("BUILD", "77", false));
    Deployment found = detect(List.of(rule), run, "Ship it").orElseThrow();
    assertThat(found.services()).containsExactly("checkout");
    assertThat(found.environment()).isEqualTo("live-eu");
    assertThat(found.version()).isEqualTo("77");

    assertThat(detect(List.of(rule), run, "Deploy to prod")).as("no rule is about it").isEmpty();
    assertThat(detect(List.of(rule), run, null)).isEmpty();
    assertThat(detect(List.of(rule), with(), "Ship it")).as("a parameter is missing").isEmpty();
  }

  @Test
  void C3_aRollbackIsOne() {
    assertThat(detect(List.of(), Runs.run(), "Deploy rollback to prod").orElseThrow().action())
        .isEqualTo("rollback");
  }

  @Test
  void C3_aSensitiveParameterIsNeverTaken() {
    assertThat(detect(List.of(), with(new Parameter("ENV", "secret", true)), "Deploy")).isEmpty();
  }

  @Property
  void noNameOfAStageFails(@ForAll String stage, @ForAll String template) {
    detect(List.of(), Runs.run(), stage);
    detect(
        List.of(
            new DeploymentRule(
                JobPatterns.of(null, null),
                JobPatterns.of("**", null),
                template,
                template,
                template)),
        Runs.run(),
        stage);
  }
}
