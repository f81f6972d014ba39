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

/**
 * A query as posting lists: all of {@code clauses} must hold, and of each any of its terms. Every
 * condition is a clause, so every query is answered from the index.
 *
 * @param from first time, inclusive
 * @param to last time, exclusive
 */
record Plan(List<Set<Long>> clauses, long from, long to) {

  /** Nothing if some condition has no term at all: then there is no such event. */
  static Optional<Plan> of(
      Database database, Map<Long, Target> targets, Scope scope, Query query, View view) {
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
    if (scope.isWholeTenant() && ofTarget.size() == 1) {
      ofTarget.forEach(compiler::field);
      compiler.orWorkloads(ofTarget.getOrDefault(Field.SERVICE, Set.of()), targets.values());
    } else if (!scope.isWholeTenant() || !ofTarget.isEmpty()) {
      Set<Term> allowed = new LinkedHashSet<>();
      for (Target target : targets.values()) {
        if (scope.allows(target) && Matching.matches(ofTarget, target)) {
          allowed.add(Term.of(target));
        }
      }
      compiler.anyOf(allowed);
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
      Set<Term> values = new LinkedHashSet<>();
      query.values().forEach(value -> values.add(new Term(Term.VALUE, value)));
      compiler.anyOf(values);
    }
    if (compiler.clauses.isEmpty()) {
      compiler.anyOf(Set.of(Term.ALL));
    }
    boolean impossible = compiler.clauses.stream().anyMatch(Set::isEmpty);
    return impossible
        ? Optional.empty()
        : Optional.of(
            new Plan(
                compiler.clauses,
                query.from() == null ? Long.MIN_VALUE : Times.nanos(query.from()),
                query.to() == null ? Long.MAX_VALUE : Times.nanos(query.to())));
  }

  Cursor cursor(Database database, Direction direction) {
    List<Cursor> all = new ArrayList<>();
    for (Set<Long> clause : clauses) {
      List<Cursor> any = new ArrayList<>();
      clause.forEach(term -> any.add(new TermCursor(database, term, direction)));
      all.add(UnionCursor.of(any, direction));
    }
    return AllOfCursor.of(all, direction);
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
    private final List<Set<Long>> clauses = new ArrayList<>();

    Compiler(Database database, String tenant, View view) {
      this.database = database;
      this.tenant = tenant;
      this.view = view;
    }

    void anyOf(Set<Term> terms) {
      Set<Long> ids = new LinkedHashSet<>();
      for (Term term : terms) {
        add(ids, Dictionary.find(database, tenant, term));
        if (view == View.RAW) {
          add(ids, Dictionary.find(database, tenant, term.raw()));
        }
      }
      clauses.add(ids);
    }

    /**
     * An amendment without targets is seen by who sees what it amends, which may come later: all
     * are candidates, and judged when they are read.
     */
    void orAmendments() {
      add(clauses.get(clauses.size() - 1), Dictionary.find(database, tenant, Term.ALL.raw()));
    }

    /** Also the targets that are the workloads among these names of services. */
    void orWorkloads(Set<String> services, Collection<Target> targets) {
      Set<String> workloads = new LinkedHashSet<>(services);
      workloads.removeIf(name -> WorkloadSelector.ofTerm(name).isEmpty());
      if (workloads.isEmpty()) {
        return;
      }
      Set<Long> ids = clauses.get(clauses.size() - 1);
      for (Target target : targets) {
        if (Matching.isOfService(workloads, target)) {
          add(ids, Dictionary.find(database, tenant, Term.of(target)));
          if (view == View.RAW) {
            add(ids, Dictionary.find(database, tenant, Term.of(target).raw()));
          }
        }
      }
    }

    private static void add(Set<Long> ids, long id) {
      if (id != 0) {
        ids.add(id);
      }
    }

    void field(Field field, Set<String> wanted) {
      Set<Long> ids = new LinkedHashSet<>();
      for (String value : wanted) {
        Term term = new Term(field.wireName(), value);
        if (field == Field.REVISION && value.length() >= Matching.SHORTEST_REVISION) {
          ids.addAll(startingWith(term));
        } else {
          add(ids, Dictionary.find(database, tenant, term));
          if (view == View.RAW) {
            add(ids, Dictionary.find(database, tenant, term.raw()));
          }
        }
      }
      clauses.add(ids);
    }

    void word(String word) {
      if (word.endsWith("*")) {
        clauses.add(startingWith(new Term(Term.WORD, word.substring(0, word.length() - 1))));
      } else {
        anyOf(Set.of(new Term(Term.WORD, word)));
      }
    }

    void paths(Set<String> wanted) {
      Set<Long> ids = new LinkedHashSet<>();
      Set<Term> whole = new LinkedHashSet<>();
      for (String path : wanted) {
        String end = Term.reversed(path);
        whole.add(new Term(Term.PATH, end));
        ids.addAll(startingWith(new Term(Term.PATH, end + ".")));
      }
      anyOf(whole);
      clauses.get(clauses.size() - 1).addAll(ids);
    }

    private Set<Long> startingWith(Term term) {
      Set<Long> ids = new LinkedHashSet<>(range(term));
      if (view == View.RAW) {
        ids.addAll(range(term.raw()));
      }
      return ids;
    }

    private Set<Long> range(Term term) {
      return database.query(
          rows -> {
            Set<Long> ids = new LinkedHashSet<>();
            while (rows.next()) {
              ids.add(rows.getLong(1));
            }
            return ids;
          },
          "SELECT id FROM term WHERE tenant = ? AND field = ? AND value >= ? AND value < ?",
          tenant,
          term.field(),
          term.value(),
          term.value() + Character.toString(Character.MAX_CODE_POINT));
    }
  }
}
