// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.shipper.Credentials;
import io.changetrail.shipper.Destination;
import io.changetrail.shipper.Shipper;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One fault after another between a producer and its server, {@code -Dchangetrail.fault.rounds}
 * rounds each; after them each event is in the store exactly once, and {@link FaultTable} has a
 * row. That processes are killed is the matter of {@link KillTest}.
 */
class FaultRoundsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration TIMEOUT = Duration.ofSeconds(1);
  private static final int ROUNDS = Integer.getInteger("changetrail.fault.rounds", 1);

  @TempDir private Path data;
  @TempDir private Path spool;
  private final Random random = new Random(FaultTable.SEED);
  private final AtomicReference<Instant> serverClock = new AtomicReference<>();
  private final AtomicReference<Instant> producerClock = new AtomicReference<>();
  private final List<String> taken = new ArrayList<>();
  private RunningServer server;
  private FaultServer front;

  @BeforeEach
  void serve() throws Exception {
    server = RunningServer.start(data, () -> or(serverClock));
    front = new FaultServer(server.address());
  }

  @AfterEach
  void stop() {
    front.close();
    server.close();
  }

  /** Up to 20 hours: further off, a clock is not believed, and what it dates ahead is refused. */
  private Instant jump(int times) {
    int minutes = 1 + random.nextInt(20 * 60);
    return Instant.now().plus(Duration.ofMinutes(times % 2 == 0 ? minutes : -minutes));
  }

  private static Instant or(AtomicReference<Instant> clock) {
    Instant set = clock.get();
    return set == null ? Instant.now() : set;
  }

  private Shipper shipper(URI uri) {
    return Shipper.builder(spool)
        .to(new Destination("audit", uri, Credentials.none()))
        .installation("runner")
        .maxBytes(1 << 20)
        .timeout(TIMEOUT)
        .pauses(Duration.ofMillis(5), Duration.ofMillis(20))
        .clock(() -> or(producerClock))
        .open();
  }

  /** Ships so many events, each of a time by the producer's clock. */
  private void ship(Shipper shipper, int count) {
    for (int i = 0; i < count; i++) {
      String id = "deploy-" + taken.size();
      AuditEvent event = Events.deployment(id, or(producerClock), "checkout", "prod").build();
      shipper.ship(event);
      taken.add(id);
    }
  }

  private void shipAndFlush(Shipper shipper, int count) {
    ship(shipper, count);
    assertThat(shipper.flush(PATIENCE)).as("everything is sent, seed %d", FaultTable.SEED).isTrue();
  }

  private int few() {
    return 1 + random.nextInt(30);
  }

  private static void awaitRetry(Shipper shipper) {
    await().atMost(PATIENCE).until(() -> shipper.metrics().destinations().get(0).retried() > 1);
  }

  /** Counts what became of the events, and notes it. */
  private void settle(FaultTable.Fault fault) throws Exception {
    Map<String, Integer> stored = new HashMap<>();
    server.storedIds().forEach(id -> stored.merge(id, 1, Integer::sum));
    long lost = taken.stream().filter(id -> !stored.containsKey(id)).count();
    long twice = stored.values().stream().filter(times -> times > 1).count();
    FaultTable.add(fault, ROUNDS, taken.size(), lost, twice);
    assertThat(lost).as("lost, seed %d", FaultTable.SEED).isZero();
    assertThat(twice).as("twice, seed %d", FaultTable.SEED).isZero();
    JsonNode source = source();
    assertThat(source.path("missing").asInt()).as("%s", source).isZero();
    assertThat(source.path("continuity").asText()).as("%s", source).isEqualTo("complete");
  }

  private JsonNode source() throws Exception {
    JsonNode sources = server.get("/v1/sources").json().path("sources");
    assertThat(sources).hasSize(1);
    return sources.get(0);
  }

  private void answered(FaultTable.Fault row, FaultServer.Fault fault) throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      front.next(fault, fault, fault);
      try (Shipper shipper = shipper(front.address())) {
        shipAndFlush(shipper, few());
      }
      assertThat(front.left()).as("faults that were not met").isZero();
    }
    settle(row);
  }

  @Test
  void S4_nothingIsLostToAServerThatAsksForAPause() throws Exception {
    answered(FaultTable.Fault.TOO_MANY, FaultServer.status(429, "Retry-After", "0"));
  }

  @Test
  void S4_nothingIsLostToAServerThatFails() throws Exception {
    answered(FaultTable.Fault.ERROR, FaultServer.status(500));
  }

  @Test
  void S4_nothingIsLostToAServerThatAnswersGarbage() throws Exception {
    answered(FaultTable.Fault.GARBAGE, FaultServer.garbage(202, "{\"accepted\":\u0007 OK"));
  }

  @Test
  void S4_nothingIsLostToHalfAnAnswer() throws Exception {
    answered(FaultTable.Fault.HALF_ANSWER, FaultServer.halfAnswer());
  }

  @Test
  void S4_nothingIsLostToAnAnswerThatIsLost() throws Exception {
    answered(FaultTable.Fault.LOST_ANSWER, FaultServer.lostAnswer());
  }

  @Test
  void S4_nothingIsLostToAConnectionThatBreaks() throws Exception {
    answered(FaultTable.Fault.NO_REQUEST, FaultServer.cutOff());
  }

  @Test
  void S4_nothingIsLostToAServerThatIsTooSlow() throws Exception {
    answered(FaultTable.Fault.SLOW, FaultServer.slow(TIMEOUT.multipliedBy(15)));
  }

  @Test
  void S4_nothingIsLostToAServerThatHangs() throws Exception {
    answered(FaultTable.Fault.HUNG, FaultServer.hang());
  }

  @Test
  void S4_nothingIsLostToHalfARequest() throws Exception {
    try (CuttingRelay relay = new CuttingRelay(server.address())) {
      for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < 3; i++) {
          relay.cut(random.nextDouble());
        }
        try (Shipper shipper = shipper(relay.address())) {
          shipAndFlush(shipper, few());
        }
        assertThat(relay.left()).as("cuts that were not made").isZero();
      }
    }
    settle(FaultTable.Fault.HALF_REQUEST);
  }

  @Test
  void S4_nothingIsLostToAFailureOfTls() throws Exception {
    HeldCertificate unknown =
        new HeldCertificate.Builder().addSubjectAlternativeName("127.0.0.1").build();
    HandshakeCertificates tls =
        new HandshakeCertificates.Builder().heldCertificate(unknown).build();
    for (int round = 0; round < ROUNDS; round++) {
      try (FaultServer impostor = new FaultServer(server.address(), tls.sslSocketFactory());
          Shipper shipper =
              shipper(URI.create(impostor.address().toString().replace("http:", "https:")))) {
        ship(shipper, few());
        awaitRetry(shipper);
        assertThat(impostor.seen()).isEmpty();
      }
      try (Shipper shipper = shipper(front.address())) {
        shipAndFlush(shipper, few());
      }
    }
    settle(FaultTable.Fault.TLS);
  }

  private void jumping(FaultTable.Fault row, AtomicReference<Instant> clock) throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      try (Shipper shipper = shipper(front.address())) {
        for (int jump = 0; jump < 6; jump++) {
          clock.set(jump(jump));
          shipAndFlush(shipper, few());
        }
      }
    }
    clock.set(null);
    settle(row);
  }

  @Test
  void S4_nothingIsLostToAProducersClockThatJumpsBothWays() throws Exception {
    jumping(FaultTable.Fault.SHIPPER_CLOCK, producerClock);
  }

  @Test
  void S4_nothingIsLostToAServersClockThatJumpsBothWays() throws Exception {
    jumping(FaultTable.Fault.SERVER_CLOCK, serverClock);
  }

  @Test
  void S4_nothingIsLostToAServerThatIsAwayForDays() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      Instant start = Instant.now();
      server.close();
      try (Socket nobody = Ports.refusing()) {
        URI absent = URI.create("http://127.0.0.1:" + nobody.getLocalPort());
        for (int day = 10; day > 0; day--) {
          producerClock.set(start.minus(Duration.ofDays(day)));
          try (Shipper shipper = shipper(absent)) {
            ship(shipper, few());
            awaitRetry(shipper);
          }
        }
      }
      producerClock.set(null);
      server = RunningServer.start(data, () -> or(serverClock));
      front.behind(server.address());
      try (Shipper shipper = shipper(front.address())) {
        shipAndFlush(shipper, few());
      }
    }
    settle(FaultTable.Fault.ABSENT);
  }

  @Test
  void S4_nothingThatWasTakenIsLostToATornTail() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      front.always(FaultServer.status(503));
      byte[] session;
      try (Shipper shipper = shipper(front.address())) {
        ship(shipper, few());
        session = Files.readAllBytes(spool.resolve("SESSION"));
      }
      long whole = Files.size(newest());
      try (Shipper shipper = shipper(front.address())) {
        // Of this one nobody was told that it was taken.
        shipper.ship(Events.deployment("torn", Instant.now(), "checkout", "prod").build());
      }
      long longer = Files.size(newest());
      try (RandomAccessFile file = new RandomAccessFile(newest().toFile(), "rw")) {
        file.setLength(whole + random.nextInt((int) (longer - whole)));
      }
      Files.write(spool.resolve("SESSION"), session);
      front.heal();
      try (Shipper shipper = shipper(front.address())) {
        shipAndFlush(shipper, few());
      }
    }
    settle(FaultTable.Fault.TORN_TAIL);
  }

  private List<Path> segments() throws IOException {
    try (Stream<Path> files = Files.list(spool)) {
      return files.filter(file -> file.toString().endsWith(".journal")).sorted().toList();
    }
  }

  private Path newest() throws IOException {
    List<Path> all = segments();
    return all.get(all.size() - 1);
  }

  /** Several segments full of events that nobody has taken. */
  private void fillSegments() throws IOException {
    front.always(FaultServer.status(503));
    try (Shipper shipper = shipper(front.address())) {
      ship(shipper, 300);
    }
    front.heal();
    assertThat(segments()).hasSizeGreaterThan(2);
  }

  @Test
  void S4_nothingIsLostToAnEndBetweenRecordingThatSegmentsAreDoneAndDeletingThem()
      throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      fillSegments();
      Map<Path, byte[]> before = new TreeMap<>();
      for (Path segment : segments()) {
        before.put(segment, Files.readAllBytes(segment));
      }
      try (Shipper shipper = shipper(front.address())) {
        shipAndFlush(shipper, few());
      }
      List<Path> gone = before.keySet().stream().filter(Files::notExists).toList();
      assertThat(gone).isNotEmpty();
      for (Path segment : gone.subList(random.nextInt(gone.size()), gone.size())) {
        Files.write(segment, before.get(segment));
      }
      try (Shipper shipper = shipper(front.address())) {
        shipAndFlush(shipper, few());
        assertThat(shipper.metrics().destinations().get(0).lost()).isZero();
      }
    }
    settle(FaultTable.Fault.RECORDED_NOT_DELETED);
  }

  @Test
  void S4_nothingIsLostToAnEndBetweenDeletingSegmentsAndRecordingIt() throws Exception {
    Path cursor = spool.resolve("destinations/audit/cursor.json");
    for (int round = 0; round < ROUNDS; round++) {
      fillSegments();
      byte[] before = Files.readAllBytes(cursor);
      try (Shipper shipper = shipper(front.address())) {
        shipAndFlush(shipper, few());
      }
      // As if the file system had kept the removals and not the file that was renamed before.
      Files.write(cursor, before);
      try (Shipper shipper = shipper(front.address())) {
        shipAndFlush(shipper, few());
      }
    }
    settle(FaultTable.Fault.DELETED_NOT_RECORDED);
  }

  @Test
  void S4_nothingIsLostToADiskThatOthersFillAndFreeLater() throws Exception {
    Producer.requireSmallDisks(spool);
    try (Producer producer =
        Producer.startOnSmallDisk(
            4, spool, front.address(), 1_000_000, "-D" + Producer.PAUSE_MILLIS + "=5")) {
      Path disk = producer.inside(spool);
      for (int round = 0; round < ROUNDS; round++) {
        int some = producer.captured().size() + few();
        await().atMost(PATIENCE).until(() -> producer.captured().size() > some);
        fillUntil(disk, () -> Files.readString(disk.resolve("SESSION")).startsWith("FULL"));
        int full = producer.captured().size();
        fillUntil(disk, () -> arrived() > full + 50);

        front.always(FaultServer.status(503));
        int away = producer.captured().size();
        fillUntil(disk, () -> producer.captured().size() > away + 100);
        Files.delete(disk.resolve("filler"));
        await()
            .atMost(PATIENCE)
            .until(() -> Files.readString(disk.resolve("SESSION")).startsWith("OPEN"));
        front.heal();
      }
      producer.finish();
      assertThat(producer.waitFor()).as("it could send everything").isZero();
      taken.addAll(producer.captured());
    }
    settle(FaultTable.Fault.DISK_FULL);
  }

  private int arrived() throws Exception {
    return server.get("/v1/sources").json().at("/sources/0/events").asInt();
  }

  /** What the spool frees meanwhile is taken too. */
  private static void fillUntil(Path disk, Callable<Boolean> condition) {
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(10))
        .until(
            () -> {
              fill(disk.resolve("filler"));
              return condition.call();
            });
  }

  private static void fill(Path file) throws IOException {
    for (int size : List.of(1 << 16, 1 << 12, 1)) {
      try (OutputStream out =
          Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
        for (int i = 0; i < 1 << 13; i++) {
          out.write(new byte[size]);
        }
      } catch (IOException e) {
        assertThat(e).as("now the smaller ones").hasMessageContaining("No space left");
      }
    }
  }
}
