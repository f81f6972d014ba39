// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store.embedded;

import io.changetrail.store.StoreException;
import io.changetrail.store.StoreFullException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.stream.Stream;

/** Copies of the whole store in one file. */
final class Backup {
  private Backup() {}

  /**
   * Writes what one read transaction sees, while appends go on. The file has its name only when it
   * is whole and durable.
   */
  static void write(Database database, Path file) throws IOException {
    if (Files.exists(file)) {
      throw new IOException(file + " exists already; name a new file");
    }
    Path parent = file.toAbsolutePath().getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    Path part = file.resolveSibling(file.getFileName() + ".part");
    Files.deleteIfExists(part);
    try {
      database.update("VACUUM INTO ?", part.toString());
      publish(part, file);
    } catch (StoreException | StoreFullException e) {
      throw new IOException("cannot write " + file + ": " + e.getMessage(), e);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  private static void publish(Path part, Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    Path parent = file.toAbsolutePath().getParent();
    if (parent != null && !System.getProperty("os.name").startsWith("Windows")) {
      // the name itself is durable only when its directory is; Windows opens no directories
      try (FileChannel directory = FileChannel.open(parent, StandardOpenOption.READ)) {
        directory.force(true);
      }
    }
  }

  static void restore(Path backup, Path directory) {
    check(backup);
    try {
      Files.createDirectories(directory);
      try (Stream<Path> entries = Files.list(directory)) {
        if (entries.findAny().isPresent()) {
          throw new StoreException(
              "the directory " + directory + " is not empty; restore into a new one");
        }
      }
      Path part = directory.resolve(EmbeddedAuditStore.FILE + ".part");
      Files.copy(backup, part);
      publish(part, directory.resolve(EmbeddedAuditStore.FILE));
    } catch (IOException e) {
      throw new StoreException("cannot restore into " + directory + ": " + e.getMessage(), e);
    }
  }

  private static void check(Path backup) {
    if (!Files.isRegularFile(backup)) {
      throw new StoreException("there is no backup file " + backup);
    }
    try (Connection connection =
            DriverManager.getConnection(
                "jdbc:sqlite:file:" + backup.toUri().getRawPath() + "?mode=ro");
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("PRAGMA quick_check(1)")) {
      int version = Schema.version(connection);
      if (!row.next() || !row.getString(1).equals("ok") || version < 1) {
        throw new StoreException(backup + " is damaged, or no backup of an embedded store");
      }
      if (version > Schema.VERSION) {
        throw new StoreException(
            backup + " was written by a newer Changetrail (data version " + version + ")");
      }
    } catch (SQLException e) {
      throw new StoreException(backup + " is no backup of an embedded store", e);
    }
  }
}
