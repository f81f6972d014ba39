// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.capture;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RepositoryUrlTest {
  @ParameterizedTest
  @CsvSource({
    "git@github.com:acme/checkout.git, https://github.com/acme/checkout",
    "https://x-token:s3cr3t@github.com/acme/checkout.git/, https://github.com/acme/checkout",
    "ssh://git@GitHub.com:22/acme/checkout.git, https://github.com/acme/checkout",
    "git+ssh://git@github.com/acme/checkout, https://github.com/acme/checkout",
    "https://gitlab.acme.example:8443/a/b/c.git, https://gitlab.acme.example:8443/a/b/c",
    "https://gitlab.com/a/b.git?x=1#frag, https://gitlab.com/a/b",
    "git@ssh.dev.azure.com:v3/org/proj/repo, https://dev.azure.com/org/proj/_git/repo",
    "https://me:p@ss@host.example/a/b, https://host.example/a/b",
    "/srv/git/checkout.git, srv/git/checkout",
    "file:///srv/git/checkout.git, srv/git/checkout"
  })
  void isTheSameHoweverItWasWritten(String written, String normalised) {
    assertThat(RepositoryUrl.parse(written).orElseThrow()).hasToString(normalised);
  }

  @ParameterizedTest
  @CsvSource({
    "https://github.com/acme/checkout, https://github.com/acme/checkout/compare/a...b",
    "https://gitlab.com/acme/checkout, https://gitlab.com/acme/checkout/-/compare/a...b",
    "https://bitbucket.org/acme/checkout, https://bitbucket.org/acme/checkout/branches/compare/b%0Da",
    "https://git.acme.example/checkout,"
  })
  void knowsThePageThatComparesTwoRevisions(String repository, String page) {
    assertThat(RepositoryUrl.parse(repository).orElseThrow().compare("a", "b")).isEqualTo(page);
  }

  @Property
  void neverFailsAndKeepsNoCredentials(@ForAll String anything) {
    RepositoryUrl.parse(anything);
    assertThat(
            RepositoryUrl.parse("https://user:planted-secret@h/" + anything).map(Object::toString))
        .hasValueSatisfying(url -> assertThat(url).doesNotContain("planted-secret"));
  }
}
