// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What is to be compared, one after another by a thread of its own: whoever saves a configuration
 * does not wait for it, even if a seed job saves thousands. What a kill leaves undone is found at
 * the next start, by the file itself.
 */
final class ConfigWork {
  private static final System.Logger LOG = System.getLogger(ConfigWork.class.getName());

  private final long mostCharacters;
  private final AtomicLong characters = new AtomicLong();
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          work -> {
            Thread made = new Thread(work, "changetrail-configuration");
            made.setDaemon(true);
            return made;
          });

  /**
   * Nothing to do yet.
   *
   * @param mostCharacters of files that are kept in memory; beyond that a file is read only when
   *     its turn comes, and of several who saved it meanwhile the first is named
   */
  ConfigWork(long mostCharacters) {
    this.mostCharacters = mostCharacters;
  }

  /** A piece of work. */
  @FunctionalInterface
  interface Work {
    void run() throws IOException;
  }

  /** Work on the text of a file. */
  @FunctionalInterface
  interface OfText {
    void on(String text) throws IOException;
  }

  /** To be done when everything before it is. */
  void later(Work work) {
    thread.execute(() -> quietly(work));
  }

  /** As {@link #later}, with what is in the file now: soon somebody else may save it. */
  void withTextOf(Path file, OfText work) {
    quietly(
        () -> {
          String text = characters.get() < mostCharacters ? Files.readString(file) : null;
          long size = text == null ? 0 : text.length();
          characters.addAndGet(size);
          later(
              () -> {
                characters.addAndGet(-size);
                work.on(text(file, text));
              });
        });
  }

  private static String text(Path file, @Nullable String known) throws IOException {
    return known == null ? Files.readString(file) : known;
  }

  /** Waits until everything that was to be done before is done; whether it is. */
  boolean flush(Duration patience) throws InterruptedException {
    CountDownLatch done = new CountDownLatch(1);
    later(done::countDown);
    return done.await(patience.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Whoever saves a configuration must not be troubled by this. */
  private static void quietly(Work work) {
    try {
      work.run();
    } catch (IOException | RuntimeException | LinkageError e) {
      LOG.log(System.Logger.Level.WARNING, "a change of configuration is not captured: {0}", e);
    }
  }
}
