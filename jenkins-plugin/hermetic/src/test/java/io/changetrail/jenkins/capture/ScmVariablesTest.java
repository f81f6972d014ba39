// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Provenance;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScmVariablesTest {
  private static final String SHA = Runs.REVISION;

  private static RunFacts run(List<Checkout> checkouts, Trigger... triggers) {
    return Runs.run(Runs.CONTROLLER, "payments/checkout", 7, triggers).withCheckouts(checkouts);
  }

  private static Provenance.Vcs commit(List<Checkout> checkouts) {
    return RunEvents.started(run(checkouts)).provenance().commit().orElseThrow();
  }

  @Test
  void C1_aRunOfSubversionNamesRepositoryRevisionAndBranch() {
    Provenance.Vcs commit =
        commit(
            ScmVariables.checkouts(
                Map.of(
                    "SVN_URL", "https://build:hunter2@svn.acme.example/shop/checkout/branches/2.x",
                    "SVN_REVISION", "4711")));
    assertThat(commit.repository()).isEqualTo("https://svn.acme.example/shop/checkout");
    assertThat(commit.revision()).isEqualTo("4711");
    assertThat(commit.ref()).isEqualTo("2.x");
  }

  @Test
  void C1_severalLocationsOfSubversionAreSeveralCheckouts() {
    assertThat(
            ScmVariables.checkouts(
                Map.of(
                    "SVN_URL_1", "https://svn.acme.example/shop/checkout/trunk",
                    "SVN_REVISION_1", "4711",
                    "SVN_URL_2", "https://svn.acme.example/ci/scripts",
                    "SVN_REVISION_2", "4699")))
        .extracting(Checkout::repository, Checkout::revision, Checkout::branch)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(
                "https://svn.acme.example/shop/checkout", "4711", "trunk"),
            org.assertj.core.groups.Tuple.tuple(
                "https://svn.acme.example/ci/scripts", "4699", null));
  }

  @Test
  void C3_whateverBringsGitsVariablesIsACheckout() {
    Provenance.Vcs commit =
        commit(
            ScmVariables.checkouts(
                Map.of(
                    "GIT_COMMIT",
                    SHA,
                    "GIT_URL",
                    "git@github.com:acme/checkout.git",
                    "GIT_BRANCH",
                    "origin/main",
                    "GIT_PREVIOUS_COMMIT",
                    Runs.BASE)));
    assertThat(commit.repository()).isEqualTo("https://github.com/acme/checkout");
    assertThat(commit.revision()).isEqualTo(SHA);
    assertThat(commit.ref()).isEqualTo("main");
    assertThat(commit.compareUrl()).contains(Runs.BASE).contains(SHA);
  }

  @ParameterizedTest
  @CsvSource({
    "MERCURIAL_REVISION, 9f2c1e7a4b6d8f0e1c3a5b7d9e2f4a6c8b0d1e3f, MERCURIAL_REPOSITORY_URL,"
        + " https://hg.acme.example/shop/checkout, https://hg.acme.example/shop/checkout",
    "P4_CHANGELIST, 88123, P4_PORT, ssl:perforce.acme.example:1666,"
        + " https://perforce.acme.example:1666/",
    "TFS_CHANGESET, 3301, TFS_SERVERURL, https://tfs.acme.example/shop,"
        + " https://tfs.acme.example/shop"
  })
  void C1_otherSystemsTellToo(
      String name, String revision, String place, String url, String known) {
    assertThat(commit(ScmVariables.checkouts(Map.of(name, revision, place, url))))
        .satisfies(
            commit -> {
              assertThat(commit.revision()).isEqualTo(revision);
              assertThat(commit.repository()).isEqualTo(known);
            });
  }

  @Test
  void C1_anAddressOfPerforceIsNoService() {
    AuditEvent event =
        RunEvents.started(
            run(
                ScmVariables.checkouts(
                    Map.of("P4_CHANGELIST", "88123", "P4_PORT", "perforce.acme.example:1666"))));
    assertThat(event.targets()).isEmpty();
  }

  @Test
  void C3_aJobThatIsToldWhatToDeployDeploysThat() {
    assertThat(
            ScmVariables.of(
                List.of(
                    new Parameter("GIT_COMMIT", SHA, false),
                    new Parameter("GIT_URL", "https://github.com/acme/checkout", false))))
        .singleElement()
        .satisfies(checkout -> assertThat(checkout.revision()).isEqualTo(SHA));
    assertThat(ScmVariables.of(List.of(new Parameter("GIT_COMMIT", "main", false)))).isEmpty();
    assertThat(ScmVariables.of(List.of(new Parameter("GIT_COMMIT", null, true)))).isEmpty();
  }

  @Test
  void C1_whatGitsPluginKeepsIsNotToldTwice() {
    List<Checkout> told =
        ScmVariables.checkouts(Map.of("GIT_COMMIT", SHA.toUpperCase(java.util.Locale.ROOT)));
    assertThat(Checkouts.and(List.of(Runs.checkout()), told)).containsExactly(Runs.checkout());
    assertThat(Checkouts.and(List.of(), told)).isEqualTo(told);
  }

  @Test
  void C1_theAuthorOfTheNewestCommitIsBehindAPushWhateverOrderTheLogIsIn() {
    List<Checkout> told =
        ScmVariables.checkouts(
            Map.of("SVN_URL", "https://svn.acme.example/shop/trunk", "SVN_REVISION", "4712"));
    List<Commit> newestFirst =
        List.of(new Commit("1200", "bob", "Retry"), new Commit("999", "carol", "Log"));
    AuditEvent event =
        RunEvents.started(run(ScmVariables.with(told, newestFirst), Trigger.of(Trigger.Kind.SCM)));
    assertThat(event.actor()).extracting(Actor::id).isEqualTo("bob");
    assertThat(event.attributes().get("vcs.commits").toString()).isEqualTo("[\"999\",\"1200\"]");
  }

  @Test
  void C1_commitsOfOneOfSeveralRepositoriesAreNotTheOthers() {
    List<Checkout> told =
        ScmVariables.checkouts(
            Map.of(
                "SVN_URL_1", "https://svn.acme.example/a",
                "SVN_REVISION_1", "12",
                "SVN_URL_2", "https://svn.acme.example/b",
                "SVN_REVISION_2", "44"));
    List<Checkout> with =
        ScmVariables.with(
            told, List.of(new Commit("44", "bob", "Fix"), new Commit("43", "bob", "Try")));
    assertThat(with.get(0).commits()).isEmpty();
    assertThat(with.get(1).commits()).extracting(Commit::revision).containsExactly("43", "44");
  }

  @Property
  void noVariableFailsOrKeepsACredential(@ForAll String anything) {
    ScmVariables.checkouts(
        Map.of("GIT_COMMIT", anything, "SVN_REVISION", anything, "P4_CHANGELIST", anything));
    for (Checkout each :
        ScmVariables.checkouts(
            Map.of(
                "GIT_COMMIT",
                SHA,
                "GIT_URL",
                "https://me:planted-secret@h/" + anything,
                "GIT_BRANCH",
                anything,
                "SVN_REVISION",
                "1",
                "SVN_URL",
                "https://me:planted-secret@h/" + anything))) {
      assertThat(String.valueOf(each.repository())).doesNotContain("planted-secret");
    }
  }
}
