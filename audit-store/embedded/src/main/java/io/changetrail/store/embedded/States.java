// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store.embedded;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Target;
import io.changetrail.store.ResourceKey;
import io.changetrail.store.ResourceState;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The states of resources: a baseline has seq 0, any other state the seq of its event. */
final class States {
  private static final String COLUMNS =
      "resource_state.time, resource_state.seq, resource_state.hash, resource_state.target,"
          + " resource_state.state, resource.source, resource.key";

  /** The service of a state's target; indexed, as a resource may pass from one to another. */
  private static final String SERVICE = "resource_state.target ->> '$[0]'";

  static final List<String> INDEXES =
      List.of(
          "CREATE INDEX IF NOT EXISTS resource_state_service ON resource_state (target ->> '$[0]')",
          "CREATE INDEX IF NOT EXISTS resource_state_seq ON resource_state (seq)");

  private final Database database;

  States(Database database) {
    this.database = database;
  }

  /** The hash of the latest state of a resource; empty if it has none or is deleted. */
  String currentHash(String tenant, ResourceKey key) {
    return database.query(
        rows -> rows.next() ? rows.getString(1) : "",
        "SELECT hash FROM resource_state WHERE resource = (SELECT id FROM resource WHERE tenant = ?"
            + " AND source = ? AND key = ?) ORDER BY time DESC, seq DESC LIMIT 1",
        tenant,
        key.source(),
        key.key());
  }

  boolean hasState(String tenant, ResourceKey key) {
    return database.query(
        ResultSet::next,
        "SELECT 1 FROM resource_state WHERE resource = (SELECT id FROM resource WHERE tenant = ?"
            + " AND source = ? AND key = ?) LIMIT 1",
        tenant,
        key.source(),
        key.key());
  }

  void put(
      String tenant,
      ResourceKey key,
      Target target,
      long time,
      long seq,
      String hash,
      @Nullable JsonNode state) {
    database.update(
        "INSERT INTO resource (tenant, source, key, service, environment) VALUES (?, ?, ?, ?, ?)"
            + " ON CONFLICT (tenant, source, key) DO UPDATE SET service = excluded.service,"
            + " environment = excluded.environment",
        tenant,
        key.source(),
        key.key(),
        target.service(),
        target.environment());
    database.update(
        "INSERT OR REPLACE INTO resource_state (resource, time, seq, hash, target, state) SELECT"
            + " id, ?, ?, ?, ?, ? FROM resource WHERE tenant = ? AND source = ? AND key = ?",
        time,
        seq,
        hash,
        Term.of(target).value(),
        state == null ? null : Bodies.pack(state),
        tenant,
        key.source(),
        key.key());
  }

  Optional<Found> at(String tenant, ResourceKey key, long time) {
    return database.query(
        rows -> rows.next() ? Optional.of(read(rows)) : Optional.empty(),
        "SELECT "
            + COLUMNS
            + " FROM resource JOIN resource_state ON resource_state.resource = resource.id WHERE"
            + " tenant = ? AND source = ? AND key = ? AND time <= ? ORDER BY time DESC,"
            + " resource_state.seq DESC LIMIT 1",
        tenant,
        key.source(),
        key.key(),
        time);
  }

  /** The states at an instant of all resources of a tenant, or those of one service name. */
  List<Found> allAt(String tenant, @Nullable String service, long time) {
    String latest =
        "(SELECT time, seq FROM resource_state latest WHERE latest.resource = resource.id AND"
            + " latest.time <= ? ORDER BY time DESC, seq DESC LIMIT 1)";
    String sql =
        "SELECT "
            + COLUMNS
            + " FROM resource JOIN resource_state ON resource_state.resource = resource.id AND"
            + " (resource_state.time, resource_state.seq) = "
            + latest
            + " WHERE tenant = ?"
            + (service == null
                ? ""
                : " AND resource.id IN (SELECT resource FROM resource_state WHERE "
                    + SERVICE
                    + " = ?) AND "
                    + SERVICE
                    + " = ?");
    return service == null
        ? database.list(States::read, sql, time, tenant)
        : database.list(States::read, sql, time, tenant, service, service);
  }

  /** The newest states of a source's resources that are not deleted, in order of key. */
  List<Found> ofSource(String tenant, String source, String after, int limit) {
    return database.list(
        States::read,
        "SELECT "
            + COLUMNS
            + " FROM resource JOIN resource_state ON resource_state.resource = resource.id AND"
            + " (resource_state.time, resource_state.seq) = (SELECT time, seq FROM resource_state"
            + " latest WHERE latest.resource = resource.id ORDER BY time DESC, seq DESC LIMIT 1)"
            + " WHERE tenant = ? AND source = ? AND key > ? AND resource_state.state IS NOT NULL"
            + " ORDER BY key LIMIT ?",
        tenant,
        source,
        after,
        (long) limit);
  }

  /**
   * A state that an event brought.
   *
   * @param earlier the events that brought the states before it
   */
  record Kept(long resource, long time, boolean isDeleted, boolean isNewest, List<Long> earlier) {}

  /** The state that an event brought. */
  Optional<Kept> of(long seq) {
    return database.query(
        rows ->
            rows.next()
                ? Optional.of(
                    new Kept(
                        rows.getLong(1),
                        rows.getLong(2),
                        rows.getBoolean(3),
                        !rows.getBoolean(4),
                        earlier(rows.getLong(1), rows.getLong(2), seq)))
                : Optional.empty(),
        "SELECT resource, time, state IS NULL, EXISTS (SELECT 1 FROM resource_state later WHERE"
            + " later.resource = own.resource AND (later.time, later.seq) > (own.time, own.seq))"
            + " FROM resource_state own WHERE seq = ?",
        seq);
  }

  private List<Long> earlier(long resource, long time, long seq) {
    return database.list(
        row -> row.getLong(1),
        "SELECT seq FROM resource_state WHERE resource = ? AND (time, seq) < (?, ?) AND seq > 0",
        resource,
        time,
        seq);
  }

  /**
   * Forgets the state that an event brought, and the baseline before it: that would now seem to
   * have lasted longer than it did.
   */
  void delete(long seq) {
    of(seq).ifPresent(state -> delete(state, seq));
  }

  private void delete(Kept state, long seq) {
    database.update(
        "DELETE FROM resource_state WHERE resource = ? AND (seq = ? OR (seq = 0 AND time <= ?))",
        state.resource(),
        seq,
        state.time());
    database.update(
        "DELETE FROM resource WHERE id = ? AND NOT EXISTS (SELECT 1 FROM resource_state WHERE"
            + " resource = resource.id)",
        state.resource());
  }

  private static Found read(ResultSet rows) throws SQLException {
    byte[] state = rows.getBytes(5);
    return new Found(
        rows.getLong(1),
        rows.getLong(2),
        rows.getString(3),
        Term.target(rows.getString(4)),
        state,
        new ResourceKey(rows.getString(6), rows.getString(7)));
  }

  /** A state as it is kept. */
  record Found(
      long time, long seq, String hash, Target target, byte @Nullable [] packed, ResourceKey key) {
    boolean isDeleted() {
      return packed == null;
    }

    ResourceState toState(@Nullable String eventId) {
      return new ResourceState(
          key,
          target,
          Times.instant(time),
          packed == null ? null : Bodies.unpack(packed),
          hash,
          eventId);
    }
  }

  /** The target of an event that has a state. */
  static Target target(AuditEvent event) {
    return event.targets().get(0);
  }
}
