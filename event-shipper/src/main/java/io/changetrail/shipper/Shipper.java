// SPDX-License-Identifier: Apache-2.0
package io.changetrail.shipper;

import io.changetrail.model.AuditEvent;
import io.changetrail.model.EventRef;
import io.changetrail.model.Origin;
import io.changetrail.model.codec.CloudEventsCodec;
import io.changetrail.model.codec.EventLimits;
import io.changetrail.model.redaction.RedactionRules;
import io.changetrail.model.redaction.Redactor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/**
 * Takes events in microseconds and sends them to audit servers, losing none that it can keep and
 * saying which it could not:
 *
 * <pre>{@code
 * try (Shipper shipper = Shipper.open(directory, Destination.of(server, credentials))) {
 *   shipper.ship(event);
 * }
 * }</pre>
 *
 * <p>An event is redacted, numbered, and in the spool on disk when {@link #ship} returns; a thread
 * for each destination sends it from there, for days if it must. What the spool holds when the
 * process ends, however it ends, is sent when it is opened again. Safe for use by several threads.
 *
 * <p>The spool is one directory for one process. It is bounded: when it is full the oldest events
 * go, and the server is told which and why.
 */
public final class Shipper implements AutoCloseable {
  private static final CloudEventsCodec CODEC = new CloudEventsCodec();
  private static final Duration KEPT_IN_MEMORY_ONLY = Duration.ofSeconds(1);
  private static final Duration LONGEST_REQUEST = Duration.ofMinutes(2);
  private static final System.Logger LOG = System.getLogger(Shipper.class.getName());

  private final EventLimits limits = new EventLimits();
  private final Redactor redactor;
  private final String installation;
  private final Duration closing;
  private final Journal journal;
  private final OkHttpClient http;
  private final List<Sender> senders = new ArrayList<>();

  /** How far the destinations are that were opened before, and are not now. */
  private final List<Place> absent = new ArrayList<>();

  private final Thread keeper;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Object progress = new Object();
  private final AtomicLong shipped = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();
  private volatile @Nullable String trouble;

  private Shipper(Builder builder) throws IOException {
    redactor = builder.redactor;
    installation = builder.installation;
    closing = builder.closing;
    ShipperSettings settings = builder.settings();
    createDirectory(builder.directory);
    journal =
        new Journal(
            builder.directory,
            () -> UUID.randomUUID().toString(),
            settings.maxBytes(),
            settings.shortLived(),
            settings.clock());
    http =
        new OkHttpClient.Builder()
            .connectTimeout(settings.timeout())
            .readTimeout(settings.timeout())
            .writeTimeout(settings.timeout())
            .callTimeout(LONGEST_REQUEST)
            .followRedirects(false)
            .build();
    try {
      for (Destination destination : builder.destinations) {
        senders.add(
            new Sender(
                destination,
                builder.directory.resolve("destinations").resolve(destination.name()),
                journal,
                settings,
                http,
                new Declarations(journal, installation, builder.sources, settings.heartbeat()),
                this::progressed));
      }
      findAbsent(builder);
    } catch (IOException | RuntimeException e) {
      journal.close();
      throw e;
    }
    keeper = new Thread(this::keep, "changetrail-spool");
    keeper.setDaemon(true);
    keeper.start();
    senders.forEach(Sender::start);
  }

  /** They keep what they have not had, until they are opened again or the bound takes it. */
  private void findAbsent(Builder builder) throws IOException {
    Path all = builder.directory.resolve("destinations");
    try (Stream<Path> directories = Files.list(all)) {
      for (Path directory : directories.filter(Files::isDirectory).toList()) {
        String name = directory.getFileName().toString();
        if (builder.destinations.stream().noneMatch(open -> open.name().equals(name))) {
          Place place = Cursor.open(directory.resolve("cursor.json"), journal).place();
          absent.add(place);
          LOG.log(
              System.Logger.Level.INFO,
              "{0} keeps {1} events for {2}, which is not open; remove that folder to let them go",
              builder.directory,
              journal.depth(place),
              directory);
        }
      }
    }
  }

  /** Only its owner may read what is in it. */
  private static void createDirectory(Path directory) throws IOException {
    if (FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
      Files.createDirectories(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } else {
      Files.createDirectories(directory);
    }
  }

  /**
   * Opens a spool with the usual settings, or makes one.
   *
   * @param directory of the spool, for this process alone
   * @throws SpoolException if another process has it open, or the disk does not allow it
   */
  public static Shipper open(Path directory, Destination... destinations) {
    Builder builder = builder(directory);
    for (Destination destination : destinations) {
      builder.to(destination);
    }
    return builder.open();
  }

  /** Opens a spool with other settings. */
  public static Builder builder(Path directory) {
    return new Builder(directory);
  }

  /**
   * Takes an event. Never throws: if it cannot be taken, that is logged, counted in {@link
   * #metrics}, and told to the destinations by its number.
   *
   * <p>Secrets are replaced before it is spooled. If the event is numbered already, by a source
   * that it was received from, it keeps that number; else it gets one here.
   */
  public void ship(AuditEvent event) {
    try {
      AuditEvent safe = limits.fit(redactor.redact(event));
      Origin origin = safe.origin();
      if (origin != null && origin.number() > 0) {
        journal.appendUncounted(safe.ref().source(), origin.installation(), CODEC.encode(safe));
      } else {
        String from = origin == null ? installation : origin.installation();
        String replica = origin == null ? null : origin.replica();
        journal.append(
            safe.ref().source(),
            from,
            (epoch, number) -> numbered(safe, from, replica, epoch, number));
      }
      shipped.incrementAndGet();
      senders.forEach(Sender::wake);
    } catch (Exception | LinkageError | StackOverflowError | OutOfMemoryError e) {
      lose(event, e);
    }
  }

  private byte[] numbered(
      AuditEvent event, String from, @Nullable String replica, String epoch, long number) {
    Sequence sequence = new Sequence(event.ref().source(), from, epoch);
    return CODEC.encode(
        event.toBuilder()
            .origin(
                new Origin(
                    from,
                    replica,
                    epoch,
                    number,
                    journal.previousEpoch(),
                    journal.previousLast(sequence)))
            .build());
  }

  /** Without the message of the failure, which might hold a piece of the event. */
  private void lose(AuditEvent event, Throwable why) {
    failed.incrementAndGet();
    LOG.log(System.Logger.Level.ERROR, "an event could not be spooled: {0}", why.getClass());
    try {
      Origin origin = event.origin();
      if (origin == null || origin.number() == 0) {
        journal.lose(
            event.ref().source(),
            origin == null ? installation : origin.installation(),
            Loss.NOT_SPOOLED + ": " + why.getClass().getSimpleName());
        senders.forEach(Sender::wake);
      }
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.DEBUG, "nor could its number be", e);
    }
  }

  /** Sends what was refused before once more; what is stored already is not stored twice. */
  public void replay() {
    senders.forEach(Sender::replay);
  }

  /**
   * Waits until everything that was shipped before is sent, refused or told as lost.
   *
   * @return whether it is; otherwise time was up, or the thread was interrupted
   */
  public boolean flush(Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    synchronized (progress) {
      while (!senders.stream().allMatch(Sender::isDone)) {
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (left <= 0) {
          return false;
        }
        try {
          progress.wait(Math.min(left, 100));
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return false;
        }
      }
    }
    return true;
  }

  /**
   * What some open destination does not have: the events that are still to be sent, then those that
   * it refused. As they are spooled: without secrets, and numbered.
   *
   * @throws SpoolException if the spool cannot be read
   */
  public List<AuditEvent> unsent() {
    Map<EventRef, AuditEvent> unsent = new LinkedHashMap<>();
    try {
      for (Sender sender : senders) {
        for (byte[] json : sender.unsent()) {
          AuditEvent event = CODEC.decode(json);
          unsent.putIfAbsent(event.ref(), event);
        }
      }
    } catch (IOException e) {
      throw new SpoolException("what is unsent cannot be read from the spool", e);
    }
    return List.copyOf(unsent.values());
  }

  /**
   * Whether what some open destination still has to get fills more than half of the spool, or of
   * the memory that takes its place while the disk is full: whoever can wait should. Costs little.
   */
  public boolean isFilling() {
    return senders.stream().anyMatch(sender -> journal.isFilling(sender.reached()));
  }

  /** How it fares now. */
  public ShipperMetrics metrics() {
    return new ShipperMetrics(
        shipped.get(),
        failed.get(),
        journal.sizeBytes(),
        trouble == null ? journal.trouble() : trouble,
        senders.stream().map(Sender::metrics).toList());
  }

  private void progressed() {
    try {
      Stream.concat(senders.stream().map(Sender::reached), absent.stream())
          .min(Place::compareTo)
          .ifPresent(this::release);
    } finally {
      synchronized (progress) {
        progress.notifyAll();
      }
    }
  }

  private void release(Place place) {
    try {
      journal.release(place);
    } catch (IOException e) {
      LOG.log(
          System.Logger.Level.WARNING, "a file of the spool cannot be removed: {0}", e.toString());
    }
  }

  /** Does what no caller should have to wait for. */
  private void keep() {
    try {
      while (!closed.await(KEPT_IN_MEMORY_ONLY.toMillis(), TimeUnit.MILLISECONDS)) {
        keepOnce();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void keepOnce() {
    String before = trouble;
    try {
      journal.drain();
      journal.sync();
      journal.deleteCondemned();
      trouble = null;
    } catch (IOException | RuntimeException | Error e) {
      // Whatever it is, the next time may be better.
      String why = "the spool cannot be synced: " + e;
      trouble = why;
      if (!why.equals(before)) {
        LOG.log(System.Logger.Level.WARNING, why);
      }
    }
  }

  /**
   * Sends what is left, for as long as the settings allow; what is then left stays in the spool. If
   * a destination is away it does not wait for it, unless the spool is short-lived.
   */
  @Override
  public void close() {
    long deadline = System.nanoTime() + closing.toNanos();
    senders.forEach(Sender::beginClose);
    boolean interrupted = false;
    for (Sender sender : senders) {
      try {
        sender.awaitClose(interrupted ? System.nanoTime() : deadline);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    closed.countDown();
    try {
      journal.close();
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "the spool cannot be closed: {0}", e.toString());
    }
    http.connectionPool().evictAll();
    http.dispatcher().executorService().shutdown();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** How to ship. */
  public static final class Builder {
    private final Path directory;
    private final List<Destination> destinations = new ArrayList<>();
    private final Set<String> sources = new LinkedHashSet<>();
    private String installation = host();
    private Redactor redactor = new Redactor(RedactionRules.defaults(), null);
    private long maxBytes = 256 << 20;
    private boolean shortLived;
    private @Nullable Duration heartbeat;
    private @Nullable Consumer<AuditEvent> superseded;
    private Duration timeout = Duration.ofSeconds(30);
    private Duration closing = Duration.ofSeconds(5);
    private Duration firstPause = Duration.ofMillis(500);
    private Duration longestPause = Duration.ofMinutes(1);
    private InstantSource clock = InstantSource.system();

    private Builder(Path directory) {
      this.directory = directory;
    }

    /** Sends every event there too; each destination has its own place in the spool. */
    public Builder to(Destination destination) {
      if (destinations.stream().anyMatch(other -> other.name().equals(destination.name()))) {
        throw new IllegalArgumentException(
            "two destinations are named " + destination.name() + "; give each its own name");
      }
      destinations.add(destination);
      return this;
    }

    /**
     * Names the installation that ships, for events that do not say it: a controller's or a
     * cluster's own id, which outlives the spool. The name of this host unless given.
     */
    public Builder installation(String id) {
      installation = id;
      return this;
    }

    /**
     * Replaces secrets before anything is spooled. Unless given, one without a key, so that secrets
     * cannot be compared.
     */
    public Builder redactor(Redactor given) {
      redactor = given;
      return this;
    }

    /** Bounds the spool, in bytes; 256 MiB unless given, at least 1 MiB. */
    public Builder maxBytes(long bytes) {
      if (bytes < 1 << 20) {
        throw new IllegalArgumentException("a spool has at least 1 MiB (1048576 bytes)");
      }
      maxBytes = bytes;
      return this;
    }

    /**
     * Says that the sources end with this shipper, as those of one CI job do: on closing it uses
     * its whole time to send, and then declares their last numbers.
     */
    public Builder shortLived() {
      shortLived = true;
      return this;
    }

    /**
     * Promises a sign of life at least so often, so that the server can tell silence from calm.
     *
     * @param every 1 s to 30 days
     * @param of sources that are promised even before their first event
     */
    public Builder heartbeat(Duration every, String... of) {
      if (every.compareTo(Duration.ofSeconds(1)) < 0 || every.compareTo(Duration.ofDays(30)) > 0) {
        throw new IllegalArgumentException("a heartbeat is from PT1S to P30D");
      }
      heartbeat = every;
      sources.addAll(List.of(of));
      return this;
    }

    /**
     * Takes the events that were sent under an {@link io.changetrail.model.codec.ExpectedState}
     * which no longer holds, so that the caller makes anew what is still true of them. It runs on
     * the thread that sends and must not wait. Unless given they are parked like any refused event.
     */
    public Builder onSuperseded(Consumer<AuditEvent> taker) {
      superseded = taker;
      return this;
    }

    /** How long a server may be silent before a request counts as failed; 30 s unless given. */
    public Builder timeout(Duration silence) {
      timeout = silence;
      return this;
    }

    /** How long {@link Shipper#close} may take to send what is left; 5 s unless given. */
    public Builder closing(Duration atMost) {
      closing = atMost;
      return this;
    }

    /** The pauses after failures; from 0.5 s, doubled up to a minute, unless given. */
    public Builder pauses(Duration first, Duration longest) {
      firstPause = first;
      longestPause = longest;
      return this;
    }

    /**
     * What says when an event was spooled or lost, and the {@code Date} of requests, by which the
     * server estimates how wrong it is; the system's clock unless given. Pauses do not depend on
     * it.
     */
    public Builder clock(InstantSource source) {
      clock = source;
      return this;
    }

    private ShipperSettings settings() {
      return new ShipperSettings(
          maxBytes,
          shortLived,
          heartbeat,
          Duration.ofMillis(50),
          superseded,
          timeout,
          firstPause,
          longestPause,
          clock,
          RandomGenerator.getDefault());
    }

    /**
     * Opens the spool, or makes one.
     *
     * @throws SpoolException if another process has it open, or the disk does not allow it
     */
    public Shipper open() {
      if (destinations.isEmpty()) {
        throw new IllegalArgumentException("a shipper needs at least one destination");
      }
      try {
        return new Shipper(this);
      } catch (IOException e) {
        throw new SpoolException(
            "the spool "
                + directory
                + " cannot be opened; check that it is a directory that this process may write,"
                + " and that its disk has room",
            e);
      }
    }

    private static String host() {
      return Optional.ofNullable(System.getenv("HOSTNAME"))
          .or(() -> Optional.ofNullable(System.getenv("COMPUTERNAME")))
          .filter(name -> !name.isBlank())
          .orElseGet(
              () -> {
                try {
                  return InetAddress.getLocalHost().getHostName();
                } catch (UnknownHostException e) {
                  return "localhost";
                }
              });
    }
  }
}
