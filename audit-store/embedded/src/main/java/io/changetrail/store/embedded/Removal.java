// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store.embedded;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.content.Erasure;
import io.changetrail.store.Expiry;
import io.changetrail.store.Matching;
import io.changetrail.store.Query;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What goes away: old events, and personal data. Leaves and identities stay. */
final class Removal {
  private Removal() {}

  /** The next old events of a tenant behind a seq. */
  static List<Events.Row> candidates(Database database, String tenant, long afterSeq, int limit) {
    return database.query(
        rows -> {
          List<Events.Row> all = new ArrayList<>();
          while (rows.next()) {
            all.add(Events.read(rows));
          }
          return all;
        },
        "SELECT "
            + Events.COLUMNS
            + " FROM event WHERE seq > ? AND tenant = ? ORDER BY seq LIMIT ?",
        afterSeq,
        tenant,
        (long) limit);
  }

  static List<Query> holds(Database database, String tenant) {
    return database.query(
        rows -> {
          List<Query> holds = new ArrayList<>();
          while (rows.next()) {
            holds.add(QueryJson.read(rows.getString(1)));
          }
          return holds;
        },
        "SELECT query FROM hold WHERE tenant = ?",
        tenant);
  }

  /** Whether an event may go; an amendment goes when what it amends goes. */
  static boolean mayGo(Database database, Events.Row row, Expiry expiry, List<Query> holds) {
    Events events = new Events(database);
    Events.Row decisive = events.amended(row).orElse(row);
    AuditEvent subject = events.folded(decisive);
    return subject.time().isBefore(expiry.cutoff(subject.change().kind()))
        && holds.stream().noneMatch(hold -> Matching.matches(hold, subject))
        && !isNewestStateOfLiveResource(database, decisive.seq());
  }

  private static boolean isNewestStateOfLiveResource(Database database, long seq) {
    return database.query(
        java.sql.ResultSet::next,
        "SELECT 1 FROM resource_state own WHERE own.seq = ? AND own.state IS NOT NULL AND NOT"
            + " EXISTS (SELECT 1 FROM resource_state later WHERE later.resource = own.resource AND"
            + " (later.time, later.seq) > (own.time, own.seq))",
        seq);
  }

  /** Deletes an event with its amendments; says how many events that were. */
  static long delete(Writer writer, long seq) {
    Optional<Events.Row> row = writer.events().row(seq);
    if (row.isEmpty()) {
      return 0; // with what it amends
    }
    long gone = 1;
    if (!row.get().has(Flags.AMENDMENT)) {
      for (Events.Row amendment : writer.events().amendments(row.get())) {
        gone += delete(writer, amendment.seq());
      }
    }
    Set<Long> terms = new LinkedHashSet<>();
    Arrays.stream(TermList.unpack(row.get().terms()).all()).forEach(terms::add);
    writer.unlist(terms, row.get());
    Database database = writer.database();
    database.update("DELETE FROM event WHERE seq = ?", seq);
    database.update("DELETE FROM personal WHERE seq = ?", seq);
    database.update("DELETE FROM resource_state WHERE seq = ?", seq);
    database.update("DELETE FROM amendment WHERE seq = ?", seq);
    return gone;
  }

  /** An event's personal part. */
  record Personal(long seq, ObjectNode data) {}

  /** The next events of a tenant behind a seq that have a personal part. */
  static List<Personal> personal(Database database, String tenant, long afterSeq, int limit) {
    return database.query(
        rows -> {
          List<Personal> all = new ArrayList<>();
          while (rows.next()) {
            all.add(new Personal(rows.getLong(1), Bodies.unpackObject(rows.getBytes(2))));
          }
          return all;
        },
        "SELECT personal.seq, data FROM personal JOIN event ON event.seq = personal.seq WHERE"
            + " personal.seq > ? AND tenant = ? ORDER BY personal.seq LIMIT ?",
        afterSeq,
        tenant,
        (long) limit);
  }

  /** Takes what is of one account from the personal parts of events; says of how many. */
  static long erase(Writer writer, List<Long> seqs, Erasure erasure) {
    Database database = writer.database();
    database.run("PRAGMA secure_delete = true"); // what was there must not stay in free pages
    try {
      return seqs.stream().filter(seq -> erase(writer, seq, erasure)).count();
    } finally {
      database.run("PRAGMA secure_delete = false");
    }
  }

  private static boolean erase(Writer writer, long seq, Erasure erasure) {
    Optional<Events.Row> row = writer.events().row(seq);
    Optional<ObjectNode> rest =
        row.map(writer.events()::personal).flatMap(personal -> erasure.rest(personal));
    if (rest.isEmpty()) {
      return false;
    }
    writer
        .database()
        .update("UPDATE personal SET data = ? WHERE seq = ?", Bodies.pack(rest.get()), seq);
    writer.reindex(seq);
    writer.events().amended(row.get()).ifPresent(amended -> writer.reindex(amended.seq()));
    return true;
  }
}
