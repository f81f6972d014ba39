// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CheckoutsAndPatternsTest {
  private static Checkout of(String repository, String revision, Commit... commits) {
    return new Checkout(repository, revision, "main", null, List.of(commits));
  }

  @Test
  void aRunIsAboutTheRevisionThatItWasStartedForAndNotAboutItsLibrary() {
    Checkout library = of("https://git.acme.example/ci/library", "aaaa");
    Checkout service = of("https://git.acme.example/acme/checkout", "bbbb");
    assertThat(Checkouts.mainFirst(List.of(library, service), "bbbb"))
        .containsExactly(service, library);
    // A change request that is merged first has the hashes of both sides.
    assertThat(Checkouts.mainFirst(List.of(library, service), "bbbb+cccc (merge)"))
        .startsWith(service);
  }

  @Test
  void elseItIsAboutWhatWasCheckedOutFirstAndNotAboutALibraryThatBroughtCommits() {
    Checkout library =
        of("https://git.acme.example/ci/library", "aaaa", new Commit("aaaa", "bob", "Fix"));
    Checkout service = of("https://git.acme.example/acme/checkout", "bbbb");
    assertThat(Checkouts.mainFirst(List.of(service, library), null)).startsWith(service);
    assertThat(Checkouts.mainFirst(List.of(library, library), null)).containsExactly(library);
  }

  @Test
  void aRangeOfCommitsIsOfOneRepository() {
    Checkout library = of("https://git.acme.example/ci/library", "aaaa");
    Checkout service = of("git@git.acme.example:acme/checkout.git", "bbbb");
    Optional<Deployed> before =
        Deployed.by(List.of(of("https://git.acme.example/acme/checkout", "0000"), library));

    assertThat(Deployed.since(List.of(service, library), before).get(0).base()).isEqualTo("0000");
    assertThat(Deployed.since(List.of(library, service), before).get(0).base()).isNull();
    assertThat(Deployed.since(List.of(service), Optional.empty()).get(0).base()).isNull();
    assertThat(Deployed.since(List.of(), before)).isEmpty();
    assertThat(Deployed.by(List.of())).isEmpty();
  }

  @Test
  void ofARangeThatIsLongerThanTheRunsOwnNotAllCommitsAreKnown() {
    Checkout checkout =
        new Checkout(
            "https://git.acme.example/acme/checkout",
            "bbbb",
            "main",
            "aaaa",
            List.of(new Commit("bbbb", "bob", "Fix")));
    assertThat(checkout.since("aaaa").complete()).isTrue();
    assertThat(checkout.since("0000").complete()).isFalse();
    assertThat(checkout.since("0000").since("0000").complete()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "payments, payments/checkout/main, true",
    "payments, payments-eu/checkout, false",
    "payments/*, payments/checkout, true",
    "payments/*/main, payments/checkout/main, true",
    "payments/*/main, payments/a/b/main, false",
    "**/main, payments/a/b/main, true",
    "'a, b', b, true",
    "deploy-?, deploy-1, true",
    "deploy-?, deploy-12, false",
    "'odd.(name)[x]+$', 'odd.(name)[x]+$', true",
    "'odd.name', 'oddxname', false"
  })
  void patternsAreOfNamesWithWildcards(String include, String job, boolean matches) {
    assertThat(JobPatterns.of(include, null).match(job)).isEqualTo(matches);
  }

  @Test
  void nothingMeansAllAndExclusionWins() {
    assertThat(JobPatterns.of(null, " ").match("any/job")).isTrue();
    assertThat(JobPatterns.of("team", "team/secret\nother").match("team/secret/x")).isFalse();
    assertThat(JobPatterns.of("team", "team/secret\nother").match("team/public")).isTrue();
  }

  @Property
  void noPatternFails(@ForAll String pattern, @ForAll String job) {
    JobPatterns.of(pattern, pattern).match(job);
  }
}
