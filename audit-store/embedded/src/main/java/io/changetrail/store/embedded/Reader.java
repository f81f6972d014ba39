// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store.embedded;

import io.changetrail.model.AuditEvent;
import io.changetrail.model.EventId;
import io.changetrail.model.EventRef;
import io.changetrail.model.catalogue.WorkloadSelector;
import io.changetrail.store.AuditStore;
import io.changetrail.store.EventFields;
import io.changetrail.store.Facet;
import io.changetrail.store.Field;
import io.changetrail.store.Histogram;
import io.changetrail.store.Matching;
import io.changetrail.store.Page;
import io.changetrail.store.Position;
import io.changetrail.store.Query;
import io.changetrail.store.Reduction;
import io.changetrail.store.ResourceKey;
import io.changetrail.store.ResourceState;
import io.changetrail.store.Scope;
import io.changetrail.store.SourceLedger;
import io.changetrail.store.SourceStatus;
import io.changetrail.store.StoreException;
import io.changetrail.store.StoredEvent;
import io.changetrail.store.View;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Answers reads from one consistent view of the file. Used by one thread at a time. */
final class Reader {
  /** So many events are worth several threads. */
  private static final int MANY = 32;

  /** So many rows are read at once, which costs half as much as one by one. */
  private static final int STRETCH = 64;

  private static final String SOURCE = Field.SOURCE.wireName();

  private final Database database;
  private final Events events;
  private final States states;
  private final Targets targets;

  Reader(Database database, Targets targets, DecodedEvents decoded) {
    this.database = database;
    this.events = new Events(database, decoded);
    this.states = new States(database);
    this.targets = targets;
  }

  Database database() {
    return database;
  }

  Optional<StoredEvent> get(Scope scope, String eventId, View view) {
    return EventId.parse(eventId)
        .map(id -> events.seqOf(id.bytes()))
        .flatMap(events::row)
        .filter(row -> row.tenant().equals(scope.tenant()))
        .flatMap(row -> visible(scope, row, view));
  }

  Optional<StoredEvent> find(Scope scope, EventRef ref, View view) {
    return events.find(scope.tenant(), ref).flatMap(row -> visible(scope, row, view));
  }

  private Optional<StoredEvent> visible(Scope scope, Events.Row row, View view) {
    AuditEvent event = view == View.FOLDED ? events.folded(row) : events.raw(row);
    return reduce(scope, event).map(reduced -> Events.stored(row, reduced, !reduced.equals(event)));
  }

  private Optional<AuditEvent> reduce(Scope scope, AuditEvent event) {
    return Reduction.reduce(
        event,
        scope,
        ref -> events.find(scope.tenant(), ref).map(row -> events.folded(row).targets()));
  }

  Page search(
      Scope scope,
      Query query,
      View view,
      AuditStore.Order order,
      @Nullable Position after,
      int limit) {
    Direction direction = order == AuditStore.Order.OLDEST_FIRST ? Direction.UP : Direction.DOWN;
    List<Found> found = new ArrayList<>();
    Position[] next = new Position[1];
    walk(
        scope,
        query,
        view,
        direction,
        after,
        limit + 1,
        (row, event) -> {
          if (found.size() == limit) {
            Events.Row last = found.get(limit - 1).row();
            next[0] = new Position(Times.instant(last.time()), last.seq());
            return false;
          }
          boolean reduced = event != null && !scope.isWholeTenant() && isReduced(row, view, event);
          boolean folded = view == View.FOLDED && row.has(Flags.AMENDED);
          found.add(new Found(row, event == null && folded ? events.folded(row) : event, reduced));
          return true;
        });
    // Rows are read one after the other; what costs most is to unpack them.
    Stream<Found> rows = found.size() < MANY ? found.stream() : found.parallelStream();
    return new Page(rows.map(this::stored).toList(), next[0]);
  }

  /**
   * A row of an answer.
   *
   * @param event {@code null} if it is the one of the row
   */
  private record Found(Events.Row row, @Nullable AuditEvent event, boolean reduced) {}

  private StoredEvent stored(Found found) {
    AuditEvent event = found.event() == null ? events.raw(found.row()) : found.event();
    return Events.stored(found.row(), event, found.reduced());
  }

  private boolean isReduced(Events.Row row, View view, AuditEvent seen) {
    return !seen.equals(view == View.FOLDED ? events.folded(row) : events.raw(row));
  }

  /** Takes the events of a query one by one until it has enough. */
  private interface Visitor {
    /**
     * @param event as the reader may see it, if it had to be unpacked to find out
     * @return whether to go on
     */
    boolean take(Events.Row row, @Nullable AuditEvent event);
  }

  /**
   * Shows the visitor one event after the other, until it has enough.
   *
   * @param likely how many it is likely to take: to find more may take long
   */
  private void walk(
      Scope scope,
      Query query,
      View view,
      Direction direction,
      @Nullable Position after,
      int likely,
      Visitor visitor) {
    plan(scope, query, view)
        .ifPresent(
            plan ->
                stretches(
                    plan,
                    direction,
                    after,
                    likely,
                    seqs -> take(scope, query, view, plan, seqs, visitor)));
  }

  /** Takes some of what a plan finds. */
  private interface Taker {
    /**
     * @return whether to go on
     */
    boolean take(List<Long> seqs);
  }

  /** Shows what a plan finds some at a time, as long as it is wanted. */
  private void stretches(
      Plan plan, Direction direction, @Nullable Position after, int likely, Taker taker) {
    Cursor cursor = plan.cursor(database, direction);
    start(cursor, plan, direction, after);
    List<Long> stretch = new ArrayList<>();
    int found = 0;
    while (!plan.isBehind(cursor, direction)) {
      stretch.add(cursor.seq());
      found++;
      if (stretch.size() == STRETCH || found == likely) {
        if (!taker.take(stretch)) {
          return;
        }
        stretch.clear();
      }
      cursor.next();
    }
    if (!stretch.isEmpty()) {
      taker.take(stretch);
    }
  }

  private boolean take(
      Scope scope, Query query, View view, Plan plan, List<Long> seqs, Visitor visitor) {
    for (Events.Row row : events.rows(seqs)) {
      if (!take(scope, query, view, plan, row, visitor)) {
        return false;
      }
    }
    return true;
  }

  private Optional<Plan> plan(Scope scope, Query query, View view) {
    return Plan.of(database, targets, scope, query, view);
  }

  private static void start(
      Cursor cursor, Plan plan, Direction direction, @Nullable Position after) {
    if (direction == Direction.UP) {
      cursor.seek(plan.from(), Long.MIN_VALUE);
      if (after != null) {
        cursor.seek(Times.nanos(after.time()), after.seq() + 1);
      }
    } else {
      cursor.seek(plan.to() == Long.MAX_VALUE ? plan.to() : plan.to() - 1, Long.MAX_VALUE);
      if (after != null) {
        cursor.seek(Times.nanos(after.time()), after.seq() - 1);
      }
    }
  }

  private boolean take(
      Scope scope, Query query, View view, Plan plan, Events.Row row, Visitor visitor) {
    if (view == View.FOLDED && row.has(Flags.AMENDMENT)) {
      return true;
    }
    if (!isUnsure(scope, view, plan, row.flags())) {
      return visitor.take(row, null);
    }
    AuditEvent whole = view == View.FOLDED ? events.folded(row) : events.raw(row);
    Optional<AuditEvent> seen = reduce(scope, whole);
    if (seen.isEmpty() || !Matching.matches(query, seen.get())) {
      return true;
    }
    return visitor.take(row, seen.get());
  }

  /** Whether an event that a plan finds has to be looked at, to know if it is one of the answer. */
  private static boolean isUnsure(Scope scope, View view, Plan plan, int flags) {
    return (!scope.isWholeTenant()
            && Flags.has(flags, Flags.NOT_ONE_TARGET | Flags.REFERS | Flags.AMENDED))
        || (plan.byTarget() && Flags.has(flags, Flags.NOT_ONE_TARGET | Flags.AMENDED))
        || (view == View.RAW && Flags.has(flags, Flags.AMENDED));
  }

  List<StoredEvent> readFrom(Scope scope, long afterSeq, int limit) {
    List<StoredEvent> found = new ArrayList<>();
    long seq = afterSeq;
    while (found.size() < limit) {
      List<Events.Row> stretch =
          events.all(
              "seq > ? AND tenant = ? ORDER BY seq LIMIT ?", seq, scope.tenant(), (long) limit);
      for (Events.Row row : stretch) {
        seq = row.seq();
        if (found.size() < limit) {
          visible(scope, row, View.RAW).ifPresent(found::add);
        }
      }
      if (stretch.size() < limit) {
        break;
      }
    }
    return found;
  }

  Histogram histogram(Scope scope, Query query, Duration width) {
    long nanos = width.toNanos();
    if (nanos <= 0) {
      throw new IllegalArgumentException("a histogram's buckets are wider than zero");
    }
    Map<Long, Long> counts = new TreeMap<>();
    Optional<Plan> plan = plan(scope, query, View.FOLDED);
    if (plan.isPresent()) {
      if (scope.isWholeTenant() && !plan.get().byTarget()) {
        countByIndex(plan.get(), nanos, counts);
      } else {
        count(
            scope,
            query,
            View.FOLDED,
            plan.get(),
            (brief, event) -> counts.merge(Math.floorDiv(brief.time(), nanos), 1L, Long::sum));
      }
    }
    List<Histogram.Bucket> buckets = new ArrayList<>();
    counts.forEach(
        (bucket, count) ->
            // The first may begin before all that fits into nanoseconds.
            buckets.add(
                new Histogram.Bucket(Instant.EPOCH.plus(width.multipliedBy(bucket)), count)));
    return new Histogram(width, buckets);
  }

  /** The lists alone tell. Of one list, whatever else a bucket has is counted by SQLite. */
  private void countByIndex(Plan plan, long nanos, Map<Long, Long> counts) {
    long[] terms = plan.clauses().get(0);
    boolean single = plan.clauses().size() == 1 && terms.length == 1;
    Cursor cursor = plan.cursor(database, Direction.UP);
    start(cursor, plan, Direction.UP, null);
    long last = 0;
    int inLast = 0;
    while (!plan.isBehind(cursor, Direction.UP)) {
      long bucket = Math.floorDiv(cursor.time(), nanos);
      inLast = bucket == last ? inLast + 1 : 1;
      last = bucket;
      counts.merge(bucket, 1L, Long::sum);
      if (single && inLast == TermCursor.FIRST_STRETCH) {
        long end =
            bucket + 1 > plan.to() / nanos ? plan.to() : Math.min(plan.to(), (bucket + 1) * nanos);
        counts.merge(bucket, behind(terms[0], cursor, end), Long::sum);
        cursor.seek(end, Long.MIN_VALUE);
      } else {
        cursor.next();
      }
    }
  }

  /** How many a list has behind a cursor and before a time. */
  private long behind(long term, Cursor cursor, long end) {
    return database.number(
        "SELECT count(*) FROM posting WHERE term = ? AND (time, seq) > (?, ?) AND time < ?",
        term,
        cursor.time(),
        cursor.seq(),
        end);
  }

  /** Takes what is counted of an event. */
  private interface Counter {
    /**
     * @param event as the reader may see it, if that is not what it is listed as
     */
    void take(Events.Brief brief, @Nullable AuditEvent event);
  }

  /** Counts events: of most it is enough to know what they are listed as. */
  private void count(Scope scope, Query query, View view, Plan plan, Counter counter) {
    stretches(
        plan,
        Direction.UP,
        null,
        Integer.MAX_VALUE,
        seqs -> {
          List<Long> unsure = new ArrayList<>();
          for (Events.Brief brief : events.briefs(seqs)) {
            if (isUnsure(scope, view, plan, brief.flags())) {
              unsure.add(brief.seq());
            } else {
              counter.take(brief, null);
            }
          }
          return unsure.isEmpty()
              || take(
                  scope,
                  query,
                  view,
                  plan,
                  unsure,
                  (row, event) -> {
                    counter.take(row.brief(), event);
                    return true;
                  });
        });
  }

  List<Facet> facets(Scope scope, Query query, Set<Field> fields, int valuesPerField) {
    Map<Long, Long> byTerm = new HashMap<>();
    Map<Field, Map<String, Long>> counts = new EnumMap<>(Field.class);
    plan(scope, query, View.FOLDED)
        .ifPresent(
            plan ->
                count(
                    scope,
                    query,
                    View.FOLDED,
                    plan,
                    (brief, event) -> {
                      if (event != null) {
                        EventFields.of(event)
                            .forEach(
                                (field, values) ->
                                    values.forEach(value -> add(counts, field, value, 1)));
                      } else {
                        for (long term : TermList.unpack(brief.terms()).fields()) {
                          byTerm.merge(term, 1L, Long::sum);
                        }
                      }
                    }));
    byTerm.forEach(
        (term, count) -> {
          Term known = term(term);
          Field.named(known.field())
              .filter(fields::contains)
              .ifPresent(field -> add(counts, field, known.value(), count));
        });
    List<Facet> facets = new ArrayList<>();
    for (Field field : fields.stream().sorted().toList()) {
      List<Facet.Count> values =
          counts.getOrDefault(field, Map.of()).entrySet().stream()
              .map(entry -> new Facet.Count(entry.getKey(), entry.getValue()))
              .sorted(
                  Comparator.comparingLong(Facet.Count::count)
                      .reversed()
                      .thenComparing(Facet.Count::value))
              .limit(valuesPerField)
              .toList();
      facets.add(new Facet(field, values));
    }
    return facets;
  }

  private static void add(
      Map<Field, Map<String, Long>> counts, Field field, String value, long more) {
    counts.computeIfAbsent(field, ignored -> new HashMap<>()).merge(value, more, Long::sum);
  }

  private Term term(long id) {
    return database.query(
        rows -> rows.next() ? new Term(rows.getString(1), rows.getString(2)) : new Term("", ""),
        "SELECT field, value FROM term WHERE id = ?",
        id);
  }

  Optional<ResourceState> state(Scope scope, ResourceKey key, Instant at) {
    return states
        .at(scope.tenant(), key, Times.nanos(at))
        .filter(found -> scope.isWholeTenant() || scope.allows(found.target()))
        .map(found -> found.toState(eventId(found.seq())));
  }

  List<ResourceState> resources(String tenant, String source, String after, int limit) {
    return states.ofSource(tenant, source, after, limit).stream()
        .map(found -> found.toState(eventId(found.seq())))
        .toList();
  }

  List<ResourceState> states(
      Scope scope, Set<String> services, Set<String> environments, Instant at) {
    return statesOf(scope.tenant(), services, Times.nanos(at)).stream()
        .filter(state -> !state.isDeleted())
        .filter(state -> scope.isWholeTenant() || scope.allows(state.target()))
        .filter(
            state ->
                environments.isEmpty()
                    || state.target().environmentName().filter(environments::contains).isPresent())
        .sorted(
            Comparator.<States.Found, String>comparing(state -> state.target().toString())
                .thenComparing(state -> state.key().toString()))
        .map(state -> state.toState(eventId(state.seq())))
        .toList();
  }

  private List<States.Found> statesOf(String tenant, Set<String> services, long at) {
    // No index tells of workloads.
    if (services.isEmpty()
        || services.stream().anyMatch(name -> WorkloadSelector.ofTerm(name).isPresent())) {
      return states.allAt(tenant, null, at).stream()
          .filter(state -> services.isEmpty() || Matching.isOfService(services, state.target()))
          .toList();
    }
    List<States.Found> found = new ArrayList<>();
    services.forEach(service -> found.addAll(states.allAt(tenant, service, at)));
    return found;
  }

  private @Nullable String eventId(long seq) {
    return seq == 0
        ? null
        : database
            .query(
                rows ->
                    rows.next()
                        ? Optional.of(EventId.of(rows.getBytes(1)).text())
                        : Optional.<String>empty(),
                "SELECT id FROM event WHERE seq = ?",
                seq)
            .orElse(null);
  }

  List<SourceStatus> sources(Scope scope) {
    if (!scope.isWholeTenant()) {
      return visibleSources(scope);
    }
    return database.list(
        row -> SourceLedger.fromJson(Bodies.read(row.getString(2))).status(row.getString(1)),
        "SELECT source, status FROM source WHERE tenant = ? ORDER BY source",
        scope.tenant());
  }

  /** Counts visible events; clocks and gaps would tell of the others, so they are left out. */
  private List<SourceStatus> visibleSources(Scope scope) {
    Map<String, SourceStatus> all = new HashMap<>();
    Map<Long, Term> terms = new HashMap<>();
    plan(scope, Query.all(), View.RAW)
        .ifPresent(
            plan ->
                count(
                    scope,
                    Query.all(),
                    View.RAW,
                    plan,
                    (brief, event) -> {
                      String source = event == null ? source(brief, terms) : event.ref().source();
                      all.merge(
                          source,
                          new SourceStatus(
                              source,
                              1,
                              Times.instant(brief.time()),
                              Times.instant(brief.ingested()),
                              null,
                              null,
                              null,
                              List.of()),
                          (before, one) ->
                              new SourceStatus(
                                  one.source(),
                                  before.events() + 1,
                                  later(before.lastTime(), one.lastTime()),
                                  later(before.lastIngested(), one.lastIngested()),
                                  null,
                                  null,
                                  null,
                                  List.of()));
                    }));
    return all.values().stream().sorted(Comparator.comparing(SourceStatus::source)).toList();
  }

  /**
   * The source of an event, which each is listed under.
   *
   * @param known terms that were looked up, by their ids
   */
  private String source(Events.Brief brief, Map<Long, Term> known) {
    for (long id : TermList.unpack(brief.terms()).fields()) {
      Term term = known.computeIfAbsent(id, this::term);
      if (term.field().equals(SOURCE) || term.field().equals(Term.raw(SOURCE))) {
        return term.value();
      }
    }
    throw new StoreException("the data file is damaged: an event is listed under no source");
  }

  private static @Nullable Instant later(@Nullable Instant one, @Nullable Instant other) {
    return one == null || (other != null && other.isAfter(one)) ? other : one;
  }
}
