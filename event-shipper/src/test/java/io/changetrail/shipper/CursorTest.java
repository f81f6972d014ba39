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
    return new Journal(spool, () -> "epoch-" + ++epochs, 64 << 10, anew, InstantSource.system());
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
      Path inTheWay = Files.createDirectory(spool.resolve("0000000000000002.journal"));
      append(journal, "/a", 10);
      append(journal, "/b", 10);
      Files.delete(inTheWay);
      append(journal, "/a", 1);
      assertThat(found(cursor, journal)).isEmpty();
      assertThat(segments()).hasSizeGreaterThan(2);
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
      assertThat(cursor.lost()).isEqualTo(20);
    }
  }
}
