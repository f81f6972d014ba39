// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.attribution;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.model.Actor;
import io.changetrail.model.Actor.Evidence;
import io.changetrail.model.AuditEvent;
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
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Knows who made a change from what a validating webhook is asked before each write: there is no
 * resource version yet, so a review is joined to a change by the state that it was to bring about.
 * Where two accounts asked for the same, nobody is named. Thread-safe.
 */
public final class AdmissionWitness implements Witness {
  private static final int MOST = 20_000;
  private static final Duration KEPT = Duration.ofMinutes(15);

  /** A review that another replica hands over may come a moment after the change. */
  private static final Duration LATE = Duration.ofSeconds(10);

  /** How far the API server's clock and this one may lie apart. */
  private static final Duration SKEW = Duration.ofSeconds(3);

  private final Witness otherwise;
  private final Function<JsonNode, String> hash;
  private final Consumer<AuditEvent> shipper;
  private final InstantSource clock;
  private final Map<String, List<Asked>> byPlace = new HashMap<>();
  private final Deque<Asked> inOrder = new ArrayDeque<>();
  private final Deque<Unknown> unknown = new ArrayDeque<>();

  /** From when on every review is held. */
  private Instant complete;

  private record Asked(AdmissionReview review, Instant at) {}

  /** An event that nobody was named for with more certainty, a moment ago. */
  private record Unknown(Seen change, AuditEvent event, Instant at) {}

  /**
   * @param otherwise who is asked where there was no review
   * @param hash of the declared part of an object, as it is when it is stored
   * @param shipper takes amendments
   */
  public AdmissionWitness(
      Witness otherwise,
      Function<JsonNode, String> hash,
      Consumer<AuditEvent> shipper,
      InstantSource clock) {
    this.otherwise = otherwise;
    this.hash = hash;
    this.shipper = shipper;
    this.clock = clock;
    this.complete = clock.instant();
  }

  /** An {@code AdmissionReview} of {@code admission.k8s.io/v1}. */
  public synchronized void record(JsonNode review) {
    AdmissionReview.of(review, hash).ifPresent(this::keep);
  }

  private void keep(AdmissionReview review) {
    Instant now = clock.instant();
    Asked asked = new Asked(review, now);
    byPlace.computeIfAbsent(review.place(), any -> new ArrayList<>()).add(asked);
    inOrder.add(asked);
    forgetOld(now);
    for (Unknown one : List.copyOf(unknown)) {
      if (place(one.change()).equals(review.place())) {
        by(one.change())
            .ifPresent(
                actor -> {
                  unknown.remove(one);
                  amend(one.event(), actor);
                });
      }
    }
  }

  private void forgetOld(Instant now) {
    while (!inOrder.isEmpty()
        && (inOrder.size() > MOST || inOrder.element().at().plus(KEPT).isBefore(now))) {
      Asked old = inOrder.remove();
      complete = old.at();
      byPlace.computeIfPresent(
          old.review().place(),
          (place, there) -> {
            there.remove(old);
            return there.isEmpty() ? null : there;
          });
    }
    while (!unknown.isEmpty()
        && (unknown.size() > MOST || unknown.element().at().plus(LATE).isBefore(now))) {
      unknown.remove();
    }
  }

  private static String place(Seen change) {
    JsonNode metadata = change.object().path("metadata");
    return AuditRecord.place(
        change.type().group(),
        change.type().plural(),
        metadata.path("namespace").asText(""),
        metadata.path("name").asText());
  }

  @Override
  public synchronized Attribution attribute(Seen change) {
    Attribution known = otherwise.attribute(change);
    return by(change)
        .map(actor -> new Attribution(through(actor, known), null, known.time()))
        .orElse(known);
  }

  /** A review does not tell the tool; the owner of the fields does. */
  private static Actor through(Actor actor, Attribution known) {
    return new Actor(actor.id(), actor.name(), actor.kind(), known.actor().via(), actor.evidence());
  }

  /** The one account that asked for it. */
  private Optional<Actor> by(Seen change) {
    List<Asked> there = byPlace.getOrDefault(place(change), List.of());
    if (there.isEmpty()) {
      return Optional.empty();
    }
    Instant since = change.since();
    List<Actor> askers = new ArrayList<>();
    boolean asked = false;
    for (Asked one : there) {
      // Who brought about the same before the state that it replaces is another's business.
      if (since == null || one.at().isAfter(since.minus(SKEW))) {
        boolean fits = AdmissionReview.isResult(one.review().result(), change, hash);
        asked |= fits;
        // What a list found may be the work of all who wrote since.
        if (fits || !(change.live() || change.deleted())) {
          askers.add(one.review().actor());
        }
      }
    }
    boolean whole = change.live() || change.deleted() || isComplete(since);
    return asked && whole && askers.stream().map(Actor::id).distinct().count() == 1
        ? Optional.of(askers.get(askers.size() - 1))
        : Optional.empty();
  }

  private boolean isComplete(@Nullable Instant since) {
    return since != null && !since.isBefore(complete);
  }

  @Override
  public synchronized void shipped(Seen change, AuditEvent event) {
    otherwise.shipped(change, event);
    if (event.actor().evidence().compareTo(Evidence.ADMISSION) > 0) {
      Instant now = clock.instant();
      forgetOld(now);
      // Its review may have come since it was asked for.
      by(change)
          .ifPresentOrElse(
              actor -> amend(event, actor), () -> unknown.add(new Unknown(change, event, now)));
    }
  }

  private void amend(AuditEvent event, Actor actor) {
    shipper.accept(
        new Attribution(actor, null, null)
            .amending(event.ref(), event.change().kind(), event.time()));
  }
}
