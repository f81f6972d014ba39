// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One service, known by many names. */
class CatalogueTest {
  private static final String CATALOGUE =
      """
      services:
        checkout:
          aliases: [checkout-svc]
          repositories: [acme/checkout]
          team: payments
      environments:
        prod: [prd, production]
      """;

  @TempDir private Path data;
  private final Instant now = Instant.now();

  private int found(RunningServer server, String service, String environment) throws Exception {
    return server
        .get("/v1/events", "service", service, "environment", environment)
        .json()
        .path("events")
        .size();
  }

  @Test
  void aServiceIsFoundUnderEachOfItsNamesAndACorrectionHealsHistory() throws Exception {
    Path file = data.resolve("catalogue.yaml");
    Files.writeString(file, CATALOGUE);
    try (RunningServer server = RunningServer.start(data, "catalogue", file.toString())) {
      server.store(
          Events.deployment("a", now, "checkout-svc", "prd").build(),
          Events.deployment("b", now, "acme/checkout", "production").build(),
          Events.deployment("c", now, "chekout", "prod").build());
      assertThat(found(server, "checkout", "prod")).isEqualTo(2);
      assertThat(found(server, "checkout-svc", "production")).isEqualTo(2);
      assertThat(server.get("/v1/unmapped").json().path("services").toString())
          .isEqualTo("[{\"name\":\"chekout\",\"count\":1,\"suggestion\":\"checkout\"}]");
      Files.writeString(file, CATALOGUE.replace("[checkout-svc]", "[checkout-svc, chekout]"));
      Awaitility.await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(() -> assertThat(found(server, "checkout", "prod")).isEqualTo(3));
      assertThat(server.get("/v1/unmapped").json().path("services")).isEmpty();
    }
  }

  @Test
  void O2_aWrongChangeOfTheFileLeavesTheOldCatalogueInForceAndIsTold() throws Exception {
    Path file = data.resolve("catalogue.yaml");
    Files.writeString(file, CATALOGUE);
    try (RunningServer server = RunningServer.start(data, "catalogue", file.toString())) {
      server.store(Events.deployment("a", now, "checkout-svc", "prd").build());
      Files.writeString(file, CATALOGUE.replace("aliases", "alias"));
      Awaitility.await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(
              () ->
                  assertThat(server.get("/readyz").json().path("problems").toString())
                      .contains("did you mean 'aliases'?"));
      assertThat(found(server, "checkout", "prod")).isEqualTo(1);
    }
  }

  @Test
  void aWrongCatalogueAtTheStartIsRefusedByName() throws Exception {
    Path file = data.resolve("wrong.yaml");
    Files.writeString(file, "services: [checkout]");
    assertThatThrownBy(() -> RunningServer.start(data, "catalogue", file.toString()))
        .hasMessageContaining("wrong.yaml");
  }
}
