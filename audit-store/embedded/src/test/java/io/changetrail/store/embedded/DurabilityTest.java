// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Phase;
import io.changetrail.model.Target;
import io.changetrail.store.AuditStore;
import io.changetrail.store.AuditStore.Leaf;
import io.changetrail.store.Expiry;
import io.changetrail.store.NewEvent;
import io.changetrail.store.Query;
import io.changetrail.store.Scope;
import io.changetrail.store.StoreException;
import io.changetrail.store.StoreFullException;
import io.changetrail.store.StoredEvent;
import io.changetrail.store.View;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the directory holds after deaths, a full disk and closing. */
class DurabilityTest {
  private static final Instant START = Instant.parse("2026-01-31T02:00:00Z");
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final Scope ALL = Scope.of("acme");

  @TempDir Path directory;

  private static NewEvent event(long number, String summary) {
    AuditEvent event =
        AuditEvent.builder(
                new EventRef("/ci/shop", "build-" + number),
                START.plusSeconds(number),
                Actor.unknown(),
                Change.of(ChangeKind.DEPLOYMENT, Phase.STARTED, "deploy").summary(summary).build())
            .target(Target.service("checkout", "prod"))
            .build();
    return NewEvent.of("acme", event, START.plusSeconds(number));
  }

  private static NewEvent event(long number) {
    return event(number, "deploy " + number);
  }

  /** Appends from a number on until it is killed; prints each number that was acknowledged. */
  public static void main(String[] arguments) {
    try (AuditStore store = EmbeddedAuditStore.open(Path.of(arguments[0]))) {
      for (long number = Long.parseLong(arguments[1]); number < 100_000; number++) {
        store.append(List.of(event(number)));
        System.out.println(number);
      }
    }
  }

  private Process child(long from) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            DurabilityTest.class.getName(),
            directory.toString(),
            Long.toString(from))
        .redirectErrorStream(true)
        .start();
  }

  /** Lets a process append from a number on, kills it soon, and tells the last acknowledged. */
  private long killed(long from, long acknowledgements) throws Exception {
    Process process = child(from);
    long acknowledged = from - 1;
    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        if (!line.matches("[0-9]+")) {
          continue; // what a library says on standard error
        }
        acknowledged = Long.parseLong(line);
        if (acknowledged == from - 1 + acknowledgements) {
          process.toHandle().destroyForcibly(); // and leaves its output readable
        }
      }
    } finally {
      process.destroyForcibly().waitFor();
    }
    return acknowledged;
  }

  @Test
  void whatWasAcknowledgedSurvivesEachDeathOfTheProcessOnceAndInOrder() throws Exception {
    Random random = new Random(3);
    long next = 1;
    for (int round = 1; round <= 4; round++) {
      long acknowledged = killed(next, 1L + random.nextInt(150));
      try (AuditStore store = EmbeddedAuditStore.open(directory)) {
        List<StoredEvent> kept = store.readFrom(ALL, 0, 100_000);
        assertThat(kept)
            .as("round %d", round)
            .hasSizeBetween((int) acknowledged, (int) acknowledged + 1);
        assertThat(kept)
            .extracting(StoredEvent::seq)
            .containsExactlyElementsOf(LongStream.rangeClosed(1, kept.size()).boxed().toList());
        assertThat(kept)
            .extracting(one -> one.event().ref().id())
            .containsExactlyElementsOf(
                LongStream.rangeClosed(1, kept.size()).mapToObj(one -> "build-" + one).toList());
        next = kept.size() + 1L;
      }
    }
  }

  /** As a crash in the middle of a write leaves it: the end of the log is missing or garbled. */
  @Test
  void ofATornLogTheWholeTransactionsAreKeptAndTheStoreGoesOn() throws Exception {
    Path live = directory.resolve("live");
    Path db;
    byte[] log;
    byte[] file;
    try (AuditStore store = EmbeddedAuditStore.open(live)) {
      LongStream.rangeClosed(1, 40).forEach(number -> store.append(List.of(event(number))));
      db = live.resolve(EmbeddedAuditStore.FILE);
      file = Files.readAllBytes(db);
      log = Files.readAllBytes(live.resolve(EmbeddedAuditStore.FILE + "-wal"));
    }
    Random random = new Random(11);
    List<Integer> sizes = new ArrayList<>();
    for (int round = 0; round < 12; round++) {
      int end = round == 0 ? log.length : random.nextInt(log.length);
      byte[] torn = round % 2 == 0 ? Arrays.copyOf(log, end) : log.clone();
      if (round % 2 == 1) {
        for (int at = end; at < Math.min(log.length, end + 700); at++) {
          torn[at] = (byte) random.nextInt();
        }
      }
      Path copy = directory.resolve("torn-" + round);
      Files.createDirectory(copy);
      Files.write(copy.resolve(EmbeddedAuditStore.FILE), file);
      Files.write(copy.resolve(EmbeddedAuditStore.FILE + "-wal"), torn);
      try (AuditStore store = EmbeddedAuditStore.open(copy)) {
        int kept = store.readFrom(ALL, 0, 1000).size();
        sizes.add(kept);
        for (long number = kept + 1L; number <= 45; number++) {
          assertThat(store.append(List.of(event(number))).get(0).seq()).isEqualTo(number);
        }
        assertThat(store.readFrom(ALL, 0, 1000))
            .extracting(one -> one.event().ref().id())
            .containsExactlyElementsOf(
                LongStream.rangeClosed(1, 45).mapToObj(one -> "build-" + one).toList());
        assertThat(store.leaves(1, 1000)).hasSize(45);
        assertThat(store.histogram(ALL, Query.all(), Duration.ofDays(1)).total()).isEqualTo(45);
        assertThat(store.histogram(ALL, Query.all().withText("deploy"), Duration.ofDays(1)).total())
            .isEqualTo(45);
        assertThat(store.sources(ALL).get(0).events()).isEqualTo(45);
      }
    }
    assertThat(sizes.get(0)).as("of the whole log").isEqualTo(40);
    assertThat(sizes).as("some logs had lost transactions").anyMatch(kept -> kept < 40);
  }

  @Test
  void whatWasAppendedWhileTheStoreClosedIsKeptOrRefusedNeverBoth() throws Exception {
    for (int round = 0; round < 5; round++) {
      Path place = directory.resolve("round-" + round);
      AuditStore store = EmbeddedAuditStore.open(place);
      Set<String> acknowledged = ConcurrentHashMap.newKeySet();
      List<String> complaints = Collections.synchronizedList(new ArrayList<>());
      List<Thread> threads = new ArrayList<>();
      for (int i = 1; i <= 8; i++) {
        long first = i * 100_000L;
        threads.add(
            new Thread(
                () -> {
                  try {
                    for (long number = first; ; number++) {
                      NewEvent event = event(number);
                      store.append(List.of(event));
                      acknowledged.add(event.event().ref().id());
                      store.find(ALL, event.event().ref(), View.RAW);
                    }
                  } catch (StoreException e) {
                    complaints.add(e.getMessage());
                  }
                }));
      }
      threads.forEach(Thread::start);
      int enough = 20 * (round + 1);
      Awaitility.await().atMost(PATIENCE).until(() -> acknowledged.size() > enough);
      store.close();
      for (Thread thread : threads) {
        thread.join(PATIENCE.toMillis());
        assertThat(thread.isAlive()).as("hangs").isFalse();
      }
      assertThat(complaints).hasSize(8).containsOnly("the audit store is closed");
      try (AuditStore again = EmbeddedAuditStore.open(place)) {
        assertThat(again.readFrom(ALL, 0, 100_000))
            .extracting(one -> one.event().ref().id())
            .containsExactlyInAnyOrderElementsOf(acknowledged);
      }
    }
  }

  @Test
  void aSecondProcessIsToldWhichDirectoryIsInUse() throws Exception {
    try (AuditStore store = EmbeddedAuditStore.open(directory)) {
      assertThat(store.health().writable()).isTrue();
      assertThatThrownBy(() -> EmbeddedAuditStore.open(directory))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining(directory.toString());
      Process process = child(1);
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).isNotZero();
      assertThat(output).contains("the data directory " + directory + " is in use");
    }
  }

  @Test
  void aDirectoryOfDataVersionOneOpens() throws Exception {
    Files.copy(
        Path.of("src/test/resources/data-version-1/events.db"), directory.resolve("events.db"));
    try (AuditStore store = EmbeddedAuditStore.open(directory)) {
      assertThat(store.leaves(1, 100)).extracting(Leaf::seq).contains(1L, 7L);
      assertThat(store.sources(ALL)).hasSize(2);
      assertThat(store.sources(ALL).get(1).epochs().get(0).last()).isEqualTo(1);
      assertThat(store.append(List.of(event(1))).get(0).seq()).isEqualTo(8);
    }
  }

  @Test
  void aNewerDataVersionIsRefusedByName() throws Exception {
    EmbeddedAuditStore.open(directory).close();
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("events.db"));
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA user_version = 99");
    }
    assertThatThrownBy(() -> EmbeddedAuditStore.open(directory))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("data version 99");
  }

  @Test
  void aFullStoreSaysSoKeepsNoHalfBatchAndTakesEventsAgainOnceSpaceIsFree() {
    try (AuditStore store = EmbeddedAuditStore.open(directory, 2 << 20)) {
      List<NewEvent> batch = new ArrayList<>();
      assertThatThrownBy(
              () -> {
                for (long number = 0; number < 100_000; number += 100) {
                  batch.clear();
                  LongStream.range(number, number + 100).forEach(one -> batch.add(event(one)));
                  store.append(batch);
                }
              })
          .isInstanceOf(StoreFullException.class);
      assertThat(store.health().writable()).isFalse();
      try (Database file = Database.open(directory.resolve(EmbeddedAuditStore.FILE), true)) {
        assertThat(
                file.number(
                    "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"))
            .isBetween(3L << 19, 2L << 20);
      }
      assertThat(store.health().lastSeq() % 100).isZero();
      assertThat(store.find(ALL, batch.get(0).event().ref(), View.RAW)).isEmpty();

      assertThat(store.expire("acme", new Expiry(Map.of(), START.plusSeconds(1_000_000), false)))
          .isPositive();

      assertThat(store.health().writable()).isTrue();
      assertThat(store.append(batch)).hasSize(100);
    }
  }

  @Test
  void aBackupRestoresToAnEqualStore() throws Exception {
    Path file = directory.resolve("backup.db");
    Path restored = directory.resolve("restored");
    try (AuditStore store = EmbeddedAuditStore.open(directory.resolve("store"))) {
      LongStream.range(0, 50).forEach(number -> store.append(List.of(event(number))));
      store.backup(file);
      assertThat(directory.resolve("backup.db.part")).doesNotExist();
      Backup.restore(file, restored);
      try (AuditStore copy = EmbeddedAuditStore.open(restored)) {
        assertThat(copy.readFrom(ALL, 0, 100)).isEqualTo(store.readFrom(ALL, 0, 100));
        assertThat(copy.leaves(1, 100)).isEqualTo(store.leaves(1, 100));
        assertThat(copy.sources(ALL)).isEqualTo(store.sources(ALL));
      }
    }
  }

  @Test
  void anErasedAccountIsInNoFileOfTheDirectoryAndEveryLeafStillVerifies() throws Exception {
    AuditEvent event = event(1).event();
    AuditEvent byMallory =
        event.toBuilder()
            .actor(new Actor("mallory7f", "Quill", Actor.Kind.USER, null, Actor.Evidence.DECLARED))
            .build();
    try (AuditStore store = EmbeddedAuditStore.open(directory)) {
      store.append(List.of(NewEvent.of("acme", byMallory, START), event(2)));
      assertThat(bytesOfAllFiles()).contains("mallory7f");
      store.erasePersonal("acme", "mallory7f");
      assertThat(bytesOfAllFiles()).doesNotContain("mallory7f", "Quill");
    }
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("events.db"));
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery("SELECT body, hex(hash) FROM event JOIN leaf USING (seq)")) {
      int verified = 0;
      while (rows.next()) {
        assertThat(io.changetrail.model.content.Leaf.hash(Bodies.unpackObject(rows.getBytes(1))))
            .isEqualToIgnoringCase(rows.getString(2));
        verified++;
      }
      assertThat(verified).isEqualTo(2);
    }
  }

  private String bytesOfAllFiles() throws IOException {
    StringBuilder all = new StringBuilder();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        all.append(Files.readString(file, StandardCharsets.ISO_8859_1));
      }
    }
    return all.toString();
  }

  @Test
  void aClosedStoreSaysSoAtOnce() {
    AuditStore store = EmbeddedAuditStore.open(directory);
    store.close();
    assertThatThrownBy(() -> store.readFrom(ALL, 0, 1)).hasMessage("the audit store is closed");
    assertThatThrownBy(() -> store.append(List.of(event(1))))
        .hasMessage("the audit store is closed");
    assertThat(store.health().writable()).isFalse();
  }
}
