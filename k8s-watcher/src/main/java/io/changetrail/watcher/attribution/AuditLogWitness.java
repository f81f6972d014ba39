// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.attribution;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Folding;
import io.changetrail.model.Phase;
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
 * resource version of what it wrote, else by place and time if only one record fits. An event does
 * not wait for its record: what comes later amends it. Thread-safe.
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

  /** An event whose actor is not known by the audit log yet. */
  private record Waiting(
      String version, String place, EventRef event, ChangeKind kind, Instant time, Instant at) {}

  /**
   * @param otherwise who is asked where the audit log has nothing
   * @param shipper takes amendments
   */
  public AuditLogWitness(Witness otherwise, Consumer<AuditEvent> shipper, InstantSource clock) {
    this.otherwise = otherwise;
    this.shipper = shipper;
    this.clock = clock;
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
        events.forEach(event -> amend(event, record.exact()));
      }
    } else {
      // A waiting event may be of this record, if no other fits.
      for (Waiting event : waiting.values().stream().flatMap(List::stream).toList()) {
        if (event.place().equals(record.place())) {
          byTime(event.place(), event.time(), record.delete())
              .ifPresent(
                  by -> {
                    forget(event);
                    amend(event, by);
                  });
        }
      }
    }
    forgetOld(now);
  }

  private void forgetOld(Instant now) {
    while (!kept.isEmpty()
        && (kept.size() > MOST || kept.element().at().plus(KEPT).isBefore(now))) {
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
        event.version(),
        (version, events) -> {
          events.remove(event);
          return events.isEmpty() ? null : events;
        });
  }

  @Override
  public synchronized Attribution attribute(Seen change) {
    AuditRecord exact = byVersion.get(version(change));
    if (exact != null) {
      return exact.exact();
    }
    Attribution known = otherwise.attribute(change);
    Instant about = known.time() == null ? clock.instant() : known.time();
    return byTime(place(change), about, change.deleted()).orElse(known);
  }

  /** The one record without a version that fits; none if two do, as that would be a guess. */
  private Optional<Attribution> byTime(String place, Instant about, boolean delete) {
    List<AuditRecord> fitting =
        byPlace.getOrDefault(place, List.of()).stream()
            .filter(record -> record.delete() == delete)
            .filter(record -> Duration.between(record.time(), about).abs().compareTo(WINDOW) <= 0)
            .toList();
    return fitting.size() == 1 && fitting.get(0).version() == null
        ? Optional.of(fitting.get(0).byTime())
        : Optional.empty();
  }

  @Override
  public synchronized void shipped(Seen change, AuditEvent event) {
    Instant now = clock.instant();
    // Also where there is no audit log, and no record ever comes.
    forgetOld(now);
    switch (event.actor().evidence()) {
      case AUTHENTICATED, AUDIT_LOG, AUDIT_LOG_TIME -> {}
      default -> {
        Waiting one =
            new Waiting(
                version(change),
                place(change),
                event.ref(),
                event.change().kind(),
                event.time(),
                now);
        // Its record may have come since it was asked for.
        AuditRecord exact = byVersion.get(one.version());
        Optional<Attribution> by =
            exact != null
                ? Optional.of(exact.exact())
                : byTime(one.place(), event.time(), change.deleted());
        if (by.isPresent()) {
          amend(one, by.get());
        } else {
          waiting.computeIfAbsent(one.version(), any -> new ArrayList<>()).add(one);
          waitingInOrder.add(one);
        }
      }
    }
  }

  private void amend(Waiting waited, Attribution by) {
    Instant time = by.time();
    shipper.accept(
        AuditEvent.builder(
                new EventRef(waited.event().source(), waited.event().id() + "/who"),
                time == null ? waited.time() : time,
                by.actor(),
                Change.of(waited.kind(), Phase.OCCURRED, Folding.AMEND)
                    .summary("by " + by.actor().id())
                    .build())
            .onBehalfOf(by.onBehalfOf())
            .amends(waited.event())
            .build());
  }

  private static String version(Seen change) {
    JsonNode metadata = change.object().path("metadata");
    return AuditRecord.version(
        metadata.path("uid").asText(),
        metadata.path("resourceVersion").asText(""),
        change.deleted());
  }

  private static String place(Seen change) {
    JsonNode metadata = change.object().path("metadata");
    return AuditRecord.place(
        change.type().group(),
        change.type().plural(),
        metadata.path("namespace").asText(""),
        metadata.path("name").asText());
  }

  /** How many events still have no record. */
  public synchronized int waiting() {
    return waiting.values().stream().mapToInt(List::size).sum();
  }
}
