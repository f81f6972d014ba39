// SPDX-License-Identifier: Apache-2.0
package io.changetrail.shipper;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Whether the one who had the spool before may have given out numbers that are not on disk: it was
 * ended while the disk took nothing, or the operating system went down with it. Then nobody can say
 * where its numbers ended, and a new epoch must begin.
 *
 * <p>One file of a fixed size that is written in place, which a full disk allows.
 */
final class Session {
  private static final int SIZE = 64;

  private final Path file;
  private final String boot = boot();
  private State state = State.NONE;

  private enum State {
    NONE,
    OPEN,
    FULL,
    CLOSED
  }

  Session(Path file) {
    this.file = file;
  }

  /** Whether the numbers that the spool shows are all that were given out by the one before. */
  boolean isPreviousCertain() throws IOException {
    if (!Files.exists(file)) {
      return true;
    }
    String[] words = Files.readString(file, StandardCharsets.ISO_8859_1).strip().split(" ", 2);
    return switch (words[0]) {
      case "CLOSED" -> true;
      case "OPEN" -> !boot.isEmpty() && words.length > 1 && words[1].equals(boot);
      default -> false;
    };
  }

  void open() throws IOException {
    write(State.OPEN);
  }

  /** Numbers are given out that the disk does not hold. */
  void full() throws IOException {
    write(State.FULL);
  }

  void closed() throws IOException {
    write(State.CLOSED);
  }

  private void write(State next) throws IOException {
    if (state == next) {
      return;
    }
    String line = String.format("%-" + (SIZE - 1) + "s%n", next + " " + boot);
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      out.write(line.getBytes(StandardCharsets.ISO_8859_1));
      if (next != State.FULL) {
        out.getFD().sync();
      }
    }
    state = next;
  }

  /** An id of the time since the operating system started; empty where it has none. */
  private static String boot() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
    } catch (IOException e) {
      // Not Linux. Then an end without a close counts as if the operating system had gone down.
      return "";
    }
  }
}
