// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.shipper.Credentials;
import io.changetrail.shipper.Destination;
import io.changetrail.shipper.Shipper;
import io.changetrail.shipper.ShipperMetrics;
import io.changetrail.shipper.SpoolException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A shipper and the server it ships to, over real HTTP. */
class ShippingTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private Path data;
  @TempDir private Path spool;
  private RunningServer server;

  @BeforeEach
  void serve() throws Exception {
    server = RunningServer.start(data);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static AuditEvent event(int i) {
    return Events.deployment("deploy-" + i, Instant.now(), "checkout", "prod").build();
  }

  private static Destination to(RunningServer server) {
    return new Destination("audit", server.address(), Credentials.none());
  }

  private static Shipper.Builder quick(Path spool) {
    return Shipper.builder(spool)
        .installation("runner")
        .timeout(Duration.ofSeconds(20))
        .pauses(Duration.ofMillis(20), Duration.ofMillis(200));
  }

  private static List<String> stored(RunningServer server) throws Exception {
    List<String> ids = new ArrayList<>();
    server
        .get("/v1/events", "limit", "1000")
        .json()
        .path("events")
        .forEach(event -> ids.add(event.path("id").asText()));
    return ids;
  }

  private JsonNode source() throws Exception {
    return server.get("/v1/sources").json().path("sources").get(0);
  }

  private static ShipperMetrics.ForDestination metrics(Shipper shipper, String name) {
    return shipper.metrics().destinations().stream()
        .filter(each -> each.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void threeLinesShipAnEventToARealServer() throws Exception {
    URI uri = server.address();
    try (Shipper shipper = Shipper.open(spool, Destination.of(uri, Credentials.none()))) {
      shipper.ship(event(1));
    }
    // What a busy machine did not manage while it closed, it does now.
    try (Shipper again = Shipper.open(spool, Destination.of(uri, Credentials.none()))) {
      assertThat(again.flush(PATIENCE)).isTrue();
    }
    assertThat(stored(server)).containsExactly("deploy-1");
  }

  @Test
  void T4_theNumbersOfAProducerArriveAndGoOnAfterARestart() throws Exception {
    for (int run = 0; run < 2; run++) {
      try (Shipper shipper = quick(spool).to(to(server)).open()) {
        shipper.ship(event(2 * run));
        shipper.ship(event(2 * run + 1));
        assertThat(shipper.flush(PATIENCE)).isTrue();
      }
    }
    JsonNode epochs = source().path("epochs");
    assertThat(epochs).as("one spool, one epoch: %s", source()).hasSize(1);
    assertThat(epochs.get(0).path("installation").asText()).isEqualTo("runner");
    assertThat(epochs.get(0).path("last").asInt()).isEqualTo(4);
    assertThat(source().path("continuity").asText()).isEqualTo("complete");
  }

  @Test
  void T6_aDestinationThatIsDownDelaysNoOtherAndEachGoesOnWhereItWas(@TempDir Path other)
      throws Exception {
    int port = Ports.free();
    Destination down =
        new Destination("down", URI.create("http://127.0.0.1:" + port), Credentials.none());
    try (Shipper shipper = quick(spool).to(to(server)).to(down).open()) {
      for (int i = 0; i < 50; i++) {
        shipper.ship(event(i));
      }
      await().atMost(PATIENCE).until(() -> metrics(shipper, "audit").depth() == 0);
      await().atMost(PATIENCE).until(() -> metrics(shipper, "down").retried() > 1);
      assertThat(metrics(shipper, "down").depth()).isEqualTo(50);
      assertThat(metrics(shipper, "down").sent()).isZero();
      assertThat(metrics(shipper, "down").oldestAge()).isNotNull();
      assertThat(metrics(shipper, "down").trouble()).isNotNull();
      assertThat(metrics(shipper, "audit").trouble()).isNull();
    }
    assertThat(stored(server)).hasSize(50);

    try (RunningServer second = RunningServer.start(other, "listen.port", Integer.toString(port));
        Shipper shipper = quick(spool).to(to(server)).to(down).open()) {
      assertThat(shipper.flush(PATIENCE)).isTrue();
      assertThat(stored(second)).hasSize(50);
      assertThat(metrics(shipper, "audit").sent()).as("it had them").isZero();
      assertThat(metrics(shipper, "down").sent()).isEqualTo(50);
    }
  }

  @Test
  void T1_aSpoolThatAnotherProcessHasOpenIsRefusedAndFreeOnceThatIsKilled() throws Exception {
    try (Producer producer = Producer.start(spool, server.address(), 0, 1_000_000)) {
      await().atMost(PATIENCE).until(() -> !producer.captured().isEmpty());
      assertThatThrownBy(() -> quick(spool).to(to(server)).open())
          .isInstanceOf(SpoolException.class)
          .hasMessageContaining("is in use; give each process a directory of its own");
      producer.kill();
    }
    try (Shipper shipper = quick(spool).to(to(server)).closing(Duration.ZERO).open()) {
      shipper.ship(event(-1));
      assertThat(shipper.metrics().shipped()).isEqualTo(1);
    }
  }
}
