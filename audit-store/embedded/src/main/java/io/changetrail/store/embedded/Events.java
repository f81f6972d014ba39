// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store.embedded;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.EventId;
import io.changetrail.model.EventRef;
import io.changetrail.model.Folding;
import io.changetrail.model.content.Leaf;
import io.changetrail.store.StoredEvent;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads single events of one connection. */
final class Events {
  static final String COLUMNS =
      "seq, tenant, id, time, ingested, clock_offset, flags, content, terms, body";

  /** With what is personal, which is almost always wanted too. */
  private static final String SELECT =
      "SELECT "
          + COLUMNS
          + ", (SELECT data FROM personal WHERE personal.seq = event.seq) FROM event WHERE ";

  private final Database database;
  private final DecodedEvents decoded;

  /** One that remembers nothing. */
  Events(Database database) {
    this(database, new DecodedEvents(0));
  }

  Events(Database database, DecodedEvents decoded) {
    this.database = database;
    this.decoded = decoded;
  }

  /**
   * A row of the event table.
   *
   * @param personal what is personal of it; {@code null} if nothing is
   */
  record Row(
      long seq,
      String tenant,
      byte[] id,
      long time,
      long ingested,
      @Nullable Long clockOffset,
      int flags,
      byte[] content,
      byte[] terms,
      byte[] body,
      byte @Nullable [] personal) {
    boolean has(int flag) {
      return Flags.has(flags, flag);
    }

    Brief brief() {
      return new Brief(seq, time, ingested, flags, terms);
    }
  }

  /** What is known of an event without its content. */
  record Brief(long seq, long time, long ingested, int flags, byte[] terms) {}

  Optional<Row> row(long seq) {
    return database.query(
        rows -> rows.next() ? Optional.of(read(rows)) : Optional.empty(), SELECT + "seq = ?", seq);
  }

  private static Row read(ResultSet rows) throws SQLException {
    long offset = rows.getLong(6);
    Long clockOffset = rows.wasNull() ? null : offset;
    return new Row(
        rows.getLong(1),
        rows.getString(2),
        rows.getBytes(3),
        rows.getLong(4),
        rows.getLong(5),
        clockOffset,
        rows.getInt(7),
        rows.getBytes(8),
        rows.getBytes(9),
        rows.getBytes(10),
        rows.getBytes(11));
  }

  /** The seq under which an id was given out, also of events that have expired; 0 if none. */
  long seqOf(byte[] id) {
    return database.number("SELECT seq FROM identity WHERE id = ?", (Object) id);
  }

  Optional<Row> find(String tenant, EventRef ref) {
    long seq = seqOf(EventId.of(tenant, ref).bytes());
    return seq == 0 ? Optional.empty() : row(seq);
  }

  /** The event as it was taken in. Unlike everything else here, for any number of threads. */
  AuditEvent raw(Row row) {
    return decoded
        .find(row)
        .orElseGet(
            () -> {
              AuditEvent event =
                  Leaf.restore(
                      Bodies.unpackObject(row.body()),
                      personal(row),
                      !row.has(Flags.NOTHING_UNMAPPED));
              decoded.put(row, event);
              return event;
            });
  }

  static ObjectNode personal(Row row) {
    return row.personal() == null ? Bodies.emptyObject() : Bodies.unpackObject(row.personal());
  }

  /** The event that an amendment amends, if it is there. */
  Optional<Row> amended(Row amendment) {
    return Optional.ofNullable(amendment.has(Flags.AMENDMENT) ? raw(amendment).amends() : null)
        .flatMap(ref -> find(amendment.tenant(), ref));
  }

  /** The event with its amendments. */
  AuditEvent folded(Row row) {
    AuditEvent event = raw(row);
    if (!row.has(Flags.AMENDED)) {
      return event;
    }
    List<AuditEvent> amendments = new ArrayList<>();
    for (Row amendment : amendments(row)) {
      amendments.add(raw(amendment));
    }
    return Folding.fold(event, amendments);
  }

  /** Those of these events that are there, in the order given. */
  List<Row> rows(List<Long> seqs) {
    Map<Long, Row> found = new HashMap<>();
    all("seq IN (SELECT value FROM json_each(?))", seqs.toString())
        .forEach(row -> found.put(row.seq(), row));
    return seqs.stream().map(found::get).filter(Objects::nonNull).toList();
  }

  /** The same without their content and in no order, in less than half the time. */
  List<Brief> briefs(List<Long> seqs) {
    return database.list(
        row ->
            new Brief(
                row.getLong(1), row.getLong(2), row.getLong(3), row.getInt(4), row.getBytes(5)),
        "SELECT seq, time, ingested, flags, terms FROM event"
            + " WHERE seq IN (SELECT value FROM json_each(?))",
        seqs.toString());
  }

  List<Row> amendments(Row amended) {
    return all(
        "seq IN (SELECT seq FROM amendment WHERE amended = ?) ORDER BY seq", (Object) amended.id());
  }

  /** The rows of a condition. */
  List<Row> all(String condition, Object... parameters) {
    return database.list(Events::read, SELECT + condition, parameters);
  }

  static StoredEvent stored(Row row, AuditEvent event, boolean reduced) {
    return new StoredEvent(
        row.seq(),
        EventId.of(row.id()).text(),
        row.tenant(),
        event,
        Times.instant(row.ingested()),
        row.clockOffset() == null ? null : Duration.ofNanos(row.clockOffset()),
        HexFormat.of().formatHex(row.content()),
        row.has(Flags.CONFLICT),
        reduced);
  }
}
