// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store.embedded;

import io.changetrail.model.Target;
import io.changetrail.model.catalogue.WorkloadSelector;
import io.changetrail.store.Field;
import io.changetrail.store.Matching;
import io.changetrail.store.Query;
import io.changetrail.store.Scope;
import io.changetrail.store.SearchText;
import io.changetrail.store.View;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * A query as posting lists: all of {@code clauses} must hold, and of each any of its terms. Every
 * condition is a clause, so every query is answered from the index.
 *
 * @param clauses ids of terms, in ascending order
 * @param everything ids of the terms that all events of the view have between them
 * @param byTarget whether an event with several targets may be found whose conditions hold of
 *     different ones, so that it has to be looked at
 * @param from first time, inclusive
 * @param to last time, exclusive
 */
record Plan(List<long[]> clauses, long[] everything, boolean byTarget, long from, long to) {
  /** Up to so many lists are walked side by side. */
  static final int FEW_TERMS = 256;

  /** To begin so many lists takes no longer than to find a page of events in two. */
  static final int FEW_TARGETS = 64;

  /** Nothing if some condition has no term at all: then there is no such event. */
  static Optional<Plan> of(
      Database database, Targets targets, Scope scope, Query query, View view) {
    Compiler compiler = new Compiler(database, scope.tenant(), view);
    Map<Field, Set<String>> ofTarget = new EnumMap<>(Field.class);
    query
        .fields()
        .forEach(
            (field, wanted) -> {
              if (field.isOfTarget()) {
                ofTarget.put(field, wanted);
              } else {
                compiler.field(field, wanted);
              }
            });
    // Each holds of some target; that all hold of one and the same is a condition of its own,
    // which most events fulfil, as they have one.
    boolean byTarget = scope.isWholeTenant() && ofTarget.size() > 1;
    // Of targets that only events as they were sent have, nothing is known.
    Set<String> few = byTarget && view == View.FOLDED ? few(targets, scope, ofTarget) : Set.of();
    if (!few.isEmpty()) {
      byTarget = false;
      compiler.anyOf(Term.TARGET, few);
    } else {
      ofTarget.forEach(
          (field, wanted) -> {
            compiler.field(field, wanted);
            if (field == Field.SERVICE) {
              compiler.orWorkloads(wanted, targets);
            }
          });
    }
    if (!scope.isWholeTenant()) {
      compiler.targets(
          targets.in(scope.tenant()),
          target -> scope.allows(target) && Matching.matches(ofTarget, target));
      if (view == View.RAW && ofTarget.isEmpty()) {
        compiler.orAmendments();
      }
    }
    if (query.text() != null) {
      SearchText.queryWords(query.text()).forEach(compiler::word);
    }
    if (!query.paths().isEmpty()) {
      compiler.paths(query.paths());
    }
    if (!query.values().isEmpty()) {
      compiler.anyOf(Term.VALUE, query.values());
    }
    if (compiler.clauses.isEmpty()) {
      compiler.anyOf(Term.ALL.field(), Set.of(Term.ALL.value()));
    }
    List<long[]> clauses =
        compiler.clauses.stream().map(ids -> ids.build().sorted().distinct().toArray()).toList();
    boolean impossible = clauses.stream().anyMatch(ids -> ids.length == 0);
    return impossible
        ? Optional.empty()
        : Optional.of(
            new Plan(
                clauses,
                compiler.everything(),
                byTarget,
                query.from() == null ? Long.MIN_VALUE : Times.nanos(query.from()),
                query.to() == null ? Long.MAX_VALUE : Times.nanos(query.to())));
  }

  /**
   * The terms of the targets of which all conditions hold, where it is known at once that these are
   * few: an environment has so many events that to look for those of a service among them takes
   * longer. Empty where there are many, or none is known.
   */
  private static Set<String> few(Targets targets, Scope scope, Map<Field, Set<String>> wanted) {
    Set<String> services = wanted.getOrDefault(Field.SERVICE, Set.of());
    if (services.isEmpty()
        || !targets.areKnown()
        || services.stream().anyMatch(name -> WorkloadSelector.ofTerm(name).isPresent())) {
      return Set.of();
    }
    Set<String> found =
        targets
            .in(scope.tenant())
            .of(services)
            .filter(target -> Matching.matches(wanted, target))
            .limit(FEW_TARGETS + 1)
            .map(target -> Term.of(target).value())
            .collect(Collectors.toSet());
    return found.size() > FEW_TARGETS ? Set.of() : found;
  }

  /** Conditions of few terms find the events; among those the others are looked for. */
  Cursor cursor(Database database, Direction direction) {
    List<Cursor> few = new ArrayList<>();
    for (long[] clause : clauses) {
      if (clause.length <= FEW_TERMS) {
        few.add(anyOf(database, clause, direction));
      }
    }
    Cursor cursor =
        few.isEmpty() ? anyOf(database, everything, direction) : AllOfCursor.of(few, direction);
    for (long[] clause : clauses) {
      if (clause.length > FEW_TERMS) {
        cursor = new ManyTermsCursor(database, clause, cursor, direction);
      }
    }
    return cursor;
  }

  private static Cursor anyOf(Database database, long[] terms, Direction direction) {
    List<Cursor> any = new ArrayList<>();
    for (long term : terms) {
      any.add(new TermCursor(database, term, direction));
    }
    return UnionCursor.of(any, direction);
  }

  /** Whether the cursor has left the time range for good. */
  boolean isBehind(Cursor cursor, Direction direction) {
    return cursor.atEnd()
        || (direction == Direction.UP ? cursor.time() >= to : cursor.time() < from);
  }

  private static final class Compiler {
    private final Database database;
    private final String tenant;
    private final View view;
    private final List<LongStream.Builder> clauses = new ArrayList<>();

    Compiler(Database database, String tenant, View view) {
      this.database = database;
      this.tenant = tenant;
      this.view = view;
    }

    long[] everything() {
      LongStream.Builder ids = LongStream.builder();
      either(ids, Term.ALL.field(), Set.of(Term.ALL.value()));
      return ids.build().toArray();
    }

    private LongStream.Builder clause() {
      LongStream.Builder ids = LongStream.builder();
      clauses.add(ids);
      return ids;
    }

    private LongStream.Builder lastClause() {
      return clauses.get(clauses.size() - 1);
    }

    void anyOf(String field, Collection<String> values) {
      either(clause(), field, values);
    }

    /** The terms, and in the raw view also as they hold of events as they were sent. */
    private void either(LongStream.Builder ids, String field, Collection<String> values) {
      add(ids, field, values);
      if (view == View.RAW) {
        add(ids, Term.raw(field), values);
      }
    }

    /** The targets that fit, by their ids: there may be a hundred thousand. */
    void targets(Targets.OfTenant targets, Predicate<Target> fits) {
      LongStream.Builder ids = clause();
      List<String> values = new ArrayList<>();
      targets.each(
          (id, target) -> {
            if (fits.test(target)) {
              ids.add(id);
              if (view == View.RAW) {
                values.add(Term.of(target).value());
              }
            }
          });
      add(ids, Term.raw(Term.TARGET), values);
    }

    private void add(LongStream.Builder ids, String field, Collection<String> values) {
      Dictionary.find(database, tenant, field, values).forEach(ids::add);
    }

    /**
     * An amendment without targets is seen by who sees what it amends, which may come later: all
     * are candidates, and judged when they are read.
     */
    void orAmendments() {
      add(lastClause(), Term.raw(Term.ALL.field()), Set.of(Term.ALL.value()));
    }

    /** Also the targets that are the workloads among these names of services. */
    void orWorkloads(Set<String> services, Targets targets) {
      Set<String> workloads = new LinkedHashSet<>(services);
      workloads.removeIf(name -> WorkloadSelector.ofTerm(name).isEmpty());
      if (!workloads.isEmpty()) {
        either(
            lastClause(),
            Term.TARGET,
            targets.in(tenant).all().stream()
                .filter(target -> Matching.isOfService(workloads, target))
                .map(target -> Term.of(target).value())
                .toList());
      }
    }

    void field(Field field, Set<String> wanted) {
      LongStream.Builder ids = clause();
      List<String> whole = new ArrayList<>();
      for (String value : wanted) {
        if (field == Field.REVISION && value.length() >= Matching.SHORTEST_REVISION) {
          startingWith(ids, new Term(field.wireName(), value));
        } else {
          whole.add(value);
        }
      }
      either(ids, field.wireName(), whole);
    }

    void word(String word) {
      if (word.endsWith("*")) {
        startingWith(clause(), new Term(Term.WORD, word.substring(0, word.length() - 1)));
      } else {
        anyOf(Term.WORD, Set.of(word));
      }
    }

    void paths(Set<String> wanted) {
      LongStream.Builder ids = clause();
      for (String path : wanted) {
        String end = Term.reversed(path);
        either(ids, Term.PATH, Set.of(end));
        startingWith(ids, new Term(Term.PATH, end + "."));
      }
    }

    private void startingWith(LongStream.Builder ids, Term term) {
      range(ids, term);
      if (view == View.RAW) {
        range(ids, term.raw());
      }
    }

    private void range(LongStream.Builder ids, Term term) {
      database
          .list(
              row -> row.getLong(1),
              "SELECT id FROM term WHERE tenant = ? AND field = ? AND value >= ? AND value < ?",
              tenant,
              term.field(),
              term.value(),
              term.value() + Character.toString(Character.MAX_CODE_POINT))
          .forEach(ids::add);
    }
  }
}
