// SPDX-License-Identifier: Apache-2.0
package io.changetrail.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.sqlite.SQLiteConfig;

/** What this machine can do at best, by one thread: nothing that stores events can be faster. */
final class RawLimits {
  private static final ObjectMapper JSON = new ObjectMapper();

  private RawLimits() {}

  /** Syncs a second to the disk of the directory, each after one batch of 500 KB or one of 1 KB. */
  static double syncs(Path directory, int bytes, Duration time) throws IOException {
    Path file = Files.createTempFile(directory, "sync", ".raw");
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      ByteBuffer block = ByteBuffer.allocateDirect(bytes);
      long began = System.nanoTime();
      long end = began + time.toNanos();
      int syncs = 0;
      while (System.nanoTime() < end) {
        channel.write(block.clear());
        channel.force(false);
        syncs++;
      }
      return syncs / ((System.nanoTime() - began) / 1e9);
    } finally {
      Files.delete(file);
    }
  }

  /** Events a second that Jackson parses into trees. */
  static double parsed(List<byte[]> batches, Duration time) throws IOException {
    long began = System.nanoTime();
    long end = began + time.toNanos();
    long events = 0;
    int at = 0;
    while (System.nanoTime() < end) {
      events += JSON.readTree(batches.get(at++ % batches.size())).size();
    }
    return events / ((System.nanoTime() - began) / 1e9);
  }

  /**
   * Events a second that SQLite takes at the same durability, one transaction a batch: body, unique
   * id, and the three indexes that look-ups by commit, by service and by time would need. No full
   * text, no diff, no counts.
   */
  static double sqlite(Path directory, Rows rows, int batches) throws IOException {
    Path file = Files.createTempFile(directory, "plain", ".db");
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.setGetGeneratedKeys(false);
    config.setCacheSize(-(64 << 10));
    try (Connection connection = config.createConnection("jdbc:sqlite:" + file)) {
      try (var statement = connection.createStatement()) {
        statement.execute(
            "CREATE TABLE event (seq INTEGER PRIMARY KEY, id TEXT UNIQUE, time INTEGER,"
                + " service TEXT, environment TEXT, kind TEXT, revision TEXT, body BLOB)");
        statement.execute("CREATE INDEX by_commit ON event (revision)");
        statement.execute("CREATE INDEX by_service ON event (service, environment, time)");
        statement.execute("CREATE INDEX by_time ON event (time)");
      }
      connection.setAutoCommit(false);
      List<List<Rows.Row>> all = rows.batches(batches);
      long began = System.nanoTime();
      try (PreparedStatement insert =
          connection.prepareStatement(
              "INSERT INTO event (id, time, service, environment, kind, revision, body)"
                  + " VALUES (?, ?, ?, ?, ?, ?, ?)")) {
        for (List<Rows.Row> batch : all) {
          for (Rows.Row row : batch) {
            insert.setString(1, row.id());
            insert.setLong(2, row.micros());
            insert.setString(3, row.service());
            insert.setString(4, row.environment());
            insert.setString(5, row.kind());
            insert.setString(6, row.revision());
            insert.setBytes(7, row.body());
            insert.executeUpdate();
          }
          connection.commit();
        }
      }
      return batches * (double) IngestLoad.BATCH / ((System.nanoTime() - began) / 1e9);
    } catch (SQLException e) {
      throw new IOException("plain SQLite failed", e);
    } finally {
      for (String suffix : List.of("", "-wal", "-shm")) {
        Files.deleteIfExists(file.resolveSibling(file.getFileName() + suffix));
      }
    }
  }
}
