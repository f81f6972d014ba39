// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store.embedded;

import io.changetrail.store.StoreException;
import io.changetrail.store.StoreFullException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** One connection with its prepared statements. Used by one thread at a time. */
final class Database implements AutoCloseable {
  private static final int CACHE_KIB = 64 << 10;

  static final String NO_SPACE =
      "no space is left for the audit store; free space on its disk or raise its limit";

  private final Connection connection;
  private final Map<String, PreparedStatement> statements = new LinkedHashMap<>();

  private Database(Connection connection) {
    this.connection = connection;
  }

  static Database open(Path file, boolean readOnly) {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.setCacheSize(readOnly ? -CACHE_KIB / 8 : -CACHE_KIB);
    config.setTempStore(SQLiteConfig.TempStore.MEMORY);
    config.setBusyTimeout(10_000);
    // the driver would ask for the last row id after every single insert
    config.setGetGeneratedKeys(false);
    config.setTransactionMode(
        readOnly ? SQLiteConfig.TransactionMode.DEFERRED : SQLiteConfig.TransactionMode.IMMEDIATE);
    try {
      Database database = new Database(config.createConnection("jdbc:sqlite:" + file));
      if (readOnly) {
        database.run("PRAGMA query_only = true");
      }
      return database;
    } catch (SQLException e) {
      throw failure("cannot open " + file, e);
    }
  }

  /** Lets the file grow to this size at most; one that is larger already does not grow. */
  void limit(long bytes) {
    long pages = Math.max(1, Math.min(bytes / pageBytes(), 0xfffffffeL));
    query(ResultSet::next, "PRAGMA max_page_count = " + pages);
  }

  /** How many bytes fit into the file before it is as large as this. */
  long room(long maxBytes) {
    long pages = number("PRAGMA page_count") - number("PRAGMA freelist_count");
    return maxBytes - pages * pageBytes();
  }

  private long pageBytes() {
    return number("PRAGMA page_size");
  }

  /** The number that a query finds first; 0 if it finds nothing. */
  long number(String sql, @Nullable Object... parameters) {
    return query(rows -> rows.next() ? rows.getLong(1) : 0L, sql, parameters);
  }

  Connection connection() {
    return connection;
  }

  /** The statement with its parameters set; valid until it is asked for again. */
  PreparedStatement prepare(String sql, @Nullable Object... parameters) {
    try {
      PreparedStatement statement = statements.get(sql);
      if (statement == null) {
        statement = connection.prepareStatement(sql);
        statements.put(sql, statement);
      }
      for (int i = 0; i < parameters.length; i++) {
        Object parameter = parameters[i];
        if (parameter instanceof Long number) {
          statement.setLong(i + 1, number);
        } else if (parameter instanceof byte[] bytes) {
          statement.setBytes(i + 1, bytes);
        } else if (parameter == null) {
          statement.setNull(i + 1, Types.NULL);
        } else {
          statement.setString(i + 1, (String) parameter);
        }
      }
      return statement;
    } catch (SQLException e) {
      throw failure("cannot prepare a statement", e);
    }
  }

  int update(String sql, @Nullable Object... parameters) {
    try {
      return prepare(sql, parameters).executeUpdate();
    } catch (SQLException e) {
      statements.remove(sql); // the driver has closed it
      throw failure("cannot write", e);
    }
  }

  <T extends @Nullable Object> T query(Rows<T> reader, String sql, @Nullable Object... parameters) {
    try (ResultSet rows = prepare(sql, parameters).executeQuery()) {
      return reader.read(rows);
    } catch (SQLException e) {
      statements.remove(sql); // the driver has closed it
      throw failure("cannot read", e);
    }
  }

  /** What is read of each row. */
  <T> List<T> list(Rows<T> row, String sql, @Nullable Object... parameters) {
    return query(
        rows -> {
          List<T> all = new ArrayList<>();
          while (rows.next()) {
            all.add(row.read(rows));
          }
          return all;
        },
        sql,
        parameters);
  }

  /** Runs a statement that takes no parameters and is not worth keeping. */
  void run(String sql) {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw failure("cannot run " + sql.split(" ", 2)[0], e);
    }
  }

  void begin() {
    run("BEGIN");
  }

  void beginWriting() {
    run("BEGIN IMMEDIATE");
  }

  void commit() {
    run("COMMIT");
  }

  void rollback() {
    try (Statement statement = connection.createStatement()) {
      statement.execute("ROLLBACK");
    } catch (SQLException alreadyRolledBack) {
      // SQLite rolls back by itself on a full disk or an I/O error; then there is nothing to do
    }
  }

  static RuntimeException failure(String what, SQLException e) {
    if (e instanceof SQLiteException sqlite
        && (sqlite.getResultCode() == SQLiteErrorCode.SQLITE_FULL
            || sqlite.getResultCode() == SQLiteErrorCode.SQLITE_IOERR_WRITE)) {
      return new StoreFullException(NO_SPACE, e);
    }
    return new StoreException(what + ": " + e.getMessage(), e);
  }

  @Override
  public void close() {
    try {
      for (PreparedStatement statement : statements.values()) {
        statement.close();
      }
      connection.close();
    } catch (SQLException e) {
      throw failure("cannot close the data file", e);
    }
  }

  /** Reads the rows of a query, or the one that they stand at. */
  interface Rows<T extends @Nullable Object> {
    T read(ResultSet rows) throws SQLException;
  }
}
