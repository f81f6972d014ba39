// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store.embedded;

import io.changetrail.store.StoreException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Keeps a second process out of the directory. */
final class DirectoryLock implements AutoCloseable {
  /**
   * What this process holds. Where locks are those of POSIX, closing any channel to the file lets
   * go of the process's lock on it, so a second opening must not come as far as opening it.
   */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path directory;
  private final FileChannel channel;

  private DirectoryLock(Path directory, FileChannel channel) {
    this.directory = directory;
    this.channel = channel;
  }

  static DirectoryLock take(Path directory) {
    try {
      Path real = directory.toRealPath();
      if (!HELD.add(real)) {
        throw inUse(directory, "this process");
      }
      boolean taken = false;
      try {
        DirectoryLock lock = take(directory, real);
        taken = true;
        return lock;
      } finally {
        if (!taken) {
          HELD.remove(real);
        }
      }
    } catch (IOException e) {
      throw new StoreException(
          "cannot lock the data directory " + directory + ": " + e.getMessage(), e);
    }
  }

  private static StoreException inUse(Path directory, String by) {
    return new StoreException(
        "the data directory "
            + directory
            + " is in use by "
            + by
            + "; stop that one or choose another directory");
  }

  private static DirectoryLock take(Path directory, Path real) throws IOException {
    Path file = directory.resolve("LOCK");
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      FileLock lock = channel.tryLock();
      if (lock == null) {
        throw inUse(directory, "process " + Files.readString(file).strip());
      }
      channel.truncate(0);
      channel.write(
          ByteBuffer.wrap(
              Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
      return new DirectoryLock(real, channel);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new StoreException("cannot release the data directory's lock", e);
    } finally {
      HELD.remove(directory);
    }
  }
}
