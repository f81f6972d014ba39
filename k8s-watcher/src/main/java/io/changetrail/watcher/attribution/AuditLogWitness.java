// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.attribution;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.model.Actor.Evidence;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Knows who made a change from the API server's audit log: exactly where a record tells uid and
 * resource version of what it wrote, else by place and time if only one record fits. What a list
 * found may be the work of several writes, and the record of the last tells of all only if nobody
 * else wrote in between. An event does not wait for its record: what comes later amends it.
 * Thread-safe.
 */
public final class AuditLogWitness implements Witness {
  private static final int MOST = 20_000;
  private static final Duration KEPT = Duration.ofMinutes(15);

  /** How far the clocks of a write's record and of its fields' owner may lie apart. */
  private static final Duration WINDOW = Duration.ofSeconds(3);

  private final Witness otherwise;
  private final Consumer<AuditEvent> shipper;
  private final InstantSource clock;
  private final Map<String, AuditRecord> byVersion = new HashMap<>();
  private final Map<String, List<AuditRecord>> byPlace = new HashMap<>();
  private final Deque<Kept> kept = new ArrayDeque<>();
  private final Map<String, List<Waiting>> waiting = new HashMap<>();
  private final Deque<Waiting> waitingInOrder = new ArrayDeque<>();

  private record Kept(AuditRecord record, Instant at) {}

  /**
   * An event whose actor is not known by its own record yet.
   *
   * @param known on what evidence it names somebody until then
   */
  private record Waiting(
      Write write, EventRef event, ChangeKind kind, Instant time, Evidence known, Instant at) {
    boolean isImprovedBy(Attribution by) {
      return by.actor().evidence().compareTo(known) < 0;
    }

    Waiting knownBy(Evidence evidence) {
      return new Waiting(write, event, kind, time, evidence, at);
    }
  }

  /**
   * What records are looked for by.
   *
   * @param version of the write that was the last
   * @param from when the state before it began
   * @param single whether there was no other in between
   */
  private record Write(String version, String place, Instant from, boolean single, boolean delete) {
    static Write of(Seen change) {
      JsonNode metadata = change.object().path("metadata");
      Instant since = change.since();
      String created = metadata.path("creationTimestamp").asText("");
      return new Write(
          AuditRecord.version(
              metadata.path("uid").asText(),
              metadata.path("resourceVersion").asText(""),
              change.deleted()),
          AuditRecord.place(
              change.type().group(),
              change.type().plural(),
              metadata.path("namespace").asText(""),
              metadata.path("name").asText()),
          since != null
              ? since
              : created.isEmpty() ? Instant.EPOCH : Instant.parse(created).minusSeconds(1),
          change.live() || change.deleted(),
          change.deleted());
    }
  }

  /** From when on every record that came is held. */
  private Instant complete;

  /**
   * @param otherwise who is asked where the audit log has nothing
   * @param shipper takes amendments
   */
  public AuditLogWitness(Witness otherwise, Consumer<AuditEvent> shipper, InstantSource clock) {
    this.otherwise = otherwise;
    this.shipper = shipper;
    this.clock = clock;
    this.complete = clock.instant();
  }

  /** An entry of the audit log. */
  public synchronized void record(JsonNode entry) {
    AuditRecord.of(entry).ifPresent(this::keep);
  }

  private void keep(AuditRecord record) {
    Instant now = clock.instant();
    String version = record.version();
    kept.add(new Kept(record, now));
    byPlace.computeIfAbsent(record.place(), any -> new ArrayList<>()).add(record);
    if (version != null) {
      byVersion.put(version, record);
      List<Waiting> events = waiting.remove(version);
      if (events != null) {
        events.forEach(event -> exact(event.write()).ifPresent(by -> amend(event, by)));
      }
    } else {
      // A waiting event may be of this record, if no other fits.
      for (Waiting event : waiting.values().stream().flatMap(List::stream).toList()) {
        if (event.write().place().equals(record.place())) {
          byTime(event.write(), event.time())
              .filter(event::isImprovedBy)
              .ifPresent(
                  by -> {
                    amend(event, by);
                    forget(event);
                    await(event.knownBy(by.actor().evidence()));
                  });
        }
      }
    }
    forgetOld(now);
  }

  private void forgetOld(Instant now) {
    while (!kept.isEmpty()
        && (kept.size() > MOST || kept.element().at().plus(KEPT).isBefore(now))) {
      complete = kept.element().at();
      AuditRecord old = kept.remove().record();
      String version = old.version();
      if (version != null) {
        byVersion.remove(version, old);
      }
      List<AuditRecord> there = byPlace.get(old.place());
      if (there != null && there.remove(old) && there.isEmpty()) {
        byPlace.remove(old.place());
      }
    }
    while (!waitingInOrder.isEmpty()
        && (waitingInOrder.size() > MOST
            || waitingInOrder.element().at().plus(KEPT).isBefore(now))) {
      Waiting old = waitingInOrder.remove();
      forget(old);
    }
  }

  private void forget(Waiting event) {
    waiting.computeIfPresent(
        event.write().version(),
        (version, events) -> {
          events.remove(event);
          return events.isEmpty() ? null : events;
        });
  }

  private void await(Waiting event) {
    waiting.computeIfAbsent(event.write().version(), any -> new ArrayList<>()).add(event);
    waitingInOrder.add(event);
  }

  @Override
  public synchronized Attribution attribute(Seen change) {
    Write write = Write.of(change);
    return exact(write)
        .orElseGet(
            () -> {
              Attribution known = otherwise.attribute(change);
              Instant about = known.time() == null ? clock.instant() : known.time();
              return byTime(write, about).orElse(known);
            });
  }

  /** The record of the very write, if it tells of the whole change. */
  private Optional<Attribution> exact(Write write) {
    AuditRecord record = byVersion.get(write.version());
    if (record == null) {
      return Optional.empty();
    }
    if (write.single()) {
      return Optional.of(record.exact());
    }
    boolean others =
        byPlace.getOrDefault(write.place(), List.of()).stream()
            .anyMatch(
                other ->
                    other.time().isAfter(write.from())
                        && !other.time().isAfter(record.time())
                        && !other.isBySame(record));
    if (others) {
      return Optional.empty();
    }
    // There may be others whose records nobody kept.
    return Optional.of(write.from().isBefore(complete) ? record.byTime() : record.exact());
  }

  /** The account whose records without a version fit; none if two do, as that would be a guess. */
  private Optional<Attribution> byTime(Write write, Instant about) {
    List<AuditRecord> fitting =
        byPlace.getOrDefault(write.place(), List.of()).stream()
            .filter(record -> record.delete() == write.delete())
            .filter(record -> Duration.between(record.time(), about).abs().compareTo(WINDOW) <= 0)
            .toList();
    return !fitting.isEmpty()
            && fitting.stream()
                .allMatch(one -> one.version() == null && one.isBySame(fitting.get(0)))
        ? Optional.of(fitting.get(0).byTime())
        : Optional.empty();
  }

  @Override
  public synchronized void shipped(Seen change, AuditEvent event) {
    otherwise.shipped(change, event);
    Instant now = clock.instant();
    // Also where there is no audit log, and no record ever comes.
    forgetOld(now);
    Evidence known = event.actor().evidence();
    if (known.compareTo(Evidence.AUDIT_LOG) <= 0) {
      return;
    }
    Waiting one =
        new Waiting(Write.of(change), event.ref(), event.change().kind(), event.time(), known, now);
    // Its record may have come since it was asked for.
    Optional<Attribution> exact = exact(one.write());
    if (exact.isPresent()) {
      exact.filter(one::isImprovedBy).ifPresent(by -> amend(one, by));
      return;
    }
    Optional<Attribution> byTime = byTime(one.write(), event.time()).filter(one::isImprovedBy);
    byTime.ifPresent(by -> amend(one, by));
    // Who fits by the time only need not be the one: the very record may still come.
    await(byTime.map(by -> one.knownBy(by.actor().evidence())).orElse(one));
  }

  private void amend(Waiting waited, Attribution by) {
    shipper.accept(by.amending(waited.event(), waited.kind(), waited.time()));
  }

  /** How many events still have no record. */
  public synchronized int waiting() {
    return waiting.values().stream().mapToInt(List::size).sum();
  }
}
