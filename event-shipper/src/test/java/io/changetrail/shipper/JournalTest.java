// SPDX-License-Identifier: Apache-2.0
package io.changetrail.shipper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {
  private static final Place START = new Place(0, 0, 0);

  @TempDir private Path spool;
  private final List<Loss> losses = new ArrayList<>();

  private Journal open() throws IOException {
    return new Journal(spool, "epoch-1", 64 << 10, InstantSource.system(), losses::add);
  }

  private static long append(Journal journal, String source, int bytes) throws IOException {
    return journal.append(source, n -> (n + " ".repeat(bytes)).getBytes(StandardCharsets.UTF_8));
  }

  private static List<String> all(Journal journal) throws IOException {
    return journal.read(START, 10_000, Long.MAX_VALUE).stream()
        .map(event -> event.source() + event.number())
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
  void garbageBehindTheEndIsCut() throws Exception {
    try (Journal journal = open()) {
      append(journal, "/a", 10);
    }
    byte[] garbage = new byte[999];
    new Random(7).nextBytes(garbage);
    Files.write(newest(), garbage, StandardOpenOption.APPEND);
    try (Journal journal = open()) {
      assertThat(append(journal, "/a", 10)).isEqualTo(2);
      assertThat(all(journal)).containsExactly("/a1", "/a2");
    }
  }

  @Test
  void whenFullTheOldestGoAndEachLossIsTold() throws Exception {
    try (Journal journal = open()) {
      for (int i = 0; i < 500; i++) {
        append(journal, "/a", 1000);
      }
      assertThat(journal.sizeBytes()).isLessThanOrEqualTo(64 << 10);
      List<String> left = all(journal);
      long lost = losses.get(losses.size() - 1).last();
      assertThat(left.get(0)).isEqualTo("/a" + (lost + 1));
      assertThat(left.get(left.size() - 1)).isEqualTo("/a500");
      assertThat(losses.get(0).first()).isEqualTo(1);
      assertThat(losses).extracting(Loss::reason).containsOnly(Journal.SPOOL_FULL);
      for (int i = 1; i < losses.size(); i++) {
        assertThat(losses.get(i).first()).isEqualTo(losses.get(i - 1).last() + 1);
      }
    }
  }

  @Test
  void whatIsReleasedGoesWithoutALoss() throws Exception {
    try (Journal journal = open()) {
      for (int i = 0; i < 40; i++) {
        append(journal, "/a", 1000);
      }
      List<Spooled> events = journal.read(START, 30, Long.MAX_VALUE);
      journal.release(events.get(29).next());
      assertThat(losses).isEmpty();
      assertThat(all(journal)).contains("/a31", "/a40").doesNotContain("/a1");
    }
    try (Journal journal = open()) {
      assertThat(append(journal, "/a", 10)).isEqualTo(41);
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
  void aSecondProcessIsKeptOut() throws Exception {
    try (Journal journal = open()) {
      append(journal, "/a", 1);
      assertThatThrownBy(this::open)
          .isInstanceOf(SpoolException.class)
          .hasMessageContaining("is in use; give each process a directory of its own");
    }
  }
}
