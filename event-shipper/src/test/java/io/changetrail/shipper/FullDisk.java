// SPDX-License-Identifier: Apache-2.0
package io.changetrail.shipper;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A spool that no further segment fits into: directories lie where their files would be made,
 * whoever tries. What goes into the newest one is still taken.
 */
final class FullDisk {
  private static final int NAMES = 300;

  private final List<Path> inTheWay = new ArrayList<>();

  FullDisk(Path spool) throws IOException {
    long newest;
    try (Stream<Path> files = Files.list(spool)) {
      newest =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> name.endsWith(".journal"))
              .mapToLong(name -> Long.parseUnsignedLong(name.substring(0, 16), 16))
              .max()
              .orElse(0);
    }
    for (int i = 1; i <= NAMES; i++) {
      inTheWay.add(
          Files.createDirectory(spool.resolve(String.format("%016x.journal", newest + i))));
    }
  }

  void free() throws IOException {
    for (Path directory : inTheWay) {
      Files.delete(directory);
    }
  }
}
