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
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
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
  private static final Duration PATIENCE = Duration.ofSeconds(60);
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
    return comes(condition, PATIENCE);
  }

  private boolean comes(BooleanSupplier condition, Duration patience) throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
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
    // A directory of that name keeps the file from being made or written.
    Path inTheWay = directory().resolve("cursor.json");
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
      Files.delete(inTheWay);
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
  void T4_aLossIsDeclaredAgainUntilItIsTakenThoughNothingMoreIsToBeSent() throws Exception {
    ShipperSettings settings = settings();
    server.awayForDeclarations(3);
    try (Journal journal = journal(settings)) {
      Sender only = sender(journal, settings, () -> {});
      journal.lose("/a", "here", "could not be spooled");
      only.start();

      assertThat(comes(only::isDone)).isTrue();
      assertThat(server.losses()).hasSize(4).containsOnly("/a 1-1 could not be spooled");
      end(only);
    }
  }

  @Test
  void T4_aLossIsDeclaredOnceMoreAtTheEndHoweverLongThePauseIs() throws Exception {
    ShipperSettings settings = settings(false, null, Duration.ofHours(1), ANY);
    server.awayForDeclarations(1);
    try (Journal journal = journal(settings)) {
      Sender only = sender(journal, settings, () -> {});
      journal.lose("/a", "here", "could not be spooled");
      only.start();
      assertThat(comes(() -> server.losses().size() == 1)).isTrue();

      end(only);
      assertThat(server.losses()).hasSize(2);
      assertThat(only.isDone()).isTrue();
    }
  }

  @Test
  void T4_aShortLivedSourceDeclaresItsLastNumberUntilThatIsTaken() throws Exception {
    ShipperSettings settings = settings(true, null, Duration.ofMillis(1), ANY);
    server.awayForDeclarations(3);
    try (Journal journal = journal(settings)) {
      Sender only = sender(journal, settings, () -> {});
      append(journal, "/a", 10);
      only.start();
      end(only);

      assertThat(server.declared())
          .hasSize(4)
          .allSatisfy(
              declared -> {
                assertThat(declared.path("last").asInt()).isEqualTo(1);
                assertThat(declared.path("ended").asBoolean()).isTrue();
              });
    }
  }

  @Test
  void aHeartbeatThatIsNotTakenIsNotTriedAllTheTime() throws Exception {
    ShipperSettings settings = settings(false, Duration.ofMillis(10), Duration.ofHours(1), ANY);
    server.awayForDeclarations(1000);
    AtomicInteger looks = new AtomicInteger();
    try (Journal journal = journal(settings)) {
      append(journal, "/a", 10);
      Sender only = sender(journal, settings, looks::incrementAndGet);
      only.start();
      assertThat(comes(() -> !server.declared().isEmpty())).isTrue();

      assertThat(comes(() -> looks.get() > 20, Duration.ofMillis(500))).isFalse();
      end(only);
    }
  }

  @Test
  void anErrorIsToldAndShippingGoesOn() throws Exception {
    ShipperSettings settings = settings();
    AtomicReference<Sender> sender = new AtomicReference<>();
    List<String> troubles = new CopyOnWriteArrayList<>();
    Credentials failing =
        () -> {
          troubles.add(String.valueOf(sender.get().metrics().trouble()));
          if (troubles.size() <= 2) {
            throw new NoClassDefFoundError("gone/Token");
          }
          return null;
        };
    try (Journal journal = journal(settings)) {
      append(journal, "/a", 10);
      Sender only = sender(server.destination(failing), journal, settings, () -> {});
      sender.set(only);
      only.start();

      assertThat(comes(only::isDone)).isTrue();
      assertThat(troubles).hasSize(3).first().isEqualTo("null");
      assertThat(troubles.subList(1, 3))
          .allSatisfy(trouble -> assertThat(trouble).contains("NoClassDefFoundError: gone/Token"));
      assertThat(only.metrics().trouble()).isNull();
      end(only);
    }
  }

  @Test
  void T3_aDeadLetterThatCannotBeReadKeepsNeitherTheOthersNorNewEventsFromBeingSent()
      throws Exception {
    ShipperSettings settings = settings();
    try (Journal journal = journal(settings)) {
      Path letters = Files.createDirectories(directory().resolve("dead-letters"));
      Path half = Files.writeString(letters.resolve("1.json"), "{\"reason\":\"no\",\"ev");
      Path none = Files.writeString(letters.resolve("2.json"), "{\"reason\":\"no\"}");
      Path no = Files.createDirectory(letters.resolve("3.json"));
      Path good = Files.writeString(letters.resolve("4.json"), "{\"event\":{\"id\":\"x\"}}");
      append(journal, "/a", 10);
      Sender only = sender(journal, settings, () -> {});
      only.replay();
      only.start();

      assertThat(comes(only::isDone)).isTrue();
      assertThat(server.paths()).containsExactly("/v1/events", "/v1/events");
      assertThat(good).doesNotExist();
      assertThat(List.of(half, none, no)).allSatisfy(left -> assertThat(left).exists());
      assertThat(only.metrics().parked()).isEqualTo(3);
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
