// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store.embedded;

import io.changetrail.model.AuditEvent;
import io.changetrail.store.Expiry;
import io.changetrail.store.Matching;
import io.changetrail.store.Query;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Decides what goes. Events go by families: an event with its amendments and theirs, judged by the
 * event that all of them amend in the end. Of amendments that amend each other in a circle that is
 * the first one stored, of an amendment of nothing itself.
 */
final class Expiring {
  private final Database database;
  private final Events events;
  private final String tenant;
  private final Expiry expiry;
  private final List<Query> holds;

  Expiring(Database database, String tenant, Expiry expiry) {
    this.database = database;
    this.events = new Events(database);
    this.tenant = tenant;
    this.expiry = expiry;
    this.holds = holds();
  }

  private List<Query> holds() {
    return database.list(
        row -> QueryJson.read(row.getString(1)), "SELECT query FROM hold WHERE tenant = ?", tenant);
  }

  /**
   * What goes together.
   *
   * @param own an event and its amendments
   * @param earlier the families of earlier states of a deleted resource: without them gone too, it
   *     would seem to be there again
   */
  record Family(List<Events.Row> own, List<Events.Row> earlier) {
    Stream<Events.Row> all() {
      return Stream.concat(own.stream(), earlier.stream());
    }
  }

  /** The next events on a list of all behind a place that are old enough for some kind. */
  List<Events.Row> old(Term list, long time, long seq, int limit) {
    Instant latest =
        expiry.before().values().stream().max(Comparator.naturalOrder()).orElse(expiry.otherwise());
    if (latest.isBefore(expiry.otherwise())) {
      latest = expiry.otherwise();
    }
    return events.all(
        "seq IN (SELECT seq FROM posting WHERE term = ? AND (time, seq) > (?, ?) AND time < ?"
            + " ORDER BY time, seq LIMIT ?) ORDER BY time, seq",
        Dictionary.find(database, tenant, list),
        time,
        seq,
        Times.nanos(latest),
        (long) limit);
  }

  /** The family of an event, if it is the one that the family is judged by, and all of it goes. */
  Optional<Family> going(Events.Row row) {
    if (head(row).seq() != row.seq() || !mayGo(row)) {
      return Optional.empty();
    }
    List<Events.Row> earlier = new ArrayList<>();
    Optional<States.Kept> state = new States(database).of(row.seq());
    if (state.isPresent() && !state.get().isDeleted() && state.get().isNewest()) {
      return Optional.empty();
    }
    if (state.isPresent() && state.get().isDeleted()) {
      for (long seq : state.get().earlier()) {
        Optional<Events.Row> before = events.row(seq);
        if (before.isPresent() && !mayGo(before.get())) {
          return Optional.empty();
        }
        before.ifPresent(one -> earlier.addAll(family(one)));
      }
    }
    return Optional.of(new Family(family(row), earlier));
  }

  private boolean mayGo(Events.Row row) {
    AuditEvent event = events.folded(row);
    return event.time().isBefore(expiry.cutoff(event.change().kind()))
        && holds.stream().noneMatch(hold -> Matching.matches(hold, event));
  }

  /** The event by which a family is judged. */
  private Events.Row head(Events.Row row) {
    Map<Long, Events.Row> chain = new LinkedHashMap<>();
    Events.Row at = row;
    while (!at.has(Flags.CONFLICT)) {
      chain.put(at.seq(), at);
      Optional<Events.Row> amended = events.amended(at);
      if (amended.isEmpty()) {
        return at;
      }
      at = amended.get();
      if (chain.containsKey(at.seq())) {
        long circle = at.seq();
        return chain.values().stream()
            .dropWhile(one -> one.seq() != circle)
            .min(Comparator.comparingLong(Events.Row::seq))
            .orElse(at);
      }
    }
    return at;
  }

  private List<Events.Row> family(Events.Row head) {
    List<Events.Row> family = new ArrayList<>();
    Set<Long> seen = new HashSet<>(Set.of(head.seq()));
    Deque<Events.Row> open = new ArrayDeque<>(List.of(head));
    while (!open.isEmpty()) {
      Events.Row row = open.remove();
      family.add(row);
      for (Events.Row amendment : events.amendments(row)) {
        if (seen.add(amendment.seq())) {
          open.add(amendment);
        }
      }
    }
    return family;
  }
}
