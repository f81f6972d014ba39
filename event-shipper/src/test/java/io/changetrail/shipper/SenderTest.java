// SPDX-License-Identifier: Apache-2.0
package io.changetrail.shipper;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Moments that a real server cannot be made to choose. */
class SenderTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final RandomGenerator ANY = new Random(1);

  @TempDir private Path spool;
  private TakingServer server;

  @BeforeEach
  void start() throws IOException {
    server = new TakingServer();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static ShipperSettings settings(
      boolean shortLived, @Nullable Duration heartbeat, Duration pause, RandomGenerator random) {
    return new ShipperSettings(
        64 << 10,
        shortLived,
        heartbeat,
        Duration.ZERO,
        null,
        PATIENCE,
        pause,
        pause,
        InstantSource.system(),
        random);
  }

  private static ShipperSettings settings() {
    return settings(false, null, Duration.ofMillis(1), ANY);
  }

  private Journal journal(ShipperSettings settings) throws IOException {
    return new Journal(
        spool, () -> "epoch", settings.maxBytes(), settings.shortLived(), settings.clock());
  }

  private static void append(Journal journal, String source, int bytes) {
    byte[] event = ("{\"text\":\"" + "x".repeat(bytes) + "\"}").getBytes(StandardCharsets.UTF_8);
    journal.append(source, "here", (epoch, number) -> event);
  }

  private Path directory() {
    return spool.resolve("only");
  }

  /** Whoever waits is woken at each progress of a sender. */
  private final Object progress = new Object();

  private Sender sender(Journal journal, ShipperSettings settings, Runnable then)
      throws IOException {
    return sender(server.destination(), journal, settings, then);
  }

  private Sender sender(
      Destination destination, Journal journal, ShipperSettings settings, Runnable then)
      throws IOException {
    return new Sender(
        destination,
        directory(),
        journal,
        settings,
        new OkHttpClient(),
        new Declarations(journal, "here", Set.of(), settings.heartbeat()),
        () -> {
          then.run();
          synchronized (progress) {
            progress.notifyAll();
          }
        });
  }

  private boolean comes(BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    synchronized (progress) {
      while (!condition.getAsBoolean() && System.nanoTime() < deadline) {
        progress.wait(50);
      }
    }
    return condition.getAsBoolean();
  }

  private static void end(Sender sender) throws InterruptedException {
    sender.beginClose();
    sender.awaitClose(System.nanoTime() + PATIENCE.toNanos());
  }

  @Test
  void T4_anEventThatComesBetweenTheLastLookAndTheEndIsSentBeforeTheLastNumberIsDeclared()
      throws Exception {
    ShipperSettings settings = settings(true, null, Duration.ofMillis(1), ANY);
    try (Journal journal = journal(settings)) {
      AtomicReference<Sender> sender = new AtomicReference<>();
      // A sender that has found nothing says so before it acts on it: that is the moment. It has
      // said before that it is behind the header of the first segment.
      AtomicInteger says = new AtomicInteger();
      Runnable then =
          () -> {
            if (says.incrementAndGet() == 2) {
              append(journal, "/a", 0);
              sender.get().beginClose();
            }
          };
      Sender only = sender(journal, settings, then);
      sender.set(only);
      only.start();
      only.awaitClose(System.nanoTime() + PATIENCE.toNanos());

      assertThat(server.paths()).containsExactly("/v1/events", "/v1/declarations");
      assertThat(only.isDone()).isTrue();
    }
  }

  @Test
  void aCursorThatTheDiskDidNotTakeIsSavedLaterThoughNothingMoreIsToBeSent() throws Exception {
    // A directory of that name keeps the file from being made.
    Path inTheWay = directory().resolve("cursor.json.tmp");
    RandomGenerator thenThereIsRoom =
        new Random(1) {
          private static final long serialVersionUID = 1L;

          @Override
          public double nextDouble() {
            try {
              Files.deleteIfExists(inTheWay);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
            return super.nextDouble();
          }
        };
    ShipperSettings settings = settings(false, null, Duration.ofMillis(1), thenThereIsRoom);
    try (Journal journal = journal(settings)) {
      for (int i = 0; i < 30; i++) {
        append(journal, "/a", 1000);
      }
      Sender only = sender(journal, settings, () -> {});
      Files.createDirectory(inTheWay);
      only.start();

      assertThat(comes(only::isDone)).isTrue();
      assertThat(server.paths()).as("each is sent once").containsExactly("/v1/events");
      journal.release(only.reached());
      assertThat(journal.sizeBytes()).as("of the newest segment").isLessThan(10_000);
      end(only);
    }
  }

  @Test
  void T4_whatTheBoundTookOfASourceThatFellSilentIsDeclared() throws Exception {
    ShipperSettings settings = settings();
    try (Journal journal = journal(settings)) {
      Sender only = sender(journal, settings, () -> {});
      for (int i = 0; i < 10; i++) {
        append(journal, "/a", 1000);
      }
      for (int i = 0; i < 100; i++) {
        append(journal, "/b", 1000);
      }
      only.start();

      assertThat(comes(only::isDone)).isTrue();
      assertThat(server.losses()).contains("/a 1-10 spool full");
      end(only);
    }
  }
}
