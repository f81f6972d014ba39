// SPDX-License-Identifier: Apache-2.0
package io.changetrail.shipper;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Keeps a spool for one journal. */
final class SpoolLock implements AutoCloseable {
  /**
   * What this process holds. Where locks are those of POSIX, closing any other opening of the file
   * lets go of the process's lock on it, so a second one must not come as far as opening it.
   */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path directory;
  private final RandomAccessFile file;

  private SpoolLock(Path directory, RandomAccessFile file) {
    this.directory = directory;
    this.file = file;
  }

  /**
   * @throws SpoolException if somebody has it, in this process or another
   */
  static SpoolLock of(Path directory) throws IOException {
    Path real = directory.toRealPath();
    if (!HELD.add(real)) {
      throw inUse(directory);
    }
    boolean taken = false;
    try {
      RandomAccessFile file = new RandomAccessFile(directory.resolve("LOCK").toFile(), "rw");
      try {
        FileLock lock = file.getChannel().tryLock();
        taken = lock != null;
      } catch (OverlappingFileLockException e) {
        // Held by this process, by a class of another loader that has a set of its own.
        throw inUse(directory);
      } finally {
        if (!taken) {
          file.close();
        }
      }
      if (!taken) {
        throw inUse(directory);
      }
      return new SpoolLock(real, file);
    } finally {
      if (!taken) {
        HELD.remove(real);
      }
    }
  }

  private static SpoolException inUse(Path directory) {
    return new SpoolException(
        "the spool "
            + directory
            + " is in use; give each process a directory of its own, or stop the other one");
  }

  @Override
  public void close() throws IOException {
    try {
      file.close();
    } finally {
      HELD.remove(directory);
    }
  }
}
