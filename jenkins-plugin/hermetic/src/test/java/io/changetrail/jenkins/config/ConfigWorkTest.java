// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigWorkTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir private Path home;
  private final List<String> compared = Collections.synchronizedList(new ArrayList<>());
  private final CountDownLatch goOn = new CountDownLatch(1);
  private Path file;

  @BeforeEach
  void aFile() {
    file = home.resolve("config.xml");
  }

  /** Saves a job as somebody does, while the thread that compares is held up. */
  private void save(ConfigWork work, String who) throws IOException {
    Files.writeString(file, "saved by " + who);
    work.withTextOf(file, text -> compared.add(who + ": " + text));
  }

  private ConfigWork heldUp(long mostCharacters) {
    ConfigWork work = new ConfigWork(mostCharacters);
    work.later(
        () -> {
          try {
            goOn.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    return work;
  }

  @Test
  void C8_whoeverSavesDoesNotWaitAndEachIsComparedByWhatHeSaved() throws Exception {
    ConfigWork work = heldUp(1000);
    save(work, "alice");
    save(work, "bob");
    assertThat(compared).as("nobody waited for a comparison").isEmpty();

    goOn.countDown();
    assertThat(work.flush(PATIENCE)).isTrue();
    assertThat(compared).containsExactly("alice: saved by alice", "bob: saved by bob");
  }

  @Test
  void C8_thousandsOfSavesAreNotAllKeptInMemory() throws Exception {
    ConfigWork work = heldUp(20);
    save(work, "alice");
    save(work, "bob");
    save(work, "dave");
    save(work, "erin");
    goOn.countDown();
    assertThat(work.flush(PATIENCE)).isTrue();
    // What did not fit was read when its turn came: nothing is missing, only less is known.
    assertThat(compared)
        .containsExactly(
            "alice: saved by alice",
            "bob: saved by bob",
            "dave: saved by erin",
            "erin: saved by erin");
  }

  @Test
  void C8_aFileThatCannotBeReadTroublesNobody() throws Exception {
    ConfigWork work = heldUp(1000);
    work.withTextOf(home.resolve("gone.xml"), compared::add);
    work.later(
        () -> {
          throw new IllegalStateException("a plugin's file that is odd");
        });
    save(work, "alice");
    goOn.countDown();
    assertThat(work.flush(PATIENCE)).isTrue();
    assertThat(compared).containsExactly("alice: saved by alice");
  }
}
