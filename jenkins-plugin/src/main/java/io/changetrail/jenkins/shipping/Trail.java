// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.shipping;

import io.changetrail.model.AuditEvent;
import io.changetrail.model.redaction.RedactionRules;
import io.changetrail.model.redaction.Redactor;
import io.changetrail.shipper.Credentials;
import io.changetrail.shipper.Destination;
import io.changetrail.shipper.Shipper;
import io.changetrail.shipper.ShipperMetrics;
import io.changetrail.shipper.SpoolException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where captured events go: into a spool below {@code JENKINS_HOME} when {@link #record} returns,
 * and from there to the audit server by a thread of its own. Nothing that happens here reaches the
 * build: what cannot be captured or kept is counted, logged and told by {@link #status}.
 *
 * <p>The spool outlives the process, and the server's absence for days; see the shipper. While it
 * is opened anew for another server, events wait in memory for that moment. Safe for use by several
 * threads.
 *
 * <p>When Jenkins goes down it is {@linkplain #release released} and not closed, as builds end
 * after that. A spool that is left open loses nothing either.
 */
public final class Trail implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Trail.class.getName());

  /** One name for whatever server it is, so that what is spooled follows when the server moves. */
  private static final String DESTINATION = "audit";

  private static final int MOST_WAITING_FOR_SPOOL = 10_000;
  private static final Duration BETWEEN_TRIES = Duration.ofMinutes(1);
  private static final Duration CLOSING = Duration.ofSeconds(2);

  private final Path home;
  private final String installation;
  private final Duration betweenTries;
  private final Snapshots snapshots;
  private final Snapshots deployed;
  private final Object switching = new Object();

  /** Held shared by whoever hands an event to the shipper, and alone by whoever takes that away. */
  private final ReadWriteLock handingOver = new ReentrantReadWriteLock();

  private final Deque<AuditEvent> early = new ArrayDeque<>();
  private final AtomicLong lost = new AtomicLong();
  private volatile @Nullable String trouble;
  private volatile @Nullable Shipper shipper;
  private volatile @Nullable Target target;
  private @Nullable Thread trying;
  private final @Nullable Trail redacting;
  private @Nullable Redactor redactor;
  private volatile boolean released;

  /** Where to ship, and as whom. */
  private record Target(URI server, Credentials credentials) {}

  /**
   * A trail that captures nothing until it is {@linkplain #shipTo told} a server.
   *
   * @param home folder of the spool and of the redaction key, for this controller alone
   * @param installation id of the controller
   */
  public Trail(Path home, String installation) {
    this(home, installation, BETWEEN_TRIES, null);
  }

  /**
   * As the other.
   *
   * @param betweenTries how long a spool that could not be opened is left alone
   */
  Trail(Path home, String installation, Duration betweenTries) {
    this(home, installation, betweenTries, null);
  }

  private Trail(Path home, String installation, Duration betweenTries, @Nullable Trail redacting) {
    this.redacting = redacting;
    this.home = home;
    this.installation = installation;
    this.betweenTries = betweenTries;
    this.snapshots = new Snapshots(home.resolve("config"));
    this.deployed = new Snapshots(home.resolve("deployed"));
  }

  /**
   * Another one, with the same key of hashes. Its events are counted by themselves, as another
   * tenant may have them.
   *
   * @param name that tells it from others of this controller
   */
  Trail beside(Path otherHome, String name) {
    return new Trail(otherHome, installation + "/" + name, betweenTries, this);
  }

  /**
   * Ships to this server from now on, what was spooled for another one before included.
   *
   * @param credentials asked at each request, so a rotated token is in use at once
   */
  public void shipTo(URI server, Credentials credentials) {
    synchronized (switching) {
      target = new Target(server, credentials);
      closeShipper();
      open(server, credentials);
    }
  }

  /**
   * Captures and ships nothing from now on; what is spooled stays, what is only in memory is lost.
   */
  public void stop() {
    synchronized (switching) {
      target = null;
      trouble = null;
      closeShipper();
      synchronized (early) {
        if (!early.isEmpty()) {
          lose(early.size(), "events that waited for the spool are let go", null);
          early.clear();
        }
      }
    }
  }

  private void open(URI server, Credentials credentials) {
    try {
      Shipper opened = opened(new Target(server, credentials), CLOSING);
      synchronized (early) {
        early.forEach(opened::ship);
        early.clear();
        shipper = opened;
      }
      trouble = null;
    } catch (SpoolException | IllegalArgumentException e) {
      trouble = e.getMessage() + (e.getCause() == null ? "" : " (" + e.getCause() + ")");
      LOG.log(System.Logger.Level.ERROR, "captured events have to wait in memory: {0}", trouble);
      tryAgainLater();
    }
  }

  private Shipper opened(Target where, Duration closing) {
    return Shipper.builder(home.resolve("spool"))
        .to(new Destination(DESTINATION, where.server(), where.credentials()))
        .installation(installation)
        .redactor(redactor())
        .closing(closing)
        .open();
  }

  /**
   * Lets go of the spool, as Jenkins goes down and may start again within the same process. What is
   * recorded after that still comes into it, one by one.
   */
  public void release() {
    synchronized (switching) {
      released = true;
      closeShipper();
    }
  }

  /** A shipper that is closed takes nothing, so whoever hands an event to it comes first. */
  private void closeShipper() {
    Shipper before;
    handingOver.writeLock().lock();
    try {
      before = shipper;
      shipper = null;
    } finally {
      handingOver.writeLock().unlock();
    }
    if (before != null) {
      before.close();
    }
  }

  private void shipReleased(AuditEvent event) {
    synchronized (switching) {
      Target where = target;
      if (where != null) {
        try (Shipper once = opened(where, Duration.ZERO)) {
          once.ship(event);
        }
      }
    }
  }

  /** A disk that was full at the start is not full for ever, and nobody may be there to say so. */
  private void tryAgainLater() {
    if (trying == null) {
      Thread thread = new Thread(this::tryAgain, "changetrail-open-spool");
      thread.setDaemon(true);
      trying = thread;
      thread.start();
    }
  }

  private void tryAgain() {
    try {
      boolean waits = true;
      while (waits) {
        Thread.sleep(betweenTries.toMillis());
        synchronized (switching) {
          Target where = target;
          if (shipper == null && where != null && !released) {
            open(where.server(), where.credentials());
          }
          waits = shipper == null && target != null && !released;
          trying = waits ? trying : null;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Captures an event. Returns in microseconds and never throws.
   *
   * @param capture makes the event; if it fails, nothing but the event is lost
   */
  public void record(Supplier<AuditEvent> capture) {
    if (target == null) {
      return;
    }
    try {
      ship(capture.get());
    } catch (RuntimeException | LinkageError | StackOverflowError e) {
      // Without its message, which might hold a piece of what was captured.
      lose(1, "an event could not be captured: " + e.getClass().getName(), e);
    }
  }

  private void ship(AuditEvent event) {
    if (!handOver(event)) {
      shipReleased(event);
    }
  }

  /** Whether the event is taken care of; not if the spool is released. */
  private boolean handOver(AuditEvent event) {
    handingOver.readLock().lock();
    try {
      Shipper open = shipper;
      if (open != null) {
        open.ship(event);
        return true;
      }
      if (released) {
        return false;
      }
      synchronized (early) {
        Shipper opened = shipper;
        if (opened != null) {
          opened.ship(event);
        } else if (early.size() < MOST_WAITING_FOR_SPOOL) {
          early.add(event);
        } else {
          lose(1, "the spool cannot be opened, and memory holds no more events", null);
        }
      }
      return true;
    } finally {
      handingOver.readLock().unlock();
    }
  }

  private void lose(int events, String why, @Nullable Throwable cause) {
    lost.addAndGet(events);
    LOG.log(System.Logger.Level.WARNING, "{0} lost: {1}", events, why);
    LOG.log(System.Logger.Level.DEBUG, "why it was", cause);
  }

  /** What configurations were like before; beside the spool. */
  public Snapshots snapshots() {
    return snapshots;
  }

  /** What was deployed where with success; beside the spool too. */
  public Snapshots deployed() {
    return deployed;
  }

  /** Replaces secrets as the spool does; for states that are compared before they are shipped. */
  public Redactor redactor() {
    return redacting == null ? own() : redacting.redactor();
  }

  private synchronized Redactor own() {
    Redactor known = redactor;
    if (known == null) {
      known = new Redactor(RedactionRules.defaults(), RedactionKeyFile.in(home));
      redactor = known;
    }
    return known;
  }

  /** Whether anything is captured at all. */
  public boolean isCapturing() {
    return target != null;
  }

  /** Tries at once what was refused or could not be opened before. */
  public void retry() {
    synchronized (switching) {
      Target where = target;
      Shipper open = shipper;
      if (open != null) {
        open.replay();
      } else if (where != null && !released) {
        open(where.server(), where.credentials());
      }
    }
  }

  /** Waits until everything that was recorded before is sent or refused; whether it is. */
  public boolean flush(Duration patience) {
    Shipper open = shipper;
    return open != null && open.flush(patience);
  }

  public TrailStatus status() {
    Shipper open = shipper;
    if (target == null) {
      return TrailStatus.notConfigured();
    }
    if (open == null) {
      synchronized (early) {
        return new TrailStatus(true, false, early.size(), null, 0, 0, lost.get(), trouble);
      }
    }
    ShipperMetrics metrics = open.metrics();
    ShipperMetrics.ForDestination audit = metrics.destinations().get(0);
    return new TrailStatus(
        true,
        true,
        audit.depth(),
        audit.oldestAge(),
        audit.sent(),
        audit.parked(),
        lost.get() + metrics.failed() + Math.max(0, audit.lost() - audit.parked()),
        audit.trouble());
  }

  @Override
  public void close() {
    stop();
  }
}
