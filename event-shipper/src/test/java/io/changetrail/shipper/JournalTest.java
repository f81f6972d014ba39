// SPDX-License-Identifier: Apache-2.0
package io.changetrail.shipper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {
  @TempDir private Path spool;
  private int epochs;

  private Journal open() throws IOException {
    return open(64 << 10);
  }

  private Journal open(long maxBytes) throws IOException {
    return new Journal(spool, () -> "epoch-" + ++epochs, maxBytes, false, InstantSource.system());
  }

  private static long append(Journal journal, String source, int bytes) {
    return journal.append(
        source, "here", (epoch, n) -> (n + " ".repeat(bytes)).getBytes(StandardCharsets.UTF_8));
  }

  private static List<String> all(Journal journal) throws IOException {
    return events(journal, 10_000).stream()
        .map(event -> event.sequence().source() + event.number())
        .toList();
  }

  private static List<Entry.Event> events(Journal journal, int most) throws IOException {
    return journal.read(Place.START, most, Long.MAX_VALUE).stream()
        .filter(Entry.Event.class::isInstance)
        .map(Entry.Event.class::cast)
        .toList();
  }

  private Path newest() throws IOException {
    try (Stream<Path> files = Files.list(spool)) {
      return files
          .filter(f -> f.toString().endsWith(".journal"))
          .sorted()
          .reduce((a, b) -> b)
          .get();
    }
  }

  @Test
  void eventsAreNumberedBySourceAndGoOnAfterARestart() throws Exception {
    try (Journal journal = open()) {
      append(journal, "/a", 10);
      append(journal, "/b", 10);
      append(journal, "/a", 10);
    }
    try (Journal journal = open()) {
      assertThat(append(journal, "/b", 10)).isEqualTo(2);
      assertThat(all(journal)).containsExactly("/a1", "/b1", "/a2", "/b2");
    }
  }

  @Test
  void S4_threadsThatShipAtOnceWaitForNobodysEncodingAndKeepTheOrderOfTheNumbers()
      throws Exception {
    int threads = 4;
    try (Journal journal = open()) {
      CyclicBarrier all = new CyclicBarrier(threads);
      AtomicInteger first = new AtomicInteger();
      List<Thread> hosts = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        Thread host =
            new Thread(
                () -> {
                  for (int n = 0; n < 50; n++) {
                    journal.append(
                        "/a",
                        "here",
                        (epoch, number) -> {
                          if (first.getAndIncrement() < threads) {
                            meet(all);
                          }
                          return Long.toString(number).getBytes(StandardCharsets.UTF_8);
                        });
                  }
                });
        hosts.add(host);
        host.start();
      }
      for (Thread host : hosts) {
        host.join(90_000);
        assertThat(host.isAlive()).as("all encode at the same time").isFalse();
      }
      assertThat(events(journal, 10_000))
          .hasSize(200)
          .extracting(event -> new String(event.json(), StandardCharsets.UTF_8))
          .containsExactlyElementsOf(
              IntStream.rangeClosed(1, 200).mapToObj(Integer::toString).toList());
    }
  }

  private static void meet(CyclicBarrier all) {
    try {
      all.await(60, TimeUnit.SECONDS);
    } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
      throw new AssertionError("they do not encode at the same time", e);
    }
  }

  @Test
  void aTornTailIsCutWhereverItTears() throws Exception {
    try (Journal journal = open()) {
      append(journal, "/a", 10);
    }
    byte[] whole = Files.readAllBytes(newest());
    try (Journal journal = open()) {
      append(journal, "/a", 10);
    }
    byte[] longer = Files.readAllBytes(newest());
    for (int torn = whole.length; torn < longer.length; torn++) {
      Files.write(newest(), java.util.Arrays.copyOf(longer, torn));
      try (Journal journal = open()) {
        assertThat(all(journal)).as("torn at %s", torn).containsExactly("/a1");
        assertThat(append(journal, "/a", 10)).isEqualTo(2);
        assertThat(all(journal)).containsExactly("/a1", "/a2");
      }
    }
  }

  @Test
  void garbageBehindTheEndIsCutAndBeginsAnEpochWhoseBeginningIsNotCertain() throws Exception {
    try (Journal journal = open()) {
      append(journal, "/a", 10);
    }
    byte[] garbage = new byte[999];
    new Random(7).nextBytes(garbage);
    Files.write(newest(), garbage, StandardOpenOption.APPEND);
    try (Journal journal = open()) {
      assertThat(append(journal, "/a", 10)).as("of a new epoch").isEqualTo(1);
      assertThat(all(journal)).containsExactly("/a1", "/a1");
      assertThat(journal.epoch()).isEqualTo("epoch-2");
      assertThat(journal.previousEpoch()).isEqualTo("epoch-1");
      assertThat(journal.previousLast(new Sequence("/a", "here", "epoch-2"))).isNull();
    }
  }

  @Test
  void anEpochThatEndedInOrderNamesItsLastNumbersToTheNext() throws Exception {
    try (Journal journal = open()) {
      append(journal, "/a", 10);
      append(journal, "/a", 10);
    }
    try (Journal journal =
        new Journal(spool, () -> "epoch-2", 64 << 10, true, InstantSource.system())) {
      assertThat(append(journal, "/a", 10)).isEqualTo(1);
      assertThat(journal.previousLast(new Sequence("/a", "here", "epoch-2"))).isEqualTo(2);
    }
  }

  @Test
  void anEndOfTheOperatingSystemBeginsAnEpochWhoseBeginningIsNotCertain() throws Exception {
    try (Journal journal = open()) {
      append(journal, "/a", 10);
    }
    Files.writeString(spool.resolve("SESSION"), "OPEN another-boot\n");
    try (Journal journal = open()) {
      assertThat(journal.epoch()).isEqualTo("epoch-2");
      assertThat(journal.previousLast(new Sequence("/a", "here", "epoch-2"))).isNull();
      assertThat(all(journal)).containsExactly("/a1");
    }
  }

  @Test
  void whenFullTheOldestGoAndTheJournalSaysWhy() throws Exception {
    try (Journal journal = open()) {
      for (int i = 0; i < 500; i++) {
        append(journal, "/a", 1000);
      }
      assertThat(journal.sizeBytes()).isLessThanOrEqualTo(64 << 10);
      List<Entry.Event> left = events(journal, 10_000);
      Entry.Event oldest = left.get(0);
      assertThat(left.get(left.size() - 1).number()).isEqualTo(500);
      assertThat(left).hasSize((int) (500 - oldest.number() + 1));
      assertThat(journal.explain(oldest.sequence(), 1, oldest.number() - 1).reason())
          .isEqualTo(Loss.SPOOL_FULL);
    }
    try (Journal journal = open()) {
      Entry.Event oldest = events(journal, 1).get(0);
      assertThat(journal.explain(oldest.sequence(), 1, oldest.number() - 1).reason())
          .as("after a restart")
          .isEqualTo(Loss.SPOOL_FULL);
    }
  }

  @Test
  void whatIsReleasedGoes() throws Exception {
    try (Journal journal = open()) {
      for (int i = 0; i < 40; i++) {
        append(journal, "/a", 1000);
      }
      List<Entry.Event> events = events(journal, 30);
      assertThat(journal.depth(events.get(29).next())).isEqualTo(10);
      journal.release(events.get(29).next());
      assertThat(all(journal)).contains("/a31", "/a40").doesNotContain("/a1");
    }
    try (Journal journal = open()) {
      assertThat(append(journal, "/a", 10)).isEqualTo(41);
    }
  }

  /** The numbers of the events in the files, whoever has them open. */
  private List<Long> onDisk() throws IOException {
    List<Long> numbers = new ArrayList<>();
    try (Stream<Path> files = Files.list(spool)) {
      for (Path file :
          files
              .filter(f -> f.toString().endsWith(".journal") && Files.isRegularFile(f))
              .sorted()
              .toList()) {
        long id = Long.parseUnsignedLong(file.getFileName().toString().substring(0, 16), 16);
        try (SegmentReader reader =
            new SegmentReader(new FileInputStream(file.toFile()), id, 0, Files.size(file))) {
          for (ByteBuffer body = reader.next(); body != null; body = reader.next()) {
            if (Records.entry(body, new Place(id, 0, 0), "any") instanceof Entry.Event event) {
              numbers.add(event.number());
            }
          }
        }
      }
    }
    return numbers;
  }

  @Test
  void T1_whatTheDiskDoesNotTakeIsReadFromMemoryAndWrittenOnceTheDiskTakesIt() throws Exception {
    List<Long> fifty = LongStream.rangeClosed(1, 50).boxed().toList();
    try (Journal journal = open()) {
      FullDisk disk = new FullDisk(spool);
      for (int i = 0; i < 50; i++) {
        append(journal, "/a", 1000);
      }
      assertThat(onDisk()).hasSizeLessThan(20);
      assertThat(journal.drain()).isFalse();
      assertThat(journal.trouble()).contains("the disk of the spool takes no events");
      assertThat(journal.depth(Place.START)).isEqualTo(50);
      List<Entry.Event> events = events(journal, 10_000);
      assertThat(events).extracting(Entry.Event::number).containsExactlyElementsOf(fifty);
      Place within = events.get(29).next();
      assertThat(journal.isEnd(events.get(49).next())).isTrue();

      disk.free();
      assertThat(journal.drain()).isTrue();
      assertThat(journal.trouble()).isNull();
      assertThat(onDisk()).containsExactlyElementsOf(fifty);
      assertThat(journal.read(within, 100, Long.MAX_VALUE).stream())
          .as("a place in memory is the same on disk")
          .filteredOn(Entry.Event.class::isInstance)
          .hasSize(20);
    }
    try (Journal journal = open()) {
      assertThat(journal.epoch()).isEqualTo("epoch-1");
      assertThat(append(journal, "/a", 10)).isEqualTo(51);
    }
  }

  @Test
  void T1_whatIsReleasedFromMemoryMakesRoomInItWithoutTheDisk() throws Exception {
    try (Journal journal = open(64 << 20)) {
      FullDisk disk = new FullDisk(spool);
      Place place = Place.START;
      int seen = 0;
      for (int i = 0; i < 20; i++) {
        for (int n = 0; n < 1000; n++) {
          append(journal, "/a", 1000);
        }
        for (Entry entry : journal.read(place, 10_000, Long.MAX_VALUE)) {
          seen += entry instanceof Entry.Event ? 1 : 0;
          place = entry.next();
        }
        journal.release(place);
      }
      assertThat(seen).as("of 20 MB, through 4 MiB of memory").isEqualTo(20_000);
      assertThat(journal.dropped()).isEmpty();
      assertThat(journal.isEnd(place)).isTrue();
      assertThat(journal.sizeBytes()).as("what was on disk is released too").isZero();
      disk.free();
    }
  }

  @Test
  void T4_whatMemoryDoesNotTakeEitherIsALossThatIsTold() throws Exception {
    try (Journal journal = open(64 << 20)) {
      FullDisk disk = new FullDisk(spool);
      for (int i = 0; i < 15_000; i++) {
        append(journal, "/a", 1000);
      }
      List<Long> onDisk = onDisk();
      List<Entry.Event> all = events(journal, 100_000);
      List<Entry.Event> waiting = all.subList(onDisk.size(), all.size());
      assertThat(waiting.size() * 1000L)
          .isBetween(Journal.MEMORY_BYTES / 2L, (long) Journal.MEMORY_BYTES);
      long lastOnDisk = onDisk.get(onDisk.size() - 1);
      long firstWaiting = waiting.get(0).number();
      assertThat(all.get(all.size() - 1).number()).isEqualTo(15_000);
      assertThat(firstWaiting).isGreaterThan(lastOnDisk + 1);
      assertThat(
              journal.explain(waiting.get(0).sequence(), lastOnDisk + 1, firstWaiting - 1).reason())
          .isEqualTo(Loss.DISK_FULL);

      disk.free();
      assertThat(journal.drain()).isTrue();
      assertThat(onDisk()).hasSize(all.size());
    }
  }

  @Test
  void aLossFromBeforeTheDiskLiesInItsPlace() throws Exception {
    try (Journal journal = open()) {
      append(journal, "/a", 10);
      journal.lose("/a", "here", "could not be spooled");
      append(journal, "/a", 10);
      List<Entry> entries = journal.read(Place.START, 10, Long.MAX_VALUE);
      assertThat(entries)
          .extracting(Entry::getClass)
          .containsExactly(
              Entry.Header.class, Entry.Event.class, Entry.Lost.class, Entry.Event.class);
      Loss loss = ((Entry.Lost) entries.get(2)).loss();
      assertThat(loss.reason()).isEqualTo("could not be spooled");
      assertThat(loss.first()).isEqualTo(2).isEqualTo(loss.last());
      assertThat(journal.depth(Place.START)).isEqualTo(2);
    }
  }

  @Test
  void anEndWhileTheDiskTookNothingBeginsAnEpochWhoseBeginningIsNotCertain(@TempDir Path copy)
      throws Exception {
    try (Journal journal = open()) {
      FullDisk disk = new FullDisk(spool);
      for (int i = 0; i < 40; i++) {
        append(journal, "/a", 1000);
      }
      // As the directory is when the process is killed now.
      try (Stream<Path> files = Files.list(spool)) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          Files.copy(file, copy.resolve(file.getFileName()));
        }
      }
      disk.free();
    }
    try (Journal journal =
        new Journal(copy, () -> "epoch-2", 64 << 10, false, InstantSource.system())) {
      assertThat(journal.epoch()).isEqualTo("epoch-2");
      assertThat(journal.previousEpoch()).isEqualTo("epoch-1");
      assertThat(journal.previousLast(new Sequence("/a", "here", "epoch-2"))).isNull();
    }
  }

  @Test
  void T1_aSpoolOpensThoughTheDiskTakesNothingAndGoesOnWithItsEvents() throws Exception {
    try (Journal journal = open()) {
      append(journal, "/a", 10);
    }
    FullDisk disk = new FullDisk(spool);
    try (Journal journal =
        new Journal(spool, () -> "epoch-2", 64 << 10, true, InstantSource.system())) {
      append(journal, "/a", 10);
      assertThat(journal.trouble()).isNotNull();
      assertThat(all(journal)).containsExactly("/a1", "/a1");
      disk.free();
    }
    try (Journal journal = open()) {
      assertThat(journal.epoch()).isEqualTo("epoch-2");
      assertThat(all(journal)).containsExactly("/a1", "/a1");
    }
  }

  @Test
  void anInterruptedThreadLosesNothing() throws Exception {
    try (Journal journal = open()) {
      Thread.currentThread().interrupt();
      append(journal, "/a", 10);
      assertThat(Thread.interrupted()).isTrue();
      append(journal, "/a", 10);
      assertThat(all(journal)).containsExactly("/a1", "/a2");
    }
  }

  @Test
  void whatCannotBeDeletedKeepsNothingElseAndGoesLater() throws Exception {
    Path first = spool.resolve("0000000000000001.journal");
    Path stuck = first.resolve("stuck");
    try (Journal journal = open()) {
      for (int i = 0; i < 40; i++) {
        append(journal, "/a", 1000);
      }
      Place behind = events(journal, 30).get(29).next();
      Files.delete(first);
      Files.createFile(Files.createDirectory(first).resolve("stuck"));
      assertThatThrownBy(() -> journal.release(behind)).isInstanceOf(IOException.class);
      assertThat(spool.resolve("0000000000000002.journal")).doesNotExist();

      Files.delete(stuck);
      journal.deleteCondemned();
      assertThat(first).doesNotExist();
    }
  }

  @Test
  void whateverFailsWhileItClosesTheSpoolIsFreeForTheNextOne() throws Exception {
    Path session = spool.resolve("SESSION");
    Journal journal = open();
    append(journal, "/a", 10);
    Files.delete(session);
    Files.createDirectory(session);
    assertThatThrownBy(journal::close).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> append(journal, "/a", 10)).hasMessage("the spool is closed");
    journal.close();
    Files.delete(session);

    Path first = newest();
    Journal again = open();
    for (int i = 0; i < 40; i++) {
      append(again, "/a", 1000);
    }
    Place behind = events(again, 30).get(29).next();
    Files.delete(first);
    Files.createFile(Files.createDirectory(first).resolve("stuck"));
    assertThatThrownBy(() -> again.release(behind)).isInstanceOf(IOException.class);
    assertThatThrownBy(again::close).isInstanceOf(IOException.class);
    try (Journal third = open()) {
      assertThat(append(third, "/a", 10)).as("its numbers were certain").isEqualTo(42);
    }
  }

  @Test
  void aPlaceThatTheOperatingSystemTookWithItHasNothingLessThanNothingBehindIt() throws Exception {
    Place end;
    try (Journal journal = open()) {
      for (int i = 0; i < 10; i++) {
        append(journal, "/a", 10);
      }
      end = events(journal, 10).get(9).next();
    }
    try (FileChannel file = FileChannel.open(newest(), StandardOpenOption.WRITE)) {
      file.truncate(end.offset() / 2);
    }
    Files.writeString(spool.resolve("SESSION"), "OPEN another-boot");
    try (Journal journal = open()) {
      assertThat(journal.depth(end)).isZero();
      append(journal, "/a", 10);
      assertThat(journal.depth(end)).isEqualTo(1);
    }
  }

  /** Opens a spool, and prints how that went. */
  public static void main(String[] arguments) throws IOException {
    Path spool = Path.of(arguments[0]);
    try (Journal journal =
        new Journal(spool, () -> "another", 64 << 10, false, InstantSource.system())) {
      System.out.println("opened, of epoch " + journal.epoch());
    } catch (SpoolException e) {
      System.out.println(e.getMessage());
    }
  }

  @Test
  void aSecondProcessIsKeptOutAlsoOnceThisOneTriedASecondTime() throws Exception {
    try (Journal journal = open()) {
      append(journal, "/a", 1);
      assertThatThrownBy(this::open)
          .isInstanceOf(SpoolException.class)
          .hasMessageContaining("is in use; give each process a directory of its own");
      Process another =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  JournalTest.class.getName(),
                  spool.toString())
              .redirectErrorStream(true)
              .start();
      assertThat(new String(another.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .contains("is in use; give each process a directory of its own");
      assertThat(another.waitFor()).isZero();
    }
    open().close();
  }
}
