// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store.embedded;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.content.Erasure;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What goes away: old events, and personal data. Leaves and identities stay. */
final class Removal {
  private Removal() {}

  static void delete(Writer writer, Events.Row row) {
    Set<Long> terms = new LinkedHashSet<>();
    Arrays.stream(TermList.unpack(row.terms()).all()).forEach(terms::add);
    writer.unlist(terms, row);
    Database database = writer.database();
    database.update("DELETE FROM event WHERE seq = ?", row.seq());
    database.update("DELETE FROM personal WHERE seq = ?", row.seq());
    database.update("DELETE FROM amendment WHERE seq = ?", row.seq());
    writer.states().delete(row.seq());
  }

  /** An event's personal part. */
  record Personal(long seq, ObjectNode data) {}

  /** The next events of a tenant behind a seq that have a personal part. */
  static List<Personal> personal(Database database, String tenant, long afterSeq, int limit) {
    return database.list(
        row -> new Personal(row.getLong(1), Bodies.unpackObject(row.getBytes(2))),
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
        row.map(Events::personal).flatMap(personal -> erasure.rest(personal));
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
