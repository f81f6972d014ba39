// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.shipper.Credentials;
import io.changetrail.shipper.Destination;
import io.changetrail.shipper.Shipper;
import io.changetrail.shipper.ShipperMetrics;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of events while the server, the network or the spool is in trouble. */
class ShippingUnderFaultsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private Path data;
  @TempDir private Path spool;
  private final AtomicReference<Instant> now = new AtomicReference<>();
  private RunningServer server;
  private FaultServer front;

  @BeforeEach
  void serve() throws Exception {
    server = RunningServer.start(data, () -> now.get() == null ? Instant.now() : now.get());
    front = new FaultServer(server.address());
  }

  @AfterEach
  void stop() {
    front.close();
    server.close();
  }

  private static AuditEvent event(int i) {
    return event(i, Instant.now());
  }

  private static AuditEvent event(int i, Instant time) {
    return Events.deployment("deploy-" + i, time, "checkout", "prod").build();
  }

  private Shipper.Builder shipper(URI uri) {
    return Shipper.builder(spool)
        .to(new Destination("audit", uri, Credentials.none()))
        .installation("runner")
        .timeout(Duration.ofSeconds(20))
        .pauses(Duration.ofMillis(5), Duration.ofMillis(20));
  }

  private static ShipperMetrics.ForDestination metrics(Shipper shipper) {
    return shipper.metrics().destinations().get(0);
  }

  private List<String> stored() throws Exception {
    return server.storedIds();
  }

  private JsonNode source() throws Exception {
    JsonNode sources = server.get("/v1/sources").json().path("sources");
    assertThat(sources).hasSize(1);
    return sources.get(0);
  }

  private static List<String> ids(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> "deploy-" + i).toList();
  }

  private List<Path> deadLetters() throws IOException {
    try (Stream<Path> files = Files.list(spool.resolve("destinations/audit/dead-letters"))) {
      return files.sorted().toList();
    }
  }

  @Test
  void T3_whateverSaysNothingOfTheEventIsTriedAgainUntilItIsStored() throws Exception {
    front.next(
        FaultServer.status(500),
        FaultServer.status(503),
        FaultServer.status(401),
        FaultServer.problem(403, "forbidden", "no right"),
        FaultServer.problem(404, "not-found", "no such thing"),
        FaultServer.status(400),
        FaultServer.status(415),
        FaultServer.garbage(400, "{\"error\":\"bad\"}"),
        FaultServer.problem(400, "cut-off", "the body ended too early"),
        FaultServer.status(302, "Location", "http://127.0.0.1:1/"),
        FaultServer.status(200),
        FaultServer.garbage(202, "{}"),
        FaultServer.garbage(
            202, "{\"accepted\":7,\"duplicate\":0,\"conflicting\":0,\"rejected\":0}"),
        FaultServer.garbage(202, "{\"accepted\":1,\"dupl"),
        FaultServer.status(429, "Retry-After", "0"),
        FaultServer.cutOff(),
        FaultServer.hang(),
        FaultServer.halfAnswer(),
        FaultServer.lostAnswer());
    try (Shipper shipper = shipper(front.address()).timeout(Duration.ofSeconds(2)).open()) {
      shipper.ship(event(1));
      assertThat(shipper.flush(PATIENCE)).isTrue();
      assertThat(metrics(shipper).retried()).isGreaterThan(15);
      assertThat(metrics(shipper).parked()).isZero();
      assertThat(metrics(shipper).lost()).isZero();
      assertThat(metrics(shipper).trouble()).isNull();
    }
    assertThat(front.left()).isZero();
    assertThat(stored()).containsExactly("deploy-1");
    assertThat(source().path("continuity").asText()).isEqualTo("complete");
  }

  @Test
  void T3_aServerWithoutAValidCertificateGetsNothingAndTheEventWaits() throws Exception {
    HeldCertificate unknown =
        new HeldCertificate.Builder().addSubjectAlternativeName("127.0.0.1").build();
    HandshakeCertificates tls =
        new HandshakeCertificates.Builder().heldCertificate(unknown).build();
    try (FaultServer impostor = new FaultServer(server.address(), tls.sslSocketFactory())) {
      URI uri = URI.create("https" + impostor.address().toString().substring("http".length()));
      try (Shipper shipper = shipper(uri).open()) {
        shipper.ship(event(1));
        await().atMost(PATIENCE).until(() -> metrics(shipper).retried() > 1);
        assertThat(metrics(shipper).depth()).isEqualTo(1);
        assertThat(impostor.seen()).isEmpty();
      }
    }
    try (Shipper shipper = shipper(front.address()).open()) {
      assertThat(shipper.flush(PATIENCE)).isTrue();
    }
    assertThat(stored()).containsExactly("deploy-1");
  }

  @Test
  void T3_anEventThatTheServerRejectsIsParkedWithItsReasonAndStoredOnceByReplays()
      throws Exception {
    Instant tomorrow = Instant.now().plus(Duration.ofDays(3));
    try (Shipper shipper = shipper(front.address()).open()) {
      shipper.ship(event(1));
      shipper.ship(event(2, tomorrow));
      shipper.ship(event(3));
      assertThat(shipper.flush(PATIENCE)).isTrue();
      assertThat(stored()).containsExactlyInAnyOrder("deploy-1", "deploy-3");
      assertThat(metrics(shipper).parked()).isEqualTo(1);
      assertThat(Files.readString(deadLetters().get(0)))
          .contains("in the future; check the sender's clock")
          .contains("deploy-2");
      JsonNode gap = source().path("gaps").get(0);
      assertThat(gap.path("first").asInt()).isEqualTo(2);
      assertThat(gap.path("last").asInt()).isEqualTo(2);
      assertThat(gap.path("reason").asText()).startsWith("refused: ").contains("in the future");

      shipper.replay();
      assertThat(shipper.flush(PATIENCE)).isTrue();
      assertThat(metrics(shipper).parked()).as("it is refused again").isEqualTo(1);
    }
    byte[] letter = Files.readAllBytes(deadLetters().get(0));
    Path name = deadLetters().get(0);
    now.set(tomorrow);
    for (int i = 0; i < 2; i++) {
      Files.write(name, letter); // the second time as after a crash before it was removed
      try (Shipper shipper = shipper(front.address()).open()) {
        assertThat(metrics(shipper).parked()).isEqualTo(1);
        shipper.replay();
        assertThat(shipper.flush(PATIENCE)).isTrue();
        assertThat(metrics(shipper).parked()).isZero();
      }
    }
    assertThat(stored()).containsExactlyInAnyOrder("deploy-1", "deploy-2", "deploy-3");
    assertThat(source().path("continuity").asText()).isEqualTo("complete");
  }

  @Test
  void T3_aBatchThatIsRefusedAsAWholeIsHalvedUntilOnlyThePoisonIsLeft() throws Exception {
    front.always(
        (request, pass) ->
            request.body().contains("\"deploy-7\"") || request.body().contains("\"deploy-12\"")
                ? FaultServer.problem(422, "poison", "cannot be read").of(request, pass)
                : null);
    front.next(FaultServer.status(503)); // so that all go in one batch
    try (Shipper shipper = shipper(front.address()).open()) {
      for (int i = 0; i < 20; i++) {
        shipper.ship(event(i));
      }
      assertThat(shipper.flush(PATIENCE)).isTrue();
      assertThat(metrics(shipper).parked()).isEqualTo(2);
      assertThat(stored()).hasSize(18).doesNotContain("deploy-7", "deploy-12");

      front.heal();
      shipper.replay();
      assertThat(shipper.flush(PATIENCE)).isTrue();
    }
    assertThat(stored()).containsExactlyInAnyOrderElementsOf(ids(0, 20));
    assertThat(deadLetters()).isEmpty();
  }

  @Test
  void T3_aBatchThatIsTooLargeIsSplitAndOnlyAnEventThatIsTooLargeAloneIsParked() throws Exception {
    front.always(
        (request, pass) ->
            request.body().length() > 6000 ? FaultServer.status(413).of(request, pass) : null);
    front.next(FaultServer.status(503));
    try (Shipper shipper = shipper(front.address()).open()) {
      for (int i = 0; i < 20; i++) {
        shipper.ship(event(i));
      }
      shipper.ship(
          event(99).toBuilder()
              .attributes(java.util.Map.of("log", Events.json("\"" + "x ".repeat(4000) + "\"")))
              .build());
      assertThat(shipper.flush(PATIENCE)).isTrue();
      assertThat(metrics(shipper).parked()).isEqualTo(1);
    }
    assertThat(stored()).containsExactlyInAnyOrderElementsOf(ids(0, 20));
    assertThat(Files.readString(deadLetters().get(0))).contains("deploy-99", "status 413");
  }

  @Test
  void T5_aServerThatAsksForAPauseGetsIt() throws Exception {
    front.next(FaultServer.status(429, "Retry-After", "1"));
    try (Shipper shipper = shipper(front.address()).open()) {
      shipper.ship(event(1));
      assertThat(shipper.flush(PATIENCE)).isTrue();
    }
    List<FaultServer.Seen> batches = front.batches();
    assertThat(batches).hasSizeGreaterThan(1);
    assertThat(Duration.ofNanos(batches.get(1).nanos() - batches.get(0).nanos()))
        .isGreaterThanOrEqualTo(Duration.ofMillis(990));
  }

  @Test
  void T5_aBurstIsSentCompressedInFewRequestsAndStaysWithinTheHeapBound() throws Exception {
    front.always(FaultServer.status(429, "Retry-After", "1")); // until all of it is captured
    try (Producer producer =
        Producer.start(
            spool, front.address(), 0, 10_000, "-Xmx40m", "-XX:+ExitOnOutOfMemoryError")) {
      await()
          .atMost(PATIENCE)
          .until(() -> producer.captured().size() == 10_000 && !front.batches().isEmpty());
      front.heal();
      assertThat(producer.waitFor()).as("exit code").isZero();
    }
    assertThat(server.get("/v1/sources").json().path("sources").get(0).path("events").asInt())
        .isEqualTo(10_000);
    assertThat(source().path("continuity").asText()).isEqualTo("complete");
    assertThat(front.batches())
        .hasSizeLessThan(500)
        .allSatisfy(
            batch -> {
              assertThat(batch.headers().get("Content-Encoding")).isEqualTo("gzip");
              assertThat(batch.body().length()).isLessThanOrEqualTo((1 << 20) + 1000);
            });
  }

  @Test
  void T5_aBurstOf100000EventsWhileTheServerHangsStaysWithinTheHeapBoundAndIsInTheSpool()
      throws Exception {
    front.always(FaultServer.hang());
    try (Producer producer =
        Producer.start(
            spool,
            front.address(),
            0,
            100_000,
            "-Xmx40m",
            "-XX:+ExitOnOutOfMemoryError",
            "-D" + Producer.FLUSH_SECONDS + "=0")) {
      assertThat(producer.waitFor()).as("it ends, without having sent everything").isEqualTo(1);
      assertThat(producer.captured()).hasSize(100_000);
    }
    try (Shipper shipper = shipper(front.address()).closing(Duration.ZERO).open()) {
      assertThat(metrics(shipper).depth()).isEqualTo(100_000);
      assertThat(metrics(shipper).lost()).isZero();
    }
  }

  @Test
  void T1_aDiskThatTheSpoolItselfFillsIsFreedBySendingAndNothingIsLost() throws Exception {
    Producer.requireSmallDisks(spool);
    int count = 3500;
    front.always(FaultServer.status(429, "Retry-After", "1"));
    try (Producer producer = Producer.startOnSmallDisk(2, spool, front.address(), count)) {
      await().atMost(PATIENCE).until(() -> producer.captured().size() == count);
      assertThat(Files.getFileStore(producer.inside(spool)).getUsableSpace())
          .as("the disk is full")
          .isLessThan(8192);
      front.heal();
      assertThat(producer.waitFor()).as("everything is sent").isZero();
    }
    assertThat(stored()).hasSize(count).doesNotHaveDuplicates();
    assertThat(source().path("continuity").asText()).isEqualTo("complete");
  }

  @Test
  void T3_aSlowServerGetsFewRequestsAndEachEventOnce() throws Exception {
    front.always(FaultServer.slow(Duration.ofMillis(500)));
    try (Shipper shipper = shipper(front.address()).open()) {
      for (int i = 0; i < 200; i++) {
        shipper.ship(event(i));
      }
      assertThat(shipper.flush(PATIENCE)).isTrue();
      assertThat(metrics(shipper).retried()).isZero();
    }
    assertThat(front.batches()).as("what comes meanwhile goes together").hasSizeLessThan(20);
    assertThat(stored()).containsExactlyInAnyOrderElementsOf(ids(0, 200));
  }

  @Test
  void T4_whatTheSpoolsBoundTookIsListedByTheServerWithItsReason() throws Exception {
    FaultServer.Fault away = FaultServer.status(503);
    front.always(away);
    try (Shipper shipper = shipper(front.address()).maxBytes(1 << 20).open()) {
      for (int i = 0; i < 3000; i++) {
        shipper.ship(event(i));
      }
      assertThat(shipper.metrics().spoolBytes()).isLessThanOrEqualTo(1 << 20);
    }
    front.heal();
    try (Shipper shipper = shipper(front.address()).maxBytes(1 << 20).open()) {
      assertThat(shipper.flush(PATIENCE)).isTrue();
      assertThat(metrics(shipper).lost()).isPositive();
    }
    int stored = source().path("events").asInt();
    JsonNode gaps = source().path("gaps");
    assertThat(gaps).as("one gap: %s", gaps).hasSize(1);
    assertThat(gaps.get(0).path("first").asInt()).isEqualTo(1);
    assertThat(gaps.get(0).path("last").asInt()).isEqualTo(3000 - stored);
    assertThat(gaps.get(0).path("reason").asText()).isEqualTo("spool full");
    assertThat(gaps.get(0).has("lostAt")).isTrue();
    assertThat(stored).isBetween(200, 2900);
  }

  @Test
  void T4_whatTheSpoolsBoundTookOfASourceThatFellSilentIsListedToo() throws Exception {
    front.always(FaultServer.status(503));
    try (Shipper shipper = shipper(front.address()).maxBytes(1 << 20).open()) {
      for (int i = 0; i < 10; i++) {
        shipper.ship(event(i));
      }
      for (int i = 0; i < 3000; i++) {
        shipper.ship(
            Events.config("config-" + i, Instant.now(), "checkout-config", "{}", "{\"data\":1}")
                .build());
      }
      // What is on its way now was read before the bound took the first ones.
      long tried = metrics(shipper).retried();
      await().atMost(PATIENCE).until(() -> metrics(shipper).retried() > tried + 1);
      front.heal();
      assertThat(shipper.flush(PATIENCE)).isTrue();
    }
    JsonNode sources = server.get("/v1/sources").json().path("sources");
    assertThat(sources)
        .filteredOn(source -> source.path("source").asText().equals(Events.GITHUB))
        .singleElement()
        .satisfies(
            silent -> {
              assertThat(silent.path("events").asInt()).isZero();
              assertThat(silent.path("gaps")).hasSize(1);
              assertThat(silent.at("/gaps/0/first").asInt()).isEqualTo(1);
              assertThat(silent.at("/gaps/0/last").asInt()).isEqualTo(10);
              assertThat(silent.at("/gaps/0/reason").asText()).isEqualTo("spool full");
            });
  }

  @Test
  void T4_aFileOfTheSpoolThatIsGoneIsAGapThatSaysSo() throws Exception {
    front.always(FaultServer.status(503));
    try (Shipper shipper = shipper(front.address()).maxBytes(1 << 20).open()) {
      for (int i = 0; i < 400; i++) {
        shipper.ship(event(i));
      }
    }
    List<Path> segments;
    try (Stream<Path> files = Files.list(spool)) {
      segments = files.filter(file -> file.toString().endsWith(".journal")).sorted().toList();
    }
    assertThat(segments).hasSizeGreaterThan(2);
    Files.delete(segments.get(1));
    front.heal();
    try (Shipper shipper = shipper(front.address()).maxBytes(1 << 20).open()) {
      assertThat(shipper.flush(PATIENCE)).isTrue();
    }
    JsonNode gaps = source().path("gaps");
    assertThat(gaps).hasSize(1);
    assertThat(gaps.get(0).path("reason").asText()).isEqualTo("spool damaged");
    assertThat(source().path("missing").asInt() + source().path("events").asInt()).isEqualTo(400);
  }

  @Test
  void T4_aShortLivedSourceDeclaresItsLastNumberAndTheNextGoesOnFromIt() throws Exception {
    for (int run = 0; run < 2; run++) {
      try (Shipper shipper = shipper(front.address()).shortLived().closing(PATIENCE).open()) {
        shipper.ship(event(2 * run));
        shipper.ship(event(2 * run + 1));
      }
      JsonNode source = source();
      assertThat(source.path("continuity").asText()).as("%s", source).isEqualTo("complete");
      assertThat(source.path("events").asInt()).isEqualTo(2 * run + 2);
    }
    assertThat(
            front.seen().stream().filter(each -> each.path().equals("/v1/declarations")).toList())
        .extracting(FaultServer.Seen::body)
        .anySatisfy(
            body -> assertThat(Events.json(body).at("/declarations/0/ended").asBoolean()).isTrue());
  }

  @Test
  void T4_aSourceWithAHeartbeatIsKnownBeforeItsFirstEvent() throws Exception {
    try (Shipper shipper =
        shipper(front.address()).heartbeat(Duration.ofSeconds(1), "/watcher").open()) {
      await()
          .atMost(PATIENCE)
          .until(() -> !server.get("/v1/sources").json().path("sources").isEmpty());
      assertThat(source().path("source").asText()).isEqualTo("/watcher");
      long before = front.seen().size();
      await().atMost(PATIENCE).until(() -> front.seen().size() > before + 1);
      assertThat(shipper.metrics().shipped()).isZero();
    }
  }

  @Test
  void T1_killingTheProducerBetweenCaptureAndAnswerLosesNothing() throws Exception {
    Random random = new Random(20260131);
    List<FaultServer.Fault> faults =
        List.of(FaultServer.hang(), FaultServer.lostAnswer(), (request, pass) -> null);
    List<String> captured = new ArrayList<>();
    for (int round = 0; round < faults.size(); round++) {
      front.always(faults.get(round));
      int wanted = 1 + random.nextInt(60);
      try (Producer producer =
          Producer.start(spool, front.address(), round * 1_000_000, 1_000_000)) {
        await()
            .atMost(PATIENCE)
            .pollInterval(Duration.ofMillis(1))
            .until(() -> producer.captured().size() >= wanted);
        producer.kill();
        captured.addAll(producer.captured());
      }
    }
    front.heal();
    try (Shipper shipper = shipper(front.address()).open()) {
      assertThat(shipper.flush(PATIENCE)).isTrue();
      assertThat(metrics(shipper).lost()).isZero();
    }
    List<String> stored = stored();
    assertThat(stored).doesNotHaveDuplicates().containsAll(captured);
    assertThat(source().path("continuity").asText()).isEqualTo("complete");
    assertThat(source().path("epochs")).as("a kill ends no epoch").hasSize(1);
  }

  @Test
  void X1_noSecretIsInTheSpoolOrOnTheWireAndNoTokenIsInTheSpool() throws Exception {
    String canary = "ghp_16C7e42F292c6912E7710c838347Ae178B4a";
    String password = "hunter2-canary-password";
    String token = "token-of-the-destination";
    front.next(FaultServer.status(503));
    AuditEvent leaky =
        Events.config(
                "deploy-1",
                Instant.now(),
                "checkout-config",
                "{\"data\":{\"password\":\"" + password + "\",\"note\":\"" + canary + "\"}}",
                "{\"data\":{\"password\":\""
                    + password
                    + "2\",\"url\":\"https://ada:"
                    + password
                    + "@db.example.com/\"}}")
            .attributes(java.util.Map.of("api_key", Events.json("\"" + password + "\"")))
            .build();
    URI uri = front.address();
    try (Shipper shipper =
        Shipper.builder(spool)
            .to(new Destination("audit", uri, () -> token))
            .pauses(Duration.ofMillis(5), Duration.ofMillis(20))
            .open()) {
      shipper.ship(leaky);
      await().atMost(PATIENCE).until(() -> front.batches().size() > 0);
      assertThat(spoolText()).contains("checkout-config").doesNotContain(canary, password, token);
    }
    assertThat(front.batches())
        .allSatisfy(
            batch -> {
              assertThat(batch.body()).contains("checkout-config").doesNotContain(canary, password);
              assertThat(batch.headers().get("Authorization")).isEqualTo("Bearer " + token);
            });
    assertThat(spoolText()).doesNotContain(canary, password, token);
  }

  private String spoolText() throws IOException {
    StringBuilder text = new StringBuilder();
    try (Stream<Path> files = Files.walk(spool)) {
      for (Path file :
          files.filter(Files::isRegularFile).sorted(Comparator.naturalOrder()).toList()) {
        text.append(Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1));
      }
    }
    return text.toString();
  }

  @Test
  void theTokenIsAskedForAtEachRequest() throws Exception {
    front.next(FaultServer.status(401), FaultServer.status(401));
    List<String> tokens = new ArrayList<>(List.of("old", "older", "fresh"));
    try (Shipper shipper =
        Shipper.builder(spool)
            .to(
                new Destination(
                    "audit",
                    front.address(),
                    () -> tokens.size() > 1 ? tokens.remove(0) : tokens.get(0)))
            .pauses(Duration.ofMillis(5), Duration.ofMillis(20))
            .open()) {
      shipper.ship(event(1));
      await().atMost(PATIENCE).until(() -> front.batches().size() > 2);
    }
    assertThat(front.batches())
        .extracting(batch -> batch.headers().get("Authorization"))
        .startsWith("Bearer old", "Bearer older", "Bearer fresh");
  }
}
