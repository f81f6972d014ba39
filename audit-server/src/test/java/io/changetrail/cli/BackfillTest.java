// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

/** {@code changetrail backfill github --since 30d}, as far as it is the command's. */
class BackfillTest {
  private static final InstantSource NOON =
      InstantSource.fixed(Instant.parse("2026-03-31T12:00:00.5Z"));

  @Test
  void theServerIsAskedForThatSpanAndWhatCameOfItIsSaid() throws Exception {
    try (ScriptedServer server =
        new ScriptedServer().thenJson("{\"failed\":[],\"repositories\":7,\"stored\":123}")) {
      Terminal.Result result =
          Terminal.at(server.address()).at(NOON).run("backfill", "github", "--since", "30d");

      assertThat(result.succeeded().out())
          .contains("123 events from the history of 7 repositories");
      ScriptedServer.Asked asked = server.asked().element();
      assertThat(asked.method()).isEqualTo("POST");
      assertThat(asked.uri().toString())
          .isEqualTo("/v1/github/backfill?since=2026-03-01T12:00:00Z");
    }
  }

  @Test
  void repositoriesThatCouldNotBeReadAreNamedAndTheCommandFails() throws Exception {
    String answer =
        "{\"failed\":[{\"repository\":\"acme/gone\",\"detail\":\"is answered 404\"}],"
            + "\"repositories\":1,\"stored\":5}";
    try (ScriptedServer server = new ScriptedServer().thenJson(answer)) {
      Terminal.Result result =
          Terminal.at(server.address())
              .at(NOON)
              .run(
                  "backfill",
                  "github",
                  "--since=30d",
                  "--repository=acme/checkout",
                  "--repository=acme/gone");

      assertThat(result.exitCode()).isEqualTo(ExitCodes.REFUSED);
      assertThat(result.out()).contains("acme/gone: is answered 404");
      assertThat(server.asked().element().uri().toString())
          .endsWith("&repository=acme%2Fcheckout&repository=acme%2Fgone");
    }
  }

  @Test
  void aSystemWithoutHistoryIsAUsageError() {
    Terminal.Result result = new Terminal().run("backfill", "gitlab", "--since=30d");
    assertThat(result.exitCode()).isEqualTo(ExitCodes.USAGE);
    assertThat(result.err()).contains("'gitlab'").contains("github");
  }
}
