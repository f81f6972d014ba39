// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.changetrail.model.AuditEvent;
import io.changetrail.model.EventRef;
import io.changetrail.model.Resource;
import io.changetrail.model.Target;
import io.changetrail.server.access.Token;
import io.changetrail.server.access.TokenFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
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
          .atMost(Duration.ofSeconds(60))
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
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(
              () ->
                  assertThat(server.get("/readyz").json().path("problems").toString())
                      .contains("did you mean 'aliases'?"));
      assertThat(found(server, "checkout", "prod")).isEqualTo(1);
    }
  }

  @Test
  void aWorkloadIsOfTheServiceThatSelectsItInFiltersStatesScopesAndUnmappedNames()
      throws Exception {
    Path file = data.resolve("catalogue.yaml");
    Files.writeString(
        file, "services: {till: {workloads: [shop/checkout-*], team: payments}, cart: {}}");
    try (RunningServer server = RunningServer.start(data, "catalogue", file.toString())) {
      AuditEvent ofTill =
          Events.config("a", now, "checkout-config", "{\"a\":1}", "{\"a\":2}").build();
      AuditEvent ofNobody =
          ofTill.toBuilder()
              .ref(new EventRef(Events.CLUSTER, "b"))
              .targets(
                  List.of(
                      new Target(
                          "checkout-config",
                          "prod",
                          null,
                          "prod-eu1",
                          "other",
                          new Resource("ConfigMap", "checkout-config", "another-uid"))))
              .build();
      server.store(ofTill, ofNobody);

      assertThat(found(server, "till", "prod")).isEqualTo(1);
      assertThat(server.get("/v1/changes", "service", "till").json().at("/changes/0/services"))
          .hasToString("[\"till\"]");
      assertThat(server.get("/v1/state", "service", "till").json().path("resources")).hasSize(1);
      assertThat(server.get("/v1/unmapped").json().path("services").toString())
          .as("only what the namespace makes nobody's")
          .isEqualTo("[{\"name\":\"checkout-config\",\"count\":1}]");
      String token =
          new TokenFile(data.resolve(TokenFile.NAME))
              .create(
                  new TokenFile.Grant(
                      "payments",
                      "default",
                      null,
                      null,
                      new Token.Read(null, null, List.of("payments")),
                      false),
                  now)
              .secret();
      assertThat(server.as(token).get("/v1/events").json().path("events"))
          .singleElement()
          .satisfies(event -> assertThat(event.path("id").asText()).isEqualTo("a"));
    }
  }

  @Test
  void aFlagOfASharedProjectIsASuspectForEachServiceThatItReaches() throws Exception {
    Path file = data.resolve("catalogue.yaml");
    Files.writeString(
        file,
        "services: {checkout: {flagProjects: [storefront]}, cart: {flagProjects: [storefront]}}");
    try (RunningServer server = RunningServer.start(data, "catalogue", file.toString())) {
      server.store(Events.deployment("flip", now.minusSeconds(120), "storefront", "prod").build());
      for (String service : List.of("checkout", "cart")) {
        assertThat(found(server, service, "prod")).isEqualTo(1);
        assertThat(
                server
                    .post(
                        "/v1/correlate",
                        "application/json",
                        "{\"service\":\""
                            + service
                            + "\",\"environment\":\"prod\",\"alertedAt\":\""
                            + now.minusSeconds(60)
                            + "\"}")
                    .json()
                    .at("/suspects/0/change/services"))
            .hasToString("[\"storefront\"]");
      }
      assertThat(server.get("/v1/unmapped").json().path("services")).isEmpty();
    }
  }

  @Test
  void anAmbiguousAliasIsToldAndTheOldCatalogueStays() throws Exception {
    Path file = data.resolve("catalogue.yaml");
    Files.writeString(file, CATALOGUE);
    try (RunningServer server = RunningServer.start(data, "catalogue", file.toString())) {
      Files.writeString(
          file, CATALOGUE.replace("services:", "services:\n  cart: {aliases: [checkout-svc]}"));
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(
              () ->
                  assertThat(server.get("/readyz").json().path("problems").toString())
                      .contains("catalogue.yaml")
                      .contains("'checkout-svc' stands for both 'cart' and 'checkout'"));
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
