// SPDX-License-Identifier: Apache-2.0
package io.changetrail.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;

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
}
