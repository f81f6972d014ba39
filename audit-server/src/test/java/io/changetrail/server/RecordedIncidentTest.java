// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.server.RunningServer.Answer;
import io.changetrail.server.access.Token;
import io.changetrail.server.access.TokenFile;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An anomaly that somebody asks about becomes an incident, of which people say what they know. */
class RecordedIncidentTest {
  @TempDir private Path data;
  private final Instant now = Instant.now();

  private Answer record(RunningServer server, String service, String environment) throws Exception {
    return server.post(
        "/v1/correlations",
        "application/json",
        """
        {"service":"%s","environment":"%s","alertedAt":"%s","signal":"error_rate"}"""
            .formatted(service, environment, now));
  }

  @Test
  void U2_whatIsAskedIsKeptOnceWithItsAnswerAndFeedbackRanksItAnew() throws Exception {
    try (RunningServer server = RunningServer.start(data)) {
      server.store(
          Events.deployment("first", now.minusSeconds(60), "checkout", "prod").build(),
          Events.deployment("other", now.minusSeconds(900), "checkout", "prod").build());

      Answer kept = record(server, "checkout", "prod");

      assertThat(kept.status()).as(kept.text()).isEqualTo(201);
      assertThat(kept.json().path("status").asText()).isEqualTo("recorded");
      assertThat(kept.json().path("summary").asText()).isEqualTo("checkout in prod: error_rate");
      String id = kept.json().path("id").asText();
      assertThat(record(server, "checkout", "prod").json().path("id").asText()).isEqualTo(id);
      assertThat(server.get("/v1/correlations").json().path("correlations")).hasSize(1);
      JsonNode suspects = kept.json().at("/answer/suspects");
      assertThat(suspects).hasSize(2);
      String first = suspects.at("/0/change/id").asText();

      server.post(
          "/v1/correlations/" + id + "/feedback",
          "application/json",
          "{\"change\":\"" + first + "\",\"cause\":false}");

      JsonNode after = server.get("/v1/correlations/" + id).json();
      assertThat(after.at("/answer/suspects/0/change/id").asText()).isNotEqualTo(first);
      assertThat(after.at("/feedback/0/by").asText()).isEqualTo("development");
    }
  }

  @Test
  void nobodyKeepsOneOfWhatTheyMayNotRead() throws Exception {
    String reader =
        new TokenFile(data.resolve(TokenFile.NAME))
            .create(
                new TokenFile.Grant(
                    "prod",
                    "default",
                    null,
                    null,
                    new Token.Read(List.of("prod"), List.of("checkout"), null),
                    false),
                now)
            .secret();
    try (RunningServer server = RunningServer.start(data)) {
      RunningServer limited = server.as(reader);

      assertThat(record(limited, "checkout", "staging").json().path("field").asText())
          .isEqualTo("service");
      assertThat(record(limited, "cart", "prod").status()).isEqualTo(400);
      assertThat(record(limited, "checkout", "prod").status()).isEqualTo(201);
    }
  }
}
