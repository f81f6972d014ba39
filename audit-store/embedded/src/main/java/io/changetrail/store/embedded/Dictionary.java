// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store.embedded;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Terms and their ids, as the writer sees them: what it has looked up or made lately is remembered.
 */
final class Dictionary {
  private static final int REMEMBERED = 200_000;

  /** A scope may allow a hundred thousand targets, whose texts together are many megabytes. */
  private static final int AT_ONCE = 1_000;

  private record Key(String tenant, Term term) {}

  private final Database database;
  private final Targets targets;

  /**
   * The highest id that was given out. None is given twice, also of a term that was dropped or
   * undone: readers with an older view of the file know targets by their ids.
   */
  private long lastId;

  /** Ids of targets that nothing names any more, with their tenant. */
  private final Map<Long, String> dropped = new HashMap<>();

  private final Map<Key, Long> ids =
      new LinkedHashMap<>(1024, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Long> eldest) {
          return size() > REMEMBERED;
        }
      };

  Dictionary(Database database, Targets targets) {
    this.database = database;
    this.targets = targets;
    this.lastId = database.number("SELECT max(id) FROM term");
  }

  /** The id of a term; a new one if there was none. */
  long id(String tenant, Term term) {
    Key key = new Key(tenant, term);
    Long known = ids.get(key);
    if (known != null) {
      return known;
    }
    long id = find(database, tenant, term);
    if (id == 0) {
      id = ++lastId;
      database.update(
          "INSERT INTO term (id, tenant, field, value) VALUES (?, ?, ?, ?)",
          id,
          tenant,
          term.field(),
          term.value());
      if (term.field().equals(Term.TARGET)) {
        targets.put(tenant, id, Term.target(term.value()));
      }
    }
    ids.put(key, id);
    return id;
  }

  /** The id of a term, or 0. */
  static long find(Database database, String tenant, Term term) {
    return database.number(
        "SELECT id FROM term WHERE tenant = ? AND field = ? AND value = ?",
        tenant,
        term.field(),
        term.value());
  }

  /** The ids of those of a field's terms that there are. */
  static List<Long> find(
      Database database, String tenant, String field, Collection<String> values) {
    List<Long> ids = new ArrayList<>();
    ArrayNode some = JsonNodeFactory.instance.arrayNode();
    int left = values.size();
    for (String value : values) {
      some.add(value);
      left--;
      if (some.size() == AT_ONCE || left == 0) {
        ids.addAll(
            database.list(
                row -> row.getLong(1),
                "SELECT id FROM term WHERE tenant = ? AND field = ? AND value IN"
                    + " (SELECT value FROM json_each(?))",
                tenant,
                field,
                some.toString()));
        some.removeAll();
      }
    }
    return ids;
  }

  /** Drops a term that no event has any more. */
  void dropUnused(long id) {
    database
        .query(
            rows ->
                rows.next()
                    ? Optional.of(
                        new Key(rows.getString(1), new Term(rows.getString(2), rows.getString(3))))
                    : Optional.<Key>empty(),
            "SELECT tenant, field, value FROM term WHERE id = ? AND NOT EXISTS (SELECT 1 FROM"
                + " posting WHERE term = ?)",
            id,
            id)
        .ifPresent(unused -> drop(id, unused));
  }

  private void drop(long id, Key unused) {
    database.update("DELETE FROM term WHERE id = ?", id);
    ids.remove(unused);
    if (unused.term().field().equals(Term.TARGET)) {
      dropped.put(id, unused.tenant());
    }
  }

  /** After a commit: targets that nothing names any more are no longer looked at. */
  void committed() {
    dropped.forEach((id, tenant) -> targets.remove(tenant, id));
    dropped.clear();
  }

  /** After a rollback: what was made in the transaction does not exist. */
  void forget() {
    ids.clear();
    dropped.clear();
  }
}
