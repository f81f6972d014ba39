// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.query;

import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.Provenance;
import io.changetrail.model.Target;
import io.changetrail.model.catalogue.Catalogue;
import io.changetrail.model.grouping.ChangeGrouping;
import io.changetrail.model.grouping.Observation;
import io.changetrail.model.grouping.ObservedChange;
import io.changetrail.model.grouping.Release;
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
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The changes of a span of time, grouped from their events. Grouping needs all observations of a
 * change, so events are read by place and time only, and with a margin on both sides.
 */
public final class RecordedChanges {
  private static final int MAX_EVENTS = 20_000;

  /**
   * For one question about a moment, of whatever service. A day of most stores has less; of the
   * others the nearest are what matters, and somebody waits for the answer.
   */
  private static final int NEAREST_EVENTS = 250;

  /** The same of the services that the question is about and those that calls join to them. */
  private static final int RELATED_EVENTS = 500;

  /**
   * Of so many events it is looked up what was in force before, what was built and which commit is
   * older: each costs several look-ups, so those that lie nearest in time are asked for.
   */
  private static final int LIKELIEST_RELATED = 100;

  /** The same of other services. */
  private static final int LIKELIEST_OTHERS = 50;

  /** Before an event, and behind it, to find the change that it observes. */
  private static final int EVENTS_AROUND = 500;

  /** How many flags' way is followed beyond the span. */
  private static final int MOST_FLAGS = 250;

  /** Each is a term to look up, and somebody waits for the answer. */
  private static final int MOST_REVISIONS = 100;

  /** Of these, most may be evidence only, such as commits and builds, and is passed over. */
  private static final int MAX_PAGES = 20;

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
   * @param since changes before it were not all read, as there are too many; null if all were
   * @param relatedSince the same of the services that were to be read first
   */
  public record Span(
      List<ObservedChange> changes,
      Map<String, StoredEvent> events,
      @Nullable Instant since,
      @Nullable Instant relatedSince) {
    Span reading(@Nullable Instant others, @Nullable Instant related) {
      return new Span(changes, events, others, related);
    }
  }

  /**
   * The latest of the changes that were going on in {@code [from, to)}, each with what it rolls
   * back, also where that lies before the span. Of too many events only the latest are read: then
   * those changes are whole that began at {@link Span#since} or later, and those before it are
   * another question, up to that moment.
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
    Query all = Query.all();
    Query wanted = environments == null ? all : all.where(Field.ENVIRONMENT, environments);
    Map<String, StoredEvent> events = new LinkedHashMap<>();
    Instant last =
        read(scope, wanted.between(from.minus(margin), to), Order.NEWEST_FIRST, MAX_EVENTS, events);
    read(scope, wanted.between(to, to.plus(margin)), Order.OLDEST_FIRST, MAX_EVENTS / 4, events);
    Instant earliest = last == null ? from.minus(margin) : last;
    Instant since = last == null ? null : whole(last, to);
    return span(
            scope,
            earliest,
            to.plus(margin),
            events,
            List.copyOf(events.values()),
            List.of(),
            catalogue,
            asOf)
        .reading(since, since);
  }

  /** From when on no event of a change was left unread, if all were from {@code last} on. */
  private Instant whole(Instant last, Instant to) {
    Instant surely = last.plus(margin);
    Instant since = surely.isBefore(to) ? surely : last.plusNanos(1);
    if (!since.isBefore(to)) {
      throw Problem.of(
              422,
              "too-much",
              "Too many events",
              "over " + MAX_EVENTS + " events have the time " + last + "; name an environment")
          .asException();
    }
    return since;
  }

  /**
   * The same for a question that any store must answer, and soon: of too many events the latest are
   * read, and the span says since when it has all.
   *
   * @param related names of services whose changes are read first, and further back
   */
  public Span latest(
      Scope scope,
      Instant from,
      Instant to,
      @Nullable Set<String> environments,
      Set<String> related,
      Catalogue catalogue,
      Instant asOf) {
    Query all = Query.all();
    Query wanted = environments == null ? all : all.where(Field.ENVIRONMENT, environments);
    Query before = wanted.between(from.minus(margin), to);
    Query after = wanted.between(to, to.plus(margin));
    Ahead<Nearby> ofAll = Ahead.begin(() -> nearby(scope, before, after, NEAREST_EVENTS));
    Nearby theirs =
        related.isEmpty()
            ? new Nearby(Map.of(), Map.of(), null)
            : nearby(
                scope,
                before.where(Field.SERVICE, related),
                after.where(Field.SERVICE, related),
                RELATED_EVENTS);
    Nearby others = ofAll.get().without(theirs);
    List<StoredEvent> likeliest = new ArrayList<>();
    theirs.before().values().stream().limit(LIKELIEST_RELATED).forEach(likeliest::add);
    // One of these may bring back what was in force long before.
    theirs.after().values().stream().limit(LIKELIEST_RELATED).forEach(likeliest::add);
    others.before().values().stream().limit(LIKELIEST_OTHERS).forEach(likeliest::add);
    Map<String, StoredEvent> events = new LinkedHashMap<>();
    Stream.of(theirs.before(), theirs.after(), others.before(), others.after())
        .forEach(events::putAll);
    Instant earliest = others.since() == null ? from.minus(margin) : others.since();
    return span(
            scope,
            theirs.since() == null ? earliest : theirs.since(),
            to.plus(margin),
            events,
            likeliest,
            environments == null ? List.of() : likeliest,
            catalogue,
            asOf)
        .reading(within(from, others.since()), within(from, theirs.since()));
  }

  /**
   * Events before and after a moment.
   *
   * @param before newest first
   * @param after oldest first
   * @param since there are more before it; null if there are none
   */
  private record Nearby(
      Map<String, StoredEvent> before, Map<String, StoredEvent> after, @Nullable Instant since) {
    Nearby without(Nearby known) {
      return new Nearby(less(before, known), less(after, known), since);
    }

    private static Map<String, StoredEvent> less(Map<String, StoredEvent> all, Nearby known) {
      Map<String, StoredEvent> some = new LinkedHashMap<>(all);
      some.keySet().removeAll(known.before.keySet());
      some.keySet().removeAll(known.after.keySet());
      return some;
    }
  }

  private Nearby nearby(Scope scope, Query before, Query after, int most) {
    Map<String, StoredEvent> earlier = new LinkedHashMap<>();
    Map<String, StoredEvent> later = new LinkedHashMap<>();
    Instant since = read(scope, before, Order.NEWEST_FIRST, most, earlier);
    read(scope, after, Order.OLDEST_FIRST, most / 4, later);
    return new Nearby(earlier, later, since);
  }

  private static @Nullable Instant within(Instant from, @Nullable Instant since) {
    return since == null || since.isBefore(from) ? null : since;
  }

  /** What was built says which commit a digest is of, and belongs to no environment. */
  private List<StoredEvent> built(Scope scope, List<StoredEvent> deployed) {
    List<String> digests =
        deployed.stream()
            .map(StoredEvent::event)
            .filter(event -> event.change().kind().equals(ChangeKind.DEPLOYMENT))
            .flatMap(event -> Release.of(event).digests().stream())
            .distinct()
            .toList();
    return digests.isEmpty()
        ? List.of()
        : first(
            scope,
            Query.all()
                .where(Field.KIND, ChangeKind.ARTIFACT.name())
                .where(Field.DIGEST, Set.copyOf(digests)));
  }

  /**
   * The changes around an event, the one that it observes among them. Runs of one change have the
   * same kind, so that others are not read; of too many the nearest in time.
   */
  Span around(
      Scope scope,
      StoredEvent event,
      @Nullable Set<String> environments,
      Catalogue catalogue,
      Instant asOf) {
    Instant at = event.event().time();
    Query kind = Query.all().where(Field.KIND, event.event().change().kind().name());
    Query wanted = environments == null ? kind : kind.where(Field.ENVIRONMENT, environments);
    Map<String, StoredEvent> events = new LinkedHashMap<>();
    events.put(event.eventId(), event);
    String declared = event.event().change().id();
    if (declared != null) {
      read(
          scope,
          kind.where(Field.SOURCE, event.event().ref().source())
              .where(Field.CHANGE, declared)
              .between(at.minus(margin), at.plus(margin)),
          Order.NEWEST_FIRST,
          AuditStore.MAX_PAGE,
          events);
    }
    Instant since =
        read(
            scope,
            wanted.between(at.minus(margin), at.plusNanos(1)),
            Order.NEWEST_FIRST,
            EVENTS_AROUND,
            events);
    read(
        scope,
        wanted.between(at.plusNanos(1), at.plus(margin)),
        Order.OLDEST_FIRST,
        EVENTS_AROUND,
        events);
    Instant earliest = since == null ? at.minus(margin) : since;
    read(
        scope,
        Query.all()
            .where(Field.KIND, ChangeKind.ARTIFACT.name())
            .between(earliest, at.plus(margin)),
        Order.NEWEST_FIRST,
        EVENTS_AROUND / 2,
        events);
    return span(
            scope,
            earliest,
            at.plus(margin),
            events,
            List.copyOf(events.values()),
            List.of(),
            catalogue,
            asOf)
        .reading(since, since);
  }

  /**
   * Groups the events.
   *
   * @param asked those of which it is looked up what they restore and where they lead
   * @param deployed those of which it is looked up what was built
   */
  private Span span(
      Scope scope,
      Instant earliest,
      Instant latest,
      Map<String, StoredEvent> events,
      List<StoredEvent> asked,
      List<StoredEvent> deployed,
      Catalogue catalogue,
      Instant asOf) {
    Ahead<List<StoredEvent>> built = Ahead.begin(() -> built(scope, deployed));
    Ahead<Map<String, StoredEvent>> further =
        Ahead.begin(() -> further(scope, latest, onTheirWay(asked)));
    Map<String, StoredEvent> before = new Precedents(store, scope, catalogue).of(asked, earliest);
    List<StoredEvent> released = new ArrayList<>(asked);
    released.addAll(before.values());
    List<StoredEvent> commits = commits(scope, released);
    built.get().forEach(event -> events.putIfAbsent(event.eventId(), event));
    before.forEach(events::putIfAbsent);
    further.get().forEach(events::putIfAbsent);
    return new Span(group(events, commits, catalogue, asOf), events, null, null);
  }

  /** How far flags were taken after that moment. */
  private Map<String, StoredEvent> further(Scope scope, Instant after, Set<String> flags) {
    Map<String, StoredEvent> steps = new LinkedHashMap<>();
    if (!flags.isEmpty()) {
      read(
          scope,
          Query.all()
              .between(after, after.plus(Precedents.REACH))
              .where(Field.KIND, ChangeKind.FEATURE_FLAG.name())
              .where(Field.RESOURCE, flags),
          Order.OLDEST_FIRST,
          NEAREST_EVENTS / 4,
          steps);
    }
    return steps;
  }

  /**
   * Reads what changes are grouped from, and no more than so many.
   *
   * @return the time of the last event read if there are more; null if these were all
   */
  private @Nullable Instant read(
      Scope scope, Query query, Order order, int most, Map<String, StoredEvent> into) {
    Position after = null;
    Instant last = null;
    int kept = 0;
    for (int pages = 0; pages < MAX_PAGES; pages++) {
      int wanted = Math.min(AuditStore.MAX_PAGE, most - kept);
      Page page = store.search(scope, query, View.FOLDED, order, after, wanted);
      for (StoredEvent event : page.events()) {
        last = event.event().time();
        ChangeKind kind = event.event().change().kind();
        if (kind.altersAnEnvironment() || kind.equals(ChangeKind.ARTIFACT)) {
          into.putIfAbsent(event.eventId(), event);
          kept++;
        }
      }
      after = page.next();
      if (after == null) {
        return null;
      }
      if (kept >= most) {
        return last;
      }
    }
    return last;
  }

  /** The flags that only some of their users have: they may be taken further for days. */
  private static Set<String> onTheirWay(Collection<StoredEvent> events) {
    return events.stream()
        .map(StoredEvent::event)
        .filter(RecordedChanges::isPartly)
        .flatMap(event -> event.targets().stream())
        .map(Target::resource)
        .filter(Objects::nonNull)
        .map(resource -> resource.kind() + "/" + resource.name())
        .distinct()
        .limit(MOST_FLAGS)
        .collect(Collectors.toSet());
  }

  private static boolean isPartly(AuditEvent event) {
    Double rollout = event.change().rollout();
    return event.change().kind().equals(ChangeKind.FEATURE_FLAG)
        && rollout != null
        && rollout > 0
        && rollout < 100;
  }

  /**
   * How the commits that were deployed last came to their branches, and when those were rewritten
   * in between.
   */
  private List<StoredEvent> commits(Scope scope, Collection<StoredEvent> events) {
    Set<String> revisions =
        events.stream()
            .map(StoredEvent::event)
            .filter(event -> event.change().kind().equals(ChangeKind.DEPLOYMENT))
            .sorted(Comparator.comparing(AuditEvent::time).reversed())
            .flatMap(event -> event.provenance().commit().stream())
            .map(Provenance.Vcs::revision)
            .filter(Objects::nonNull)
            .distinct()
            .limit(MOST_REVISIONS)
            .collect(Collectors.toSet());
    if (revisions.size() < 2) {
      return List.of(); // nothing to compare
    }
    Query code = Query.all().where(Field.KIND, ChangeKind.CODE.name());
    List<StoredEvent> came = first(scope, code.where(Field.REVISION, revisions));
    Set<String> repositories =
        came.stream()
            .flatMap(event -> event.event().provenance().commit().stream())
            .map(Provenance.Vcs::repository)
            .filter(Objects::nonNull)
            .collect(Collectors.toSet());
    if (repositories.isEmpty()) {
      return List.of();
    }
    List<StoredEvent> all = new ArrayList<>(came);
    all.addAll(
        first(
            scope,
            code.where(Field.ACTION, Change.FORCE_PUSH).where(Field.REPOSITORY, repositories)));
    return all;
  }

  private List<StoredEvent> first(Scope scope, Query query) {
    return store
        .search(scope, query, View.FOLDED, Order.NEWEST_FIRST, null, AuditStore.MAX_PAGE)
        .events();
  }

  private List<ObservedChange> group(
      Map<String, StoredEvent> events,
      List<StoredEvent> commits,
      Catalogue catalogue,
      Instant asOf) {
    List<Observation> observations = new ArrayList<>(events.size());
    Stream.concat(events.values().stream(), commits.stream())
        .filter(stored -> !stored.conflicting())
        .forEach(
            stored ->
                observations.add(new Observation(stored.eventId(), stored.seq(), stored.event())));
    return ChangeGrouping.group(observations, catalogue, finishLimit, asOf);
  }
}
