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
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
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

  /** Entries appear in the log a little after others that are younger. */
  private static final Duration OVERLAP = Duration.ofMinutes(10);

  /** What is younger may still be on its way as a delivery, which says more. */
  private static final Duration SETTLED = Duration.ofMinutes(10);

  /** So many every five minutes are far from what GitHub allows an App to ask. */
  private static final int REPOSITORIES_AT_ONCE = 20;

  private static final Duration FIRST_LOOK = Duration.ofDays(1);
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
  private final ScheduledExecutorService thread;
  private final Deque<JsonNode> toReconcile = new ArrayDeque<>();
  private Instant reconcilesUntil = Instant.MIN;
  private Instant pausedUntil = Instant.MIN;
  private int tries;
  private long done = -1;

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
    place = directory.resolve(settings.name() + ".seq");
    thread =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread made = new Thread(task, "github " + settings.name());
              made.setDaemon(true);
              return made;
            });
  }

  void start() throws IOException {
    Files.createDirectories(place.toAbsolutePath().getParent());
    done = Files.exists(place) ? Long.parseLong(Files.readString(place).strip()) : newest();
    if (!Files.exists(place)) {
      keep();
    }
    thread.scheduleWithFixedDelay(() -> safely(this::follow), 0, 1, TimeUnit.SECONDS);
    if (!settings.auditLogs().isEmpty()) {
      thread.scheduleWithFixedDelay(
          () -> safely(this::readAuditLogs), 0, AUDIT_LOGS.toSeconds(), TimeUnit.SECONDS);
    }
    if (api.isApp()) {
      thread.scheduleWithFixedDelay(
          () -> safely(this::redeliver), 0, REDELIVERY.toSeconds(), TimeUnit.SECONDS);
      thread.scheduleWithFixedDelay(
          () -> safely(this::reconcile), 0, REDELIVERY.toSeconds(), TimeUnit.SECONDS);
    }
  }

  /** Finds what no delivery told, repository by repository. */
  private void reconcile() throws IOException, InterruptedException {
    Path readTo = place.resolveSibling(settings.name() + ".reconciled");
    if (toReconcile.isEmpty()) {
      reconcilesUntil = clock.instant().minus(SETTLED);
      toReconcile.addAll(api.repositories());
    }
    Instant since =
        Files.exists(readTo)
            ? Instant.ofEpochMilli(Long.parseLong(Files.readString(readTo).strip()))
            : reconcilesUntil.minus(FIRST_LOOK);
    int found = 0;
    for (int i = 0; i < REPOSITORIES_AT_ONCE && !toReconcile.isEmpty(); i++) {
      try {
        List<AuditEvent> settled =
            new GithubHistory(api)
                .since(toReconcile.element(), since.minus(OVERLAP)).stream()
                    .filter(event -> event.time().isBefore(reconcilesUntil))
                    .toList();
        found += into.append(into.unknown(settled));
      } catch (ApiException e) {
        if (e.isPassing()) {
          throw e; // the rest of the round comes with the next one
        }
      }
      toReconcile.remove();
    }
    if (toReconcile.isEmpty()) {
      keep(readTo, reconcilesUntil.toEpochMilli());
    }
    if (found > 0) {
      LOG.info("github.{}: {} events that no delivery told were found", settings.name(), found);
    }
  }

  private void readAuditLogs() throws IOException, InterruptedException {
    for (String organization : settings.auditLogs()) {
      Path readTo = place.resolveSibling(settings.name() + "." + organization + ".audit-log");
      long since =
          Files.exists(readTo)
              ? Long.parseLong(Files.readString(readTo).strip()) - OVERLAP.toMillis()
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
      keep(readTo, newest);
    }
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
    int asked = new Redelivery(api).run(clock.instant());
    if (asked > 0) {
      LOG.info("github.{}: {} failed deliveries were asked for again", settings.name(), asked);
    }
  }

  private void follow() throws IOException, InterruptedException {
    List<StoredEvent> page;
    do {
      if (clock.instant().isBefore(pausedUntil)) {
        return;
      }
      page = store.readFrom(Scope.of(settings.tenant()), done, PAGE);
      for (StoredEvent stored : page) {
        if (enricher.isMeant(stored.event()) && !stored.conflicting() && !asked(stored)) {
          return;
        }
        done = stored.seq();
      }
      if (!page.isEmpty()) {
        keep();
      }
    } while (page.size() == PAGE);
  }

  /** Whether nothing more is to be asked about an event. */
  private boolean asked(StoredEvent stored) throws IOException, InterruptedException {
    try {
      into.append(enricher.ask(stored.event()));
      observer.asked(settings.name(), Answer.ADDED);
    } catch (ApiException e) {
      boolean wants = !e.waiting().isZero();
      if (e.isPassing() && (wants || tries < MOST_TRIES)) {
        Duration pause = wants ? e.waiting() : backoff();
        tries += wants ? 0 : 1;
        pausedUntil = clock.instant().plus(pause);
        LOG.warn(
            "github.{}: {}; again in {} s", settings.name(), e.getMessage(), pause.toSeconds());
        observer.asked(settings.name(), Answer.WAITING);
        keep();
        return false;
      }
      observer.asked(settings.name(), Answer.NOTHING);
      LOG.info(
          "github.{}: nothing is added to {}: {}",
          settings.name(),
          stored.event().ref(),
          e.getMessage());
    }
    tries = 0;
    return true;
  }

  private Duration backoff() {
    Duration pause = Duration.ofSeconds(1L << Math.min(tries, 10));
    return pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
  }

  private void keep() throws IOException {
    keep(place, done);
  }

  private static void keep(Path file, long number) throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.writeString(fresh, Long.toString(number));
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /**
   * Reads a repository's history.
   *
   * @param repository as the API gives it
   * @return how many events were new
   */
  int backfill(JsonNode repository, Instant since) throws IOException, InterruptedException {
    return into.append(into.unknown(new GithubHistory(api).since(repository, since)));
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
