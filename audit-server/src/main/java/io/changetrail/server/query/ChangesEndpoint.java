// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.query;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.catalogue.Catalogue;
import io.changetrail.model.grouping.ObservedChange;
import io.changetrail.server.catalogue.Catalogues;
import io.changetrail.server.http.Endpoint;
import io.changetrail.server.http.Parameters;
import io.changetrail.server.http.Request;
import io.changetrail.server.http.Response;
import io.changetrail.server.query.MissingParts.Part;
import io.changetrail.store.AuditStore;
import io.changetrail.store.Field;
import io.changetrail.store.Matching;
import io.changetrail.store.Position;
import io.changetrail.store.Query;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/**
 * {@code GET /v1/changes}: what people reason about. A change is found if any of its events matches
 * all filters, and is then shown whole. Newest first; the last seven days unless asked otherwise.
 * With {@code without} only those that lack a part that they should have. Where a span has too many
 * events to be read at once, a page may have fewer changes than asked for, or none, and a next one.
 */
public final class ChangesEndpoint implements Endpoint {
  private static final Duration USUAL_SPAN = Duration.ofDays(7);

  /**
   * As many as one drawing shows. Each page reads and groups the events of its span anew, so that
   * many small pages of a long list cost many times as much as one.
   */
  private static final int MOST_LISTED = 10_000;

  /** For each a few queries tell what it lacks. */
  private static final int MOST_EXAMINED = 1000;

  private final AuditStore store;
  private final RecordedChanges changes;
  private final Catalogues catalogue;

  public ChangesEndpoint(AuditStore store, RecordedChanges changes, Catalogues catalogue) {
    this.store = store;
    this.changes = changes;
    this.catalogue = catalogue;
  }

  @Override
  public Response handle(Request request) {
    Parameters parameters = request.query();
    Filters.only(parameters, "limit", "cursor", "without");
    Set<Part> askedParts = MissingParts.asked(parameters);
    Catalogue known = catalogue.of(request.caller().tenant());
    Query query = Filters.query(parameters, known);
    int limit = parameters.number("limit", 1, MOST_LISTED, 100);
    String asked = EventsEndpoint.asked(parameters);
    Position before =
        parameters.one("cursor").map(cursor -> Cursor.decode(cursor, asked)).orElse(null);
    Instant to = query.to() != null ? query.to() : request.received().plus(Duration.ofDays(1));
    Instant from = query.from() != null ? query.from() : to.minus(USUAL_SPAN);
    RecordedChanges.Span span =
        changes.between(
            request.scope(),
            from,
            before == null || to.isBefore(before.time()) ? to : before.time().plusNanos(1),
            query.fields().get(Field.ENVIRONMENT),
            known,
            request.received());
    Query anyTime = query.between(null, null);
    Instant since = span.since() == null || span.since().isBefore(from) ? null : span.since();
    List<ObservedChange> found =
        span.changes().stream()
            .filter(change -> movedWithin(change, from, to))
            .filter(change -> since == null || !change.start().isBefore(since))
            .filter(change -> before == null || comesAfter(change, before, span))
            .filter(
                change ->
                    change.observations().stream()
                        .anyMatch(seen -> Matching.matches(anyTime, seen.event())))
            .sorted(
                java.util.Comparator.comparing(
                        (ObservedChange change) -> position(change, span).time())
                    .thenComparing(change -> position(change, span).seq())
                    .reversed())
            .toList();
    MissingParts missingParts = new MissingParts(store, request.scope());
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    ArrayNode list = answer.putArray("changes");
    ObservedChange last = null;
    boolean more = false;
    int examined = 0;
    for (ObservedChange change : found) {
      if (!askedParts.isEmpty() && examined++ == MOST_EXAMINED) {
        more = true; // the next page goes on behind what was looked at, found or not
        break;
      }
      Set<Part> missing = askedParts.isEmpty() ? Set.of() : missingParts.of(change, askedParts);
      if (!askedParts.isEmpty() && missing.isEmpty()) {
        last = change;
        continue;
      }
      if (list.size() == limit) {
        more = true;
        break;
      }
      ObjectNode json = ChangeJson.of(change, known);
      missing.forEach(part -> json.withArray("missing").add(part.wireName()));
      list.add(json);
      last = change;
    }
    Position next = more && last != null ? position(last, span) : null;
    if (next == null && since != null) {
      next = new Position(since, Long.MIN_VALUE); // all that began there or later was looked at
    }
    answer.put("nextCursor", next == null ? null : Cursor.encode(next, asked));
    return Response.json(200, answer);
  }

  /** A change that began earlier is of interest where it was taken further, or ended. */
  private static boolean movedWithin(ObservedChange change, Instant from, Instant to) {
    return change.observations().stream()
        .map(seen -> seen.event().time())
        .anyMatch(time -> !time.isBefore(from) && time.isBefore(to));
  }

  private static boolean comesAfter(
      ObservedChange change, Position before, RecordedChanges.Span span) {
    Position position = position(change, span);
    int order = position.time().compareTo(before.time());
    return order < 0 || (order == 0 && position.seq() < before.seq());
  }

  private static Position position(ObservedChange change, RecordedChanges.Span span) {
    return new Position(
        change.start(), java.util.Objects.requireNonNull(span.events().get(change.id())).seq());
  }
}
