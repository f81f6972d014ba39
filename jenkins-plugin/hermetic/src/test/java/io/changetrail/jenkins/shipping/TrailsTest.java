// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.shipping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.changetrail.jenkins.capture.Placement.Sender;
import io.changetrail.jenkins.capture.RunEvents;
import io.changetrail.jenkins.capture.RunFacts;
import io.changetrail.jenkins.capture.Runs;
import io.changetrail.jenkins.capture.Trigger;
import io.changetrail.shipper.Credentials;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Folders with a credential of their own. */
class TrailsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Sender SHOP = new Sender("team/shop", "shop-token");
  private static final URI NOWHERE = URI.create("http://127.0.0.1:9");

  @TempDir private Path home;

  private static RunFacts run(int number) {
    return Runs.run(Runs.CONTROLLER, "team/shop/checkout", number, Trigger.user("al", null));
  }

  /** A server that notes with which token it was asked; the answer of a real one is elsewhere. */
  private static MockWebServer noting(List<String> tokens) throws IOException {
    MockWebServer server = new MockWebServer();
    server.setDispatcher(
        new Dispatcher() {
          @Override
          public MockResponse dispatch(RecordedRequest request) {
            tokens.add(String.valueOf(request.getHeaders().get("Authorization")));
            return new MockResponse.Builder().code(503).build();
          }
        });
    server.start();
    return server;
  }

  @Test
  void O4_theEventsOfAFolderAreSentWithItsOwnToken() throws Exception {
    List<String> tokens = Collections.synchronizedList(new ArrayList<>());
    try (MockWebServer server = noting(tokens)) {
      Trails trails = new Trails(home, Runs.CONTROLLER.instanceId());
      trails.shipTo(server.url("/").uri(), () -> "whole", sender -> () -> "of " + sender.folder());
      trails.of(SHOP).record(() -> RunEvents.started(run(1)));
      await().atMost(PATIENCE).until(() -> tokens.contains("Bearer of team/shop"));
      assertThat(tokens).doesNotContain("Bearer whole");

      trails.of(null).record(() -> RunEvents.started(run(2)));
      await().atMost(PATIENCE).until(() -> tokens.contains("Bearer whole"));
      trails.stop();
    }
    try (Stream<Path> files = Files.walk(home)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(
                new String(Files.readAllBytes(file), java.nio.charset.StandardCharsets.ISO_8859_1))
            .as("%s", file)
            .doesNotContain("of team/shop");
      }
    }
  }

  @Test
  void T1_whatWaitsInTheSpoolOfAFolderIsSentAfterARestartThoughNothingRunsThere() throws Exception {
    Trails before = new Trails(home, Runs.CONTROLLER.instanceId());
    before.shipTo(NOWHERE, Credentials.none(), sender -> Credentials.none());
    before.of(SHOP).record(() -> RunEvents.started(run(1)));
    assertThat(before.status().waiting()).isEqualTo(1);
    before.stop();

    List<String> tokens = Collections.synchronizedList(new ArrayList<>());
    try (MockWebServer server = noting(tokens)) {
      Trails after = new Trails(home, Runs.CONTROLLER.instanceId());
      after.shipTo(server.url("/").uri(), () -> "whole", sender -> sender::credentialsId);
      await().atMost(PATIENCE).until(() -> tokens.contains("Bearer shop-token"));
      assertThat(after.status().waiting()).isEqualTo(1);
      after.stop();
    }
  }

  @Test
  void T2_aFolderWhoseCredentialIsGoneHoldsNobodyElseUpAndIsNamed() throws Exception {
    Trails trails = new Trails(home, Runs.CONTROLLER.instanceId());
    trails.shipTo(
        NOWHERE,
        Credentials.none(),
        sender ->
            () -> {
              throw new IOException("there is no secret text with the id 'shop-token'");
            });
    trails.of(SHOP).record(() -> RunEvents.started(run(1)));
    await().atMost(PATIENCE).until(() -> trails.status().trouble() != null);
    assertThat(trails.status().trouble())
        .startsWith("folder team/shop: ")
        .contains("there is no secret text with the id 'shop-token'");
    trails.stop();
  }

  @Test
  void T4_twoFoldersThatSendWithOneTenantsTokenAreTwoSequencesOfWhichNothingIsMissing(
      @TempDir Path data) throws Exception {
    try (ServerProcess server = new ServerProcess(data).start()) {
      Trails trails = new Trails(home, Runs.CONTROLLER.instanceId());
      trails.shipTo(server.address(), Credentials.none(), sender -> Credentials.none());
      List<Sender> senders =
          List.of(SHOP, new Sender("team/search", "shop-token"), new Sender("ops", "ops-token"));
      int number = 1;
      for (int round = 0; round < 3; round++) {
        for (Sender sender : senders) {
          RunFacts run = run(number++);
          trails.of(sender).record(() -> RunEvents.started(run));
        }
      }
      for (Sender sender : senders) {
        assertThat(trails.of(sender).flush(PATIENCE)).isTrue();
      }
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () -> {
                com.fasterxml.jackson.databind.JsonNode source =
                    server.json("/v1/sources").path("sources").get(0);
                assertThat(source.path("events").asInt()).isEqualTo(9);
                assertThat(source.path("continuity").asText())
                    .as("%s", source)
                    .isEqualTo("complete");
              });
      trails.stop();
    }
  }

  @Test
  void secretsOfAllFoldersAreHashedWithOneKey() {
    Trails trails = new Trails(home, Runs.CONTROLLER.instanceId());
    assertThat(trails.of(SHOP).redactor()).isSameAs(trails.whole().redactor());
  }
}
