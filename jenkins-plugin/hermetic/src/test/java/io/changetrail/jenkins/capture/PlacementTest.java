// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.changetrail.jenkins.capture.Placement.Sender;
import io.changetrail.model.AuditEvent;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What folders say of the jobs in them. */
class PlacementTest {
  private static FolderScope folder(
      String name,
      @Nullable String credential,
      @Nullable String service,
      @Nullable String environment) {
    return new FolderScope(name, credential, service, environment, JobPatterns.of(null, null));
  }

  @Test
  void O4_inEachMatterTheNearestFolderThatSaysSomethingDecides() {
    Placement placement =
        Placement.in(
            List.of(
                folder("team/shop/checkout", null, "checkout", null),
                folder("team/shop", "shop-token", "shop", null),
                folder("team", "team-token", null, "staging")));
    assertThat(placement)
        .isEqualTo(new Placement(new Sender("team/shop", "shop-token"), "checkout", "staging"));
    assertThat(Placement.in(List.of())).isEqualTo(Placement.NONE);
  }

  @Test
  void O4_aRunIsOfTheServiceOfItsFolderAndNotOfItsRepository() {
    Placement placement = new Placement(null, "basket", "prod");
    AuditEvent event = RunEvents.started(Runs.run().withPlacement(placement));
    assertThat(event.targets().get(0).service()).isEqualTo("basket");
  }

  @Test
  void C3_whereNothingElseSaysTheEnvironmentTheFolderDoes() {
    RunFacts run = Runs.run().withPlacement(new Placement(null, "basket", "prod"));
    assertThat(DeploymentRule.detect(List.of(), run, "Deploy", "k", Runs.STARTED))
        .hasValueSatisfying(
            found -> {
              assertThat(found.environment()).isEqualTo("prod");
              assertThat(found.services()).containsExactly("basket");
            });
    assertThat(DeploymentRule.detect(List.of(), run, "Deploy to qa", "k", Runs.STARTED))
        .hasValueSatisfying(found -> assertThat(found.environment()).isEqualTo("qa"));
    assertThat(DeploymentRule.detect(List.of(), run, "Deploy to qa, then prod", "k", Runs.STARTED))
        .as("two are named, and the folder does not choose")
        .isEmpty();
    assertThat(DeploymentRule.detect(List.of(), Runs.run(), "Deploy", "k", Runs.STARTED)).isEmpty();
  }

  @Test
  void whatAStepSaysComesBeforeWhatTheFolderSays() {
    Placement placement = new Placement(null, "basket", "prod");
    assertThat(placement.service("search")).isEqualTo("search");
    assertThat(placement.service(" ")).isEqualTo("basket");
    assertThat(placement.environment(null)).isEqualTo("prod");
    assertThat(Placement.NONE.environment(null)).isEmpty();
    AuditEvent event =
        DeclaredChanges.config(
            Runs.run().withPlacement(placement),
            new DeclaredChanges.Told("k", Runs.STARTED, null, null, null, null, null, null),
            "timeout",
            "1s",
            "2s");
    assertThat(event.targets().get(0).environment()).isEqualTo("prod");
    assertThat(event.targets().get(0).service()).isEqualTo("basket");
  }

  @Test
  void aFolderLeavesJobsOutByTheirNamesBelowIt() {
    FolderScope scope =
        new FolderScope("team", null, null, null, JobPatterns.of(null, "sandbox, */wip"));
    assertThat(scope.captures("team/checkout")).isTrue();
    assertThat(scope.captures("team/sandbox/x")).isFalse();
    assertThat(scope.captures("team/checkout/wip")).isFalse();
    assertThat(scope.captures("team")).as("the folder itself").isTrue();
    assertThat(scope.captures("teams/sandbox")).as("another folder").isTrue();
  }
}
