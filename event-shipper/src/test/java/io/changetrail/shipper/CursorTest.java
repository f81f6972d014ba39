// SPDX-License-Identifier: Apache-2.0
package io.changetrail.shipper;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which losses a destination finds in the journal. */
class CursorTest {
  @TempDir private Path spool;
  private int epochs;

  private Journal open(boolean anew) throws IOException {
    return open(anew, 64 << 10);
  }

  private Journal open(boolean anew, long maxBytes) throws IOException {
    return new Journal(spool, () -> "epoch-" + ++epochs, maxBytes, anew, InstantSource.system());
  }

  private Cursor cursor(Journal journal) throws IOException {
    return Cursor.open(spool.resolve("cursor.json"), journal);
  }

  private static void append(Journal journal, String source, int times) {
    for (int i = 0; i < times; i++) {
      journal.append(source, "here", (epoch, number) -> new byte[1000]);
    }
  }

  private static List<String> found(Cursor cursor, Journal journal) throws IOException {
    for (Entry entry : journal.read(cursor.place(), 100_000, Long.MAX_VALUE)) {
      cursor.pass(entry, journal);
    }
    return cursor.losses().stream()
        .map(
            loss ->
                "%s %s %d-%d %s"
                    .formatted(
                        loss.sequence().epoch(),
                        loss.sequence().source(),
                        loss.first(),
                        loss.last(),
                        loss.reason()))
        .toList();
  }

  private List<Path> segments() throws IOException {
    try (Stream<Path> files = Files.list(spool)) {
      return files.filter(file -> file.toString().endsWith(".journal")).sorted().toList();
    }
  }

  @Test
  void whatTheBoundTookOfASourceThatFellSilentIsFound() throws Exception {
    try (Journal journal = open(false)) {
      Cursor cursor = cursor(journal);
      append(journal, "/a", 3);
      found(cursor, journal);
      append(journal, "/a", 7);
      append(journal, "/b", 100);
      assertThat(found(cursor, journal))
          .hasSize(2)
          .contains("epoch-1 /a 4-10 spool full")
          .anySatisfy(loss -> assertThat(loss).startsWith("epoch-1 /b 1-").endsWith(" spool full"));
      assertThat(cursor.lost()).isEqualTo(7 + 100 - journal.depth(Place.START));
      append(journal, "/b", 1);
      assertThat(found(cursor, journal)).as("once").hasSize(2);
    }
  }

  @Test
  void T4_eventsThatAnotherSourceNumberedAreCountedWhenTheBoundTakesThem() throws Exception {
    long left;
    try (Journal journal = open(false)) {
      Cursor cursor = cursor(journal);
      for (int i = 0; i < 3; i++) {
        journal.appendUncounted("/a", "there", new byte[1000]);
      }
      found(cursor, journal);
      cursor.save();
      for (int i = 0; i < 100; i++) {
        journal.appendUncounted("/a", "there", new byte[1000]);
      }
      left = journal.depth(Place.START);
      assertThat(left).isLessThan(100);
    }
    try (Journal journal = open(false)) {
      Cursor cursor = cursor(journal);
      assertThat(found(cursor, journal)).as("of no sequence here").isEmpty();
      assertThat(cursor.lost()).isEqualTo(100 - left);
      Cursor fresh = Cursor.open(spool.resolve("fresh.json"), journal);
      found(fresh, journal);
      assertThat(fresh.lost()).as("it never was to have them").isZero();
    }
  }

  @Test
  void T4_aCrashBetweenTheDeletionOfASegmentAndItsRecordIsNoLossOfWhatWasSent(@TempDir Path copy)
      throws Exception {
    try (Journal journal = open(false)) {
      Cursor cursor = cursor(journal);
      append(journal, "/a", 30);
      found(cursor, journal);
      cursor.save();
      append(journal, "/a", 3);
      List<Path> before = segments();
      journal.release(cursor.place());
      assertThat(segments()).hasSizeLessThan(before.size());
      // Of what was to go any part may be gone, in any order, when the process ends.
      copy(copy);
    }
    try (Journal journal =
        new Journal(copy, () -> "epoch-2", 64 << 10, false, InstantSource.system())) {
      Cursor cursor = Cursor.open(copy.resolve("cursor.json"), journal);
      assertThat(found(cursor, journal)).isEmpty();
      assertThat(cursor.handled(new Sequence("/a", "here", "epoch-1"))).isEqualTo(33);
    }
  }

  @Test
  void T4_whatTheBoundTookIsFoundThoughTheProcessEndedBeforeTheNextSegmentSaidSo(@TempDir Path copy)
      throws Exception {
    try (Journal journal = open(false)) {
      cursor(journal);
      append(journal, "/b", 7);
      append(journal, "/a", 30);
      copy(copy);
    }
    // The oldest file is deleted, and no header of a newer one has it yet.
    Files.delete(copy.resolve(segments().get(0).getFileName()));
    try (Journal journal =
        new Journal(copy, () -> "epoch-2", 64 << 10, false, InstantSource.system())) {
      assertThat(journal.epoch()).as("what is there goes on").isEqualTo("epoch-1");
      Cursor cursor = Cursor.open(copy.resolve("cursor.json"), journal);
      assertThat(found(cursor, journal)).containsExactly("epoch-1 /b 1-7 spool damaged");
    }
  }

  /** The spool as it is when the process is killed now. */
  private void copy(Path to) throws IOException {
    try (Stream<Path> files = Files.list(spool)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
  }

  @Test
  void aFileThatIsGoneIsFoundThoughItsSourceFellSilent() throws Exception {
    try (Journal journal = open(false)) {
      cursor(journal);
      append(journal, "/b", 7);
      append(journal, "/a", 7);
      append(journal, "/b", 7);
    }
    assertThat(segments()).hasSize(3);
    Files.delete(segments().get(1));
    try (Journal journal = open(false)) {
      assertThat(found(cursor(journal), journal)).contains("epoch-1 /a 1-7 spool damaged");
    }
  }

  @Test
  void whatTheBoundTookOfEarlierEpochsIsFoundAndOfThoseThatWereSentNothing() throws Exception {
    try (Journal journal = open(true)) {
      cursor(journal);
      append(journal, "/a", 2);
    }
    try (Journal journal = open(true)) {
      Cursor cursor = cursor(journal);
      assertThat(found(cursor, journal)).isEmpty();
      cursor.forget(journal);
      cursor.save();
      append(journal, "/a", 3);
    }
    try (Journal journal = open(true)) {
      append(journal, "/a", 4);
    }
    try (Journal journal = open(true)) {
      append(journal, "/b", 100);
      Cursor cursor = cursor(journal);
      assertThat(found(cursor, journal))
          .contains("epoch-2 /a 1-3 spool full", "epoch-3 /a 1-4 spool full")
          .hasSize(3);
      cursor.told(cursor.losses());
      cursor.forget(journal);
      cursor.save();
    }
    try (Journal journal = open(true)) {
      append(journal, "/b", 100);
      assertThat(found(cursor(journal), journal)).as("no other").hasSize(1);
    }
  }

  @Test
  void aDestinationThatIsNewMissesNothingOfWhatWentBefore() throws Exception {
    try (Journal journal = open(true)) {
      append(journal, "/a", 10);
    }
    try (Journal journal = open(true)) {
      append(journal, "/b", 100);
      Cursor cursor = cursor(journal);
      assertThat(found(cursor, journal)).isEmpty();
    }
  }

  @Test
  void whatWaitedInMemoryIsNoLossThoughSegmentsBeginAmongIt() throws Exception {
    try (Journal journal = open(false)) {
      Cursor cursor = cursor(journal);
      append(journal, "/a", 3);
      FullDisk disk = new FullDisk(spool);
      append(journal, "/a", 10);
      append(journal, "/b", 10);
      assertThat(found(cursor, journal)).isEmpty();
      disk.free();
      assertThat(journal.drain()).isTrue();
      append(journal, "/a", 1);
      assertThat(found(cursor, journal)).isEmpty();
      assertThat(segments()).hasSizeGreaterThan(2);
    }
  }

  @Test
  void T4_whatMemoryDidNotTakeIsFoundAndWhatTheDiskHasBeforeItIsNot() throws Exception {
    try (Journal journal = open(false, 64 << 20)) {
      Cursor cursor = cursor(journal);
      append(journal, "/a", 3);
      FullDisk disk = new FullDisk(spool);
      append(journal, "/b", 15_000);
      append(journal, "/a", 1);
      long left = journal.depth(Place.START);
      List<String> found = found(cursor, journal);
      assertThat(found)
          .singleElement()
          .satisfies(loss -> assertThat(loss).startsWith("epoch-1 /b ").endsWith(" disk full"));
      assertThat(cursor.lost()).isEqualTo(15_004 - left);
      Cursor fresh = Cursor.open(spool.resolve("fresh.json"), journal);
      assertThat(found(fresh, journal)).as("for one that is new too").isEqualTo(found);
      disk.free();
    }
    try (Journal journal = open(false)) {
      Cursor again = Cursor.open(spool.resolve("again.json"), journal);
      assertThat(found(again, journal)).as("after a restart").hasSize(1);
    }
  }

  @Test
  void aLossWithWhichASegmentBeginsIsFoundOnce() throws Exception {
    try (Journal journal = open(false)) {
      Cursor cursor = cursor(journal);
      append(journal, "/b", 1);
      String reason = "could not be spooled: " + "x".repeat(1000);
      for (int i = 0; i < 20; i++) {
        journal.lose("/a", "here", reason);
        append(journal, "/b", 1);
      }
      assertThat(segments()).hasSizeGreaterThan(2);
      assertThat(found(cursor, journal)).containsExactly("epoch-1 /a 1-20 " + reason);
      assertThat(cursor.lost()).as("none was in the spool").isZero();
    }
  }
}
