// SPDX-License-Identifier: Apache-2.0
package io.changetrail.action;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A job that sends with the identity that GitHub gives it, to a server that trusts the issuer. */
class IdTokenTest {
  private static final String AUDIENCE = "https://changetrail.acme.example";

  @TempDir private Path directory;
  private TokenIssuer issuer;
  private RunningAuditServer server;

  @BeforeEach
  void start() throws Exception {
    issuer = TokenIssuer.start();
    server =
        RunningAuditServer.start(
            directory.resolve("data"),
            Map.of(
                "oidc.acme.issuer", issuer.url(),
                "oidc.acme.server", "https://github.com",
                "oidc.acme.audience", AUDIENCE,
                "oidc.acme.owners", "4711",
                "oidc.acme.repositories", "1001",
                "oidc.acme.otherEnvironments", "refuse"));
  }

  @AfterEach
  void stop() {
    server.close();
    issuer.close();
  }

  private Step step(String name) throws Exception {
    return Step.of(directory.resolve(name), server.address())
        .variable("ACTIONS_ID_TOKEN_REQUEST_URL", issuer.url() + "/token?api-version=2.0")
        .variable("ACTIONS_ID_TOKEN_REQUEST_TOKEN", TokenIssuer.PERMISSION)
        .with("audience", AUDIENCE)
        .with("environment", "prod");
  }

  @Test
  void X2_aJobSendsWithItsIdTokenAndNoSecret() throws Exception {
    Step step = step("runner");
    Step.Result main = step.main();
    assertThat(main.outputs()).as(main.log()).containsEntry("accepted", "1");
    Step.Result post = step.post();
    assertThat(post.outputs()).as(post.log()).containsEntry("accepted", "1");

    assertThat(server.events()).hasSize(2);
    assertThat(issuer.issued()).hasSizeGreaterThanOrEqualTo(2).doesNotHaveDuplicates();
    assertThat(issuer.issued())
        .allSatisfy(
            token -> assertThat(main.log() + post.log()).containsOnlyOnce("::add-mask::" + token));
  }

  @Test
  void X2_whatTheTokenDoesNotBearOutIsRefusedAndLeftInTheOutput() throws Exception {
    Step step =
        step("runner").variable("GITHUB_REPOSITORY", "acme/cart").with("fail-on-error", "true");
    step.main();
    Step.Result end = step.post();

    assertThat(end.exitCode()).isEqualTo(10);
    assertThat(end.log()).contains("::error title=Changetrail::2 events are not at the server");
    assertThat(end.outputs().get("unsent").lines()).hasSize(2);
    assertThat(end.summary()).contains("of which it refused 2");
    assertThat(server.events()).isEmpty();
  }
}
