// SPDX-License-Identifier: Apache-2.0
package io.changetrail.benchmarks;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.util.List;
import org.sqlite.SQLiteConfig;

/**
 * What a database takes when events are rows of one table, by one connection, one transaction a
 * batch, durable at each commit: the body, a unique id, and the three indexes that look-ups by
 * commit, by service and by time need. No full text, no diff, no counts, no proof.
 */
final class PlainTable {
  private static final List<String> INDEXES =
      List.of(
          "CREATE INDEX by_commit ON event (revision)",
          "CREATE INDEX by_service ON event (service, environment, time)",
          "CREATE INDEX by_time ON event (time)");

  private PlainTable() {}

  /** Events a second that SQLite takes, with a write-ahead log that is synced at each commit. */
  static double sqlite(Path directory, List<List<Rows.Row>> batches) throws IOException {
    Path file = Files.createTempFile(directory, "plain", ".db");
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.setGetGeneratedKeys(false);
    config.setCacheSize(-(64 << 10));
    try (Connection connection = config.createConnection("jdbc:sqlite:" + file)) {
      return insert(connection, "seq INTEGER PRIMARY KEY", "BLOB", batches);
    } catch (SQLException e) {
      throw new IOException("plain SQLite failed", e);
    } finally {
      for (String suffix : List.of("", "-wal", "-shm")) {
        Files.deleteIfExists(file.resolveSibling(file.getFileName() + suffix));
      }
    }
  }

  /**
   * Events a second that PostgreSQL takes, with the settings that it comes with, so synced at each
   * commit, and a driver that sends many rows in one statement.
   */
  static double postgres(Path directory, List<List<Rows.Row>> batches) throws IOException {
    try (EmbeddedPostgres server =
            EmbeddedPostgres.builder()
                .setOverrideWorkingDirectory(directory.resolve("postgres-programs").toFile())
                .setDataDirectory(directory.resolve("postgres"))
                // ten seconds are too few on a machine that has much else to do
                .setPGStartupWait(Duration.ofMinutes(2))
                // what the library turns off because tests need no durability
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("full_page_writes", "on")
                .start();
        Connection connection =
            DriverManager.getConnection(
                server.getJdbcUrl("postgres", "postgres") + "&reWriteBatchedInserts=true")) {
      return insert(connection, "seq BIGSERIAL PRIMARY KEY", "BYTEA", batches);
    } catch (SQLException e) {
      throw new IOException("plain PostgreSQL failed", e);
    }
  }

  private static double insert(
      Connection connection, String sequence, String bytes, List<List<Rows.Row>> batches)
      throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute(
          "CREATE TABLE event ("
              + sequence
              + ", id TEXT UNIQUE, time BIGINT, service TEXT, environment TEXT, kind TEXT,"
              + " revision TEXT, body "
              + bytes
              + ")");
      for (String index : INDEXES) {
        statement.execute(index);
      }
    }
    connection.setAutoCommit(false);
    long began = System.nanoTime();
    long rows = 0;
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO event (id, time, service, environment, kind, revision, body)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?)")) {
      for (List<Rows.Row> batch : batches) {
        for (Rows.Row row : batch) {
          insert.setString(1, row.id());
          insert.setLong(2, row.micros());
          insert.setString(3, row.service());
          insert.setString(4, row.environment());
          insert.setString(5, row.kind());
          insert.setObject(6, row.revision(), Types.VARCHAR);
          insert.setBytes(7, row.body());
          insert.addBatch();
        }
        insert.executeBatch();
        connection.commit();
        rows += batch.size();
      }
    }
    return rows / ((System.nanoTime() - began) / 1e9);
  }
}
