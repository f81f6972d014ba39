// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store.embedded;

import io.changetrail.store.StoreException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * The tables, and the steps from older versions of them.
 *
 * <p>One inverted index answers every query: {@code posting} lists, for each term, the events that
 * have it in order of time. A term is a value of a field, a word, a changed path or a changed
 * value, by tenant.
 */
final class Schema {
  /** Written into the file; raised with every change to the tables. */
  static final int VERSION = 1;

  private static final List<String> TABLES =
      List.of(
          """
          CREATE TABLE event (
            seq INTEGER PRIMARY KEY,
            tenant TEXT NOT NULL,
            id BLOB NOT NULL,
            time INTEGER NOT NULL,
            ingested INTEGER NOT NULL,
            clock_offset INTEGER,
            flags INTEGER NOT NULL,
            content BLOB NOT NULL,
            terms BLOB NOT NULL,
            body BLOB NOT NULL)
          """,
          "CREATE TABLE identity (id BLOB PRIMARY KEY, seq INTEGER NOT NULL, content BLOB NOT NULL)"
              + " WITHOUT ROWID",
          "CREATE TABLE leaf (seq INTEGER PRIMARY KEY, hash BLOB NOT NULL)",
          "CREATE TABLE personal (seq INTEGER PRIMARY KEY, data BLOB NOT NULL)",
          "CREATE TABLE term (id INTEGER PRIMARY KEY, tenant TEXT NOT NULL, field TEXT NOT NULL,"
              + " value TEXT NOT NULL, UNIQUE (tenant, field, value))",
          "CREATE TABLE posting (term INTEGER NOT NULL, time INTEGER NOT NULL,"
              + " seq INTEGER NOT NULL, PRIMARY KEY (term, time, seq)) WITHOUT ROWID",
          "CREATE TABLE amendment (amended BLOB NOT NULL, seq INTEGER NOT NULL,"
              + " PRIMARY KEY (amended, seq)) WITHOUT ROWID",
          "CREATE TABLE resource (id INTEGER PRIMARY KEY, tenant TEXT NOT NULL,"
              + " source TEXT NOT NULL, key TEXT NOT NULL, service TEXT, environment TEXT,"
              + " UNIQUE (tenant, source, key))",
          "CREATE INDEX resource_service ON resource (tenant, service)",
          "CREATE TABLE resource_state (resource INTEGER NOT NULL, time INTEGER NOT NULL,"
              + " seq INTEGER NOT NULL, hash TEXT NOT NULL, target TEXT NOT NULL, state BLOB,"
              + " PRIMARY KEY (resource, time, seq)) WITHOUT ROWID",
          "CREATE TABLE source (tenant TEXT NOT NULL, source TEXT NOT NULL, status TEXT NOT NULL,"
              + " PRIMARY KEY (tenant, source)) WITHOUT ROWID",
          "CREATE TABLE hold (tenant TEXT NOT NULL, id TEXT NOT NULL, query TEXT NOT NULL,"
              + " PRIMARY KEY (tenant, id)) WITHOUT ROWID");

  private Schema() {}

  /** Creates the tables in a new file and checks the version of an old one. */
  static void prepare(Connection connection, String where) throws SQLException {
    int version = version(connection);
    if (version > VERSION) {
      throw new StoreException(
          where
              + " was written by a newer Changetrail (data version "
              + version
              + ", this one knows "
              + VERSION
              + "); start the newer one, or restore a backup of this version");
    }
    if (version == VERSION) {
      try (Statement statement = connection.createStatement()) {
        for (String index : States.INDEXES) {
          statement.execute(index); // files of this version may be older than it
        }
      }
      return;
    }
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      for (String table : TABLES) {
        statement.execute(table);
      }
      for (String index : States.INDEXES) {
        statement.execute(index);
      }
      statement.execute("PRAGMA user_version = " + VERSION);
      connection.commit();
    } finally {
      connection.setAutoCommit(true);
    }
  }

  static int version(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("PRAGMA user_version")) {
      return row.next() ? row.getInt(1) : 0;
    }
  }
}
