// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store.embedded;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.content.Erasure;
import io.changetrail.store.Expiry;
import io.changetrail.store.Matching;
import io.changetrail.store.Query;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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

  /** Whether an event may go. */
  static boolean mayGo(Database database, Events.Row row, Expiry expiry, List<Query> holds) {
    Events events = new Events(database);
    AuditEvent event = events.folded(row);
    AuditEvent subject = event;
    if (event.amends() != null) {
      Events.Row amended = events.find(row.tenant(), event.amends()).orElse(null);
      if (amended != null) {
        return mayGo(database, amended, expiry, holds);
      }
    }
    return subject.time().isBefore(expiry.cutoff(subject.change().kind()))
        && holds.stream().noneMatch(hold -> Matching.matches(hold, subject))
        && !isNewestStateOfLiveResource(database, row.seq());
  }

  private static boolean isNewestStateOfLiveResource(Database database, long seq) {
    return database.query(
        java.sql.ResultSet::next,
        "SELECT 1 FROM resource_state own WHERE own.seq = ? AND own.state IS NOT NULL AND NOT"
            + " EXISTS (SELECT 1 FROM resource_state later WHERE later.resource = own.resource AND"
            + " (later.time, later.seq) > (own.time, own.seq))",
        seq);
  }

  static void delete(Database database, Events.Row row) {
    for (long term : TermList.unpack(row.terms()).all()) {
      database.update(
          "DELETE FROM posting WHERE term = ? AND time = ? AND seq = ?",
          term,
          row.time(),
          row.seq());
    }
    database.update("DELETE FROM event WHERE seq = ?", row.seq());
    database.update("DELETE FROM personal WHERE seq = ?", row.seq());
    database.update("DELETE FROM resource_state WHERE seq = ?", row.seq());
    database.update("DELETE FROM amendment WHERE seq = ?", row.seq());
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
