// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.server.access.TokenFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The first command that anybody types. */
class DemoTest {
  private static final Instant NOON = Instant.parse("2026-05-12T12:00:00Z");

  @TempDir private Path data;

  private static Terminal terminal() {
    return new Terminal().at(InstantSource.fixed(NOON));
  }

  @Test
  void theAnswerIsOneJsonObjectWithTheSuspectsAndWhatTheirScoresAreMadeOf() {
    Terminal.Result result = terminal().run("demo", "--exit", "--json").succeeded();

    assertThat(result.json()).hasSize(1);
    JsonNode answer = result.json().get(0);
    assertThat(answer.path("verdict").asText()).isEqualTo("explained");
    assertThat(answer.path("suspects")).isNotEmpty();
    assertThat(answer.path("suspects"))
        .allSatisfy(
            suspect -> {
              assertThat(suspect.path("change").path("summary").asText()).isNotBlank();
              assertThat(suspect.path("score").asDouble()).isBetween(0.0, 1.0);
              assertThat(suspect.path("factors")).isNotEmpty();
              assertThat(suspect.path("factors"))
                  .allSatisfy(
                      factor -> {
                        assertThat(factor.path("name").asText()).isNotBlank();
                        assertThat(factor.path("value").isNumber()).isTrue();
                        assertThat(factor.path("weight").isNumber()).isTrue();
                        assertThat(factor.path("reason").asText()).isNotBlank();
                      });
            });
    assertThat(answer.at("/suspects/0/change/kind").asText()).isEqualTo("feature_flag");
    assertThat(answer.at("/suspects/0/change/summary").asText()).contains("checkout-new-pricing");
  }

  @Test
  void peopleReadTheVerdictTheSuspectAndHowToGoOn() {
    Terminal.Result result = terminal().run("demo", "--exit").succeeded();

    assertThat(result.out()).contains("explained", "1. ", "checkout-new-pricing", "because");
    assertThat(result.err()).contains("events of the night of 2026-05-12", "checkout at 02:03");
  }

  @Test
  void aNightThatWasKeptIsReplayedWithoutStoringItTwice() {
    String first = terminal().run("demo", "--exit", "--json", "--data", data.toString()).out();
    String second = terminal().run("demo", "--exit", "--json", "--data", data.toString()).out();

    assertThat(second).isEqualTo(first);
    assertThat(data.resolve("store")).isDirectory();
  }

  @Test
  void aDirectoryWithTokensIsRefusedAndLeftAlone() throws Exception {
    new Terminal().run("token", "create", "ci", "--read", "--data", data.toString()).succeeded();

    Terminal.Result result = terminal().run("demo", "--exit", "--data", data.toString());

    assertThat(result.exitCode()).isEqualTo(ExitCodes.USAGE);
    assertThat(result.err()).contains("has tokens", "a directory of its own");
    assertThat(Files.readString(data.resolve(TokenFile.NAME))).contains("\"ci\"");
  }
}
