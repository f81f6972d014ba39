// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.query;

import io.changetrail.model.AuditEvent;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Provenance;
import io.changetrail.model.catalogue.Catalogue;
import io.changetrail.store.AuditStore;
import io.changetrail.store.AuditStore.Order;
import io.changetrail.store.Field;
import io.changetrail.store.Query;
import io.changetrail.store.Scope;
import io.changetrail.store.StoredEvent;
import io.changetrail.store.View;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Walks from events to those that they share a commit, a build, an artifact, a declared change or a
 * reference with, both ways and until nothing new is found: commit → build → artifact → rollout →
 * flag → incident.
 */
final class Lineage {
  /** Enough for a release of many services; more would be no chain that a person can read. */
  private static final int MAX_EVENTS = 300;

  /**
   * An event that shares a value with so many says nothing by it, such as a build of a monorepo.
   */
  private static final int MAX_JOINED = 100;

  private final AuditStore store;
  private final Scope scope;
  private final Map<String, Step> steps = new LinkedHashMap<>();
  private final Set<Edge> edges = new LinkedHashSet<>();
  private final Set<Join> walked = new LinkedHashSet<>();
  private boolean cut;

  Lineage(AuditStore store, Scope scope) {
    this.store = store;
    this.scope = scope;
  }

  /**
   * An event of the chain.
   *
   * @param relation how it was reached
   * @param distance over how many joins from where the walk began
   */
  record Step(StoredEvent event, String relation, int distance) {
    Stage stage() {
      return Stage.of(event.event().change().kind());
    }
  }

  /** Two events of the chain and what joins them. */
  record Edge(String from, String to, String relation) {}

  private record Join(Field field, String value, String words) {}

  /** Where in the way from commit to anomaly an event stands. */
  enum Stage {
    COMMIT,
    BUILD,
    ARTIFACT,
    DEPLOYMENT,
    CONFIG,
    FEATURE_FLAG,
    INCIDENT,
    OTHER;

    static Stage of(ChangeKind kind) {
      if (kind.equals(ChangeKind.CODE)) {
        return COMMIT;
      }
      for (Stage stage : values()) {
        if (stage.name().equalsIgnoreCase(kind.name())) {
          return stage;
        }
      }
      return OTHER;
    }
  }

  /** Starts at these events and walks as far as joins go. */
  Lineage walk(List<StoredEvent> seeds, String relation) {
    ArrayDeque<StoredEvent> open = new ArrayDeque<>();
    seeds.forEach(seed -> add(seed, relation, 0, open));
    while (!open.isEmpty()) {
      StoredEvent at = open.remove();
      for (EventRef ref : references(at.event())) {
        store
            .find(scope, ref, View.FOLDED)
            .ifPresent(found -> link(at, found, relation(at.event(), ref), open));
      }
      for (Join join : joins(at.event())) {
        if (walked.add(join)) {
          for (StoredEvent found : joined(join)) {
            if (isOnlyAmong(join, found)) {
              link(at, found, "brought by this push", new ArrayDeque<>());
            } else {
              link(at, found, join.words(), open);
            }
          }
        }
      }
    }
    return this;
  }

  private void add(StoredEvent event, String relation, int distance, ArrayDeque<StoredEvent> open) {
    if (steps.size() >= MAX_EVENTS) {
      cut = true;
    } else if (!steps.containsKey(event.eventId())) {
      steps.put(event.eventId(), new Step(event, relation, distance));
      open.add(event);
    }
  }

  private void link(
      StoredEvent from, StoredEvent to, String relation, ArrayDeque<StoredEvent> open) {
    if (from.eventId().equals(to.eventId())) {
      return;
    }
    add(to, relation, Objects.requireNonNull(steps.get(from.eventId())).distance() + 1, open);
    if (steps.containsKey(to.eventId())) {
      boolean forward = IN_ORDER.compare(from, to) <= 0;
      edges.add(
          new Edge(
              forward ? from.eventId() : to.eventId(),
              forward ? to.eventId() : from.eventId(),
              relation));
    }
  }

  private static final Comparator<StoredEvent> IN_ORDER =
      Comparator.comparing((StoredEvent event) -> event.event().time())
          .thenComparingLong(StoredEvent::seq);

  private List<StoredEvent> joined(Join join) {
    List<StoredEvent> found =
        store
            .search(
                scope,
                Query.all().where(join.field(), join.value()),
                View.FOLDED,
                Order.OLDEST_FIRST,
                null,
                MAX_JOINED + 1)
            .events();
    if (found.size() > MAX_JOINED) {
      cut = true;
      return found.subList(0, MAX_JOINED);
    }
    return found;
  }

  /** A push that brought a commit among others; what else it brought is of other chains. */
  private static boolean isOnlyAmong(Join join, StoredEvent found) {
    return join.field() == Field.REVISION
        && found
            .event()
            .provenance()
            .commit()
            .map(Provenance.Vcs::revision)
            .filter(revision -> revision.startsWith(join.value()))
            .isEmpty();
  }

  private static List<EventRef> references(AuditEvent event) {
    List<EventRef> references = new ArrayList<>(event.links().causedBy());
    if (event.change().rollbackOf() != null) {
      references.add(event.change().rollbackOf());
    }
    return references;
  }

  private static String relation(AuditEvent event, EventRef ref) {
    return ref.equals(event.change().rollbackOf()) ? "rolls back" : "caused by";
  }

  private static List<Join> joins(AuditEvent event) {
    List<Join> joins = new ArrayList<>();
    joins.add(new Join(Field.REFERS_TO, event.ref().toString(), "refers to it"));
    event
        .provenance()
        .commit()
        .map(Provenance.Vcs::revision)
        .ifPresent(revision -> joins.add(new Join(Field.REVISION, revision, "same revision")));
    event
        .provenance()
        .run()
        .map(Provenance.Build::runId)
        .ifPresent(run -> joins.add(new Join(Field.BUILD, run, "same build")));
    for (Provenance.Artifact artifact : event.provenance().artifacts()) {
      if (artifact.digest() != null) {
        joins.add(new Join(Field.DIGEST, artifact.digest(), "same artifact digest"));
      }
    }
    if (event.change().id() != null) {
      joins.add(new Join(Field.CHANGE, event.change().id(), "same declared change"));
    }
    event
        .links()
        .traceId()
        .ifPresent(trace -> joins.add(new Join(Field.TRACE, trace, "same trace")));
    return joins;
  }

  /** The chain in order of time. */
  List<Step> steps() {
    return steps.values().stream().sorted(Comparator.comparing(Step::event, IN_ORDER)).toList();
  }

  List<Edge> edges() {
    return List.copyOf(edges);
  }

  /**
   * Where the one change comes from that the walk began at; empty if it began elsewhere, or at what
   * alters no environment.
   */
  Optional<Roots> roots(Catalogue catalogue) {
    List<Step> start = steps.values().stream().filter(step -> step.distance() == 0).toList();
    return start.size() == 1 && start.get(0).event().event().change().kind().altersAnEnvironment()
        ? Optional.of(Roots.of(start.get(0), steps.values(), catalogue))
        : Optional.empty();
  }

  /** Whether there is more to it than was read. */
  List<String> cutOff() {
    return cut ? List.of("more: the chain was cut at " + steps.size() + " events") : List.of();
  }

  /** What a complete chain has and this one lacks, for people. */
  List<String> missing() {
    List<String> missing = new ArrayList<>();
    Set<Stage> stages = new LinkedHashSet<>();
    steps.values().forEach(step -> stages.add(step.stage()));
    boolean deployed = stages.contains(Stage.DEPLOYMENT);
    if (deployed && !has(event -> event.provenance().commit().map(Provenance.Vcs::revision))) {
      missing.add("commit: no event of the chain names a revision");
    }
    if (deployed && !stages.contains(Stage.BUILD) && !has(event -> event.provenance().run())) {
      missing.add("build: no event of the chain names a build");
    }
    if (deployed
        && !has(
            event ->
                event.provenance().artifacts().stream()
                    .map(Provenance.Artifact::digest)
                    .filter(Objects::nonNull)
                    .findFirst())) {
      missing.add("artifact: no event of the chain names a digest");
    }
    missing.addAll(cutOff());
    return missing;
  }

  private boolean has(java.util.function.Function<AuditEvent, Optional<?>> part) {
    return steps.values().stream().anyMatch(step -> part.apply(step.event().event()).isPresent());
  }
}
