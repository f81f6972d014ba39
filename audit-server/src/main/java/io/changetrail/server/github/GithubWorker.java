// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.github;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.server.config.ServerConfig;
import io.changetrail.server.github.AskingObserver.Answer;
import io.changetrail.source.github.GithubAuditLogMapper;
import io.changetrail.store.AuditStore;
import io.changetrail.store.Query;
import io.changetrail.store.Scope;
import io.changetrail.store.StoredEvent;
import io.changetrail.store.View;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the store and asks GitHub about what came in, one event after the other. The store itself
 * is the queue: how far it was worked off is all that has to be kept, and a crash costs nothing but
 * asking once more.
 */
// What is scheduled catches and logs its own failures; nobody waits for it.
@SuppressWarnings("FutureReturnValueIgnored")
final class GithubWorker implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GithubWorker.class);
  private static final int PAGE = 500;
  private static final Duration REDELIVERY = Duration.ofMinutes(5);
  private static final Duration AUDIT_LOGS = Duration.ofMinutes(1);

  /** Entries appear in a list of GitHub a little after others that are younger. */
  static final Duration OVERLAP = Duration.ofMinutes(10);

  /** Nobody waited for what happened before. */
  static final Duration FIRST_LOOK = Duration.ofDays(1);

  /** Then what else is to be done has its turn, such as asking for failed deliveries. */
  private static final Duration LONGEST_TURN = Duration.ofSeconds(10);

  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);

  /** GitHub fails at some questions for ever, such as comparing what is too large. */
  private static final int MOST_TRIES = 10;

  private final ServerConfig.Github settings;
  private final GithubApi api;
  private final GithubEnricher enricher;
  private final GithubAuditLogMapper auditLog = new GithubAuditLogMapper();
  private final GithubStore into;
  private final AskingObserver observer;
  private final AuditStore store;
  private final InstantSource clock;
  private final Path place;
  private final Queue live;
  private final Queue history;
  private final ScheduledExecutorService thread;
  private final Redelivery redelivery;
  private final Reconciliation reconciliation;
  private final Gaps unreadable;

  /**
   * @param directory of the file that says how far the store was worked off
   */
  GithubWorker(
      ServerConfig.Github settings,
      GithubApi api,
      GithubStore into,
      AskingObserver observer,
      Path directory,
      InstantSource clock) {
    this.settings = settings;
    this.observer = observer;
    this.api = api;
    this.into = into;
    this.store = into.store();
    this.clock = clock;
    enricher = new GithubEnricher(settings, api);
    unreadable = new Gaps(settings.name());
    redelivery = new Redelivery(api);
    reconciliation = new Reconciliation(settings.name(), api, into, observer, directory, clock);
    place = directory.resolve(settings.name() + ".seq");
    live = new Queue(place, false);
    history = new Queue(directory.resolve(settings.name() + ".history.seq"), true);
    thread =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread made = new Thread(task, "github " + settings.name());
              made.setDaemon(true);
              return made;
            });
  }

  /** How far the store was worked off: of what came live, or of what was read from history. */
  private static final class Queue {
    private final Path place;
    private final boolean ofHistory;
    private long done;
    private long kept = -1;
    private int tries;
    private Instant pausedUntil = Instant.MIN;

    Queue(Path place, boolean ofHistory) {
      this.place = place;
      this.ofHistory = ofHistory;
    }

    /** Goes on where it was; the first time at a place in the store. */
    void open(long first) throws IOException {
      done = Files.exists(place) ? kept(place) : first;
      keep();
    }

    boolean has(StoredEvent stored) {
      return stored.event().change().backfilled() == ofHistory;
    }

    void keep() throws IOException {
      if (kept != done) {
        GithubWorker.keep(place, Long.toString(done));
        kept = done;
      }
    }
  }

  /** Goes on where it was. */
  void open() throws IOException {
    Files.createDirectories(place.toAbsolutePath().getParent());
    live.open(newest());
    history.open(live.done);
  }

  void start() throws IOException {
    open();
    thread.scheduleWithFixedDelay(() -> safely(this::follow), 0, 1, TimeUnit.SECONDS);
    if (!settings.auditLogs().isEmpty()) {
      thread.scheduleWithFixedDelay(
          () -> safely(this::readAuditLogs), 0, AUDIT_LOGS.toSeconds(), TimeUnit.SECONDS);
    }
    if (api.isApp()) {
      thread.scheduleWithFixedDelay(
          () -> safely(this::redeliver), 0, REDELIVERY.toSeconds(), TimeUnit.SECONDS);
      thread.scheduleWithFixedDelay(
          () -> safely(reconciliation::turn),
          0,
          Reconciliation.PAUSE.toSeconds(),
          TimeUnit.SECONDS);
    }
  }

  private void readAuditLogs() throws IOException, InterruptedException {
    for (String organization : settings.auditLogs()) {
      try {
        readAuditLog(organization);
      } catch (ApiException e) {
        if (e.isPassing()) {
          throw e;
        }
        unreadable.tell(
            "the audit log of " + organization, List.of(String.valueOf(e.getMessage())));
      }
    }
  }

  private void readAuditLog(String organization) throws IOException, InterruptedException {
    Path readTo = place.resolveSibling(settings.name() + "." + organization + ".audit-log");
    long since =
        Files.exists(readTo)
            ? kept(readTo) - OVERLAP.toMillis()
            : clock.instant().minus(FIRST_LOOK).toEpochMilli();
    long newest = since;
    List<AuditEvent> events = new ArrayList<>();
    for (JsonNode entry :
        api.listOfOrganization(
            organization,
            "/audit-log?include=web&order=desc&per_page=100",
            one -> one.path("@timestamp").asLong() >= since)) {
      newest = Math.max(newest, entry.path("@timestamp").asLong());
      auditLog.map(entry, settings.server().toString()).ifPresent(events::add);
    }
    into.append(events);
    keep(readTo, Long.toString(newest));
  }

  /** What was there before is a matter of history. */
  private long newest() {
    return store
        .search(
            Scope.of(settings.tenant()),
            Query.all(),
            View.RAW,
            AuditStore.Order.NEWEST_FIRST,
            null,
            1)
        .events()
        .stream()
        .mapToLong(StoredEvent::seq)
        .max()
        .orElse(0);
  }

  private interface Task {
    void run() throws IOException, InterruptedException;
  }

  private void safely(Task task) {
    try {
      task.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException | RuntimeException | Error e) {
      // A throw here would end all later rounds.
      LOG.warn("github.{}: {}", settings.name(), e.toString());
    }
  }

  private void redeliver() throws IOException, InterruptedException {
    int asked = redelivery.run(clock.instant());
    if (asked > 0) {
      LOG.info("github.{}: {} failed deliveries were asked for again", settings.name(), asked);
    }
  }

  /** What happens now comes first, and history in between, which may be long. */
  void follow() throws IOException, InterruptedException {
    Instant until = clock.instant().plus(LONGEST_TURN);
    boolean moved = true;
    while (moved && clock.instant().isBefore(until)) {
      moved = follow(live) || (!api.isScarce() && follow(history));
    }
  }

  /** Goes on to behind the next event that is meant; whether it got anywhere. */
  private boolean follow(Queue queue) throws IOException, InterruptedException {
    if (clock.instant().isBefore(queue.pausedUntil)) {
      return false;
    }
    boolean together = queue == live && history.done == live.done;
    List<StoredEvent> page = store.readFrom(Scope.of(settings.tenant()), queue.done, PAGE);
    boolean stands = false;
    boolean asked = false;
    for (int i = 0; i < page.size() && !stands && !asked; i++) {
      StoredEvent stored = page.get(i);
      boolean meant = !stored.conflicting() && enricher.isMeant(stored.event());
      asked = meant && queue.has(stored);
      stands = asked && !ask(stored, queue);
      if (!stands) {
        together &= asked || !meant;
        queue.done = stored.seq();
        history.done = together ? queue.done : history.done; // nobody reads the same twice
      }
    }
    if (!page.isEmpty()) {
      live.keep();
      history.keep();
    }
    return !page.isEmpty() && !stands;
  }

  /** Whether nothing more is to be asked about an event. */
  private boolean ask(StoredEvent stored, Queue queue) throws IOException, InterruptedException {
    try {
      into.append(answer(stored));
      observer.asked(settings.name(), Answer.ADDED);
    } catch (ApiException e) {
      if (e.isPassing() && waits(queue, e)) {
        return false;
      }
      observer.asked(settings.name(), Answer.NOTHING);
      LOG.info(
          "github.{}: nothing is added to {}: {}",
          settings.name(),
          stored.event().ref(),
          e.getMessage());
    }
    queue.tries = 0;
    return true;
  }

  private List<AuditEvent> answer(StoredEvent stored) throws IOException, InterruptedException {
    try {
      return enricher.ask(stored.event());
    } catch (RuntimeException e) {
      // An answer of a form that nobody foresaw must not hold up all that came after it.
      throw ApiException.lasting("its answer cannot be read: " + e);
    }
  }

  /**
   * Whether to ask again later. A question that fails again and again is given up, unless GitHub
   * answers to no other either.
   */
  private boolean waits(Queue queue, ApiException e) throws InterruptedException {
    boolean wants = !e.waiting().isZero();
    if (!wants && queue.tries >= MOST_TRIES && api.answers()) {
      return false;
    }
    Duration pause = wants ? e.waiting() : backoff(queue.tries);
    queue.tries += wants ? 0 : 1;
    queue.pausedUntil = clock.instant().plus(pause);
    LOG.warn("github.{}: {}; again in {} s", settings.name(), e.getMessage(), pause.toSeconds());
    observer.asked(settings.name(), Answer.WAITING);
    return true;
  }

  private static Duration backoff(int tries) {
    Duration pause = Duration.ofSeconds(1L << Math.min(tries, 10));
    return pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
  }

  /** Its bytes first, so that a loss of power leaves what was there before and no empty file. */
  static void keep(Path file, String content) throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    try (FileChannel out =
        FileChannel.open(
            fresh,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      out.write(ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8)));
      out.force(true);
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** The number that a file holds. */
  static long kept(Path file) throws IOException {
    String number = Files.readString(file).strip();
    try {
      return Long.parseLong(number);
    } catch (NumberFormatException e) {
      throw new IOException(
          file + " holds no number; delete it, and GitHub is asked about what comes from now on",
          e);
    }
  }

  /**
   * Reads a repository's history.
   *
   * @param repository as the API gives it
   * @param gaps gets what could not be read, and why
   * @return how many events were new
   */
  int backfill(JsonNode repository, Instant since, List<String> gaps)
      throws IOException, InterruptedException {
    if (api.isScarce()) {
      throw ApiException.passing(
          "what GitHub still lets us ask within this hour is kept for what happens now",
          Duration.ZERO);
    }
    GithubHistory.Found history = new GithubHistory(api).since(repository, since, into);
    gaps.addAll(history.gaps());
    if (history.failure() != null) {
      gaps.add(String.valueOf(history.failure().getMessage()));
    }
    return into.append(into.unknown(history.events()));
  }

  GithubApi api() {
    return api;
  }

  ServerConfig.Github settings() {
    return settings;
  }

  @Override
  public void close() {
    thread.shutdownNow();
    try {
      if (!thread.awaitTermination(10, TimeUnit.SECONDS)) {
        LOG.warn("github.{} does not stop", settings.name());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
