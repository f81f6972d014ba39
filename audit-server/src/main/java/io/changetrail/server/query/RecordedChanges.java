// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.query;

import io.changetrail.model.ChangeKind;
import io.changetrail.model.catalogue.Catalogue;
import io.changetrail.model.grouping.ChangeGrouping;
import io.changetrail.model.grouping.Observation;
import io.changetrail.model.grouping.ObservedChange;
import io.changetrail.server.http.Problem;
import io.changetrail.store.AuditStore;
import io.changetrail.store.AuditStore.Order;
import io.changetrail.store.Field;
import io.changetrail.store.Page;
import io.changetrail.store.Position;
import io.changetrail.store.Query;
import io.changetrail.store.Scope;
import io.changetrail.store.StoredEvent;
import io.changetrail.store.View;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The changes of a span of time, grouped from their events. Grouping needs all observations of a
 * change, so events are read by place and time only, and with a margin on both sides.
 */
public final class RecordedChanges {
  private static final int MAX_EVENTS = 20_000;

  private final AuditStore store;
  private final Duration finishLimit;

  /** A change whose events lie further apart than this falls into two at the edge of a span. */
  private final Duration margin;

  /**
   * The changes of a store.
   *
   * @param finishLimit how long a started change may stay without a finish before its outcome
   *     counts as unknown
   */
  public RecordedChanges(AuditStore store, Duration finishLimit) {
    this.store = store;
    this.finishLimit = finishLimit;
    margin =
        finishLimit.compareTo(ChangeGrouping.FINISH_LIMIT) > 0
            ? finishLimit
            : ChangeGrouping.FINISH_LIMIT;
  }

  /**
   * Changes, and the events they were grouped from.
   *
   * @param changes oldest first; also those that lie in the margins only, or before the span and
   *     tell what one in it rolls back
   * @param events by their id
   */
  public record Span(List<ObservedChange> changes, Map<String, StoredEvent> events) {}

  /**
   * The changes that were going on in {@code [from, to)}, each with what it rolls back, also where
   * that lies before the span.
   *
   * @param environments all names of the wanted ones; {@code null} for all
   * @param asOf now
   */
  public Span between(
      Scope scope,
      Instant from,
      Instant to,
      @Nullable Set<String> environments,
      Catalogue catalogue,
      Instant asOf) {
    Query when = Query.all().between(from.minus(margin), to.plus(margin));
    Map<String, StoredEvent> events = new LinkedHashMap<>();
    read(scope, environments == null ? when : when.where(Field.ENVIRONMENT, environments), events);
    if (environments != null) {
      // What was built says which commit a digest is of, and belongs to no environment.
      read(scope, when.where(Field.KIND, ChangeKind.ARTIFACT.name()), events);
    }
    new Precedents(store, scope, catalogue)
        .of(List.copyOf(events.values()), from.minus(margin))
        .forEach(events::putIfAbsent);
    return new Span(group(events, catalogue, asOf), events);
  }

  private List<ObservedChange> group(
      Map<String, StoredEvent> events, Catalogue catalogue, Instant asOf) {
    List<Observation> observations = new ArrayList<>(events.size());
    events.values().stream()
        .filter(stored -> !stored.conflicting())
        .forEach(
            stored ->
                observations.add(new Observation(stored.eventId(), stored.seq(), stored.event())));
    return ChangeGrouping.group(observations, catalogue, finishLimit, asOf);
  }

  private void read(Scope scope, Query query, Map<String, StoredEvent> into) {
    Position after = null;
    do {
      Page page =
          store.search(scope, query, View.FOLDED, Order.OLDEST_FIRST, after, AuditStore.MAX_PAGE);
      page.events().forEach(event -> into.put(event.eventId(), event));
      if (into.size() > MAX_EVENTS) {
        throw Problem.of(
                422,
                "too-much",
                "Too many events",
                "the span has over "
                    + MAX_EVENTS
                    + " events; narrow it with from and to, or with environment")
            .asException();
      }
      after = page.next();
    } while (after != null);
  }
}
