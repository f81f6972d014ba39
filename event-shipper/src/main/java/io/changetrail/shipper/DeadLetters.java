// SPDX-License-Identifier: Apache-2.0
package io.changetrail.shipper;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The events that one destination refuses, one file each with the reason, the oldest first. Bounded
 * in bytes: beyond that the oldest go. Safe for use by several threads.
 */
final class DeadLetters {
  private static final JsonMapper JSON = new JsonMapper();
  private static final System.Logger LOG = System.getLogger(DeadLetters.class.getName());

  private final Path directory;
  private final long maxBytes;
  private int count;

  DeadLetters(Path directory, long maxBytes) throws IOException {
    this.directory = Files.createDirectories(directory);
    this.maxBytes = maxBytes;
    count = files().size();
  }

  /** Parks an event; done again for the same place, it is still one. */
  synchronized void park(Entry.Event entry, String reason, Instant at) throws IOException {
    String name =
        String.format("%016x-%016x.json", entry.place().segment(), entry.place().offset());
    ObjectNode letter = JsonNodeFactory.instance.objectNode();
    letter.put("reason", reason).put("at", at.toString());
    letter.put("number", entry.number()).put("epoch", entry.sequence().epoch());
    letter.set("event", JSON.readTree(entry.json()));
    Cursor.write(directory.resolve(name), JSON.writeValueAsBytes(letter));
    removeOldest();
  }

  private void removeOldest() throws IOException {
    List<Path> files = files();
    long bytes = 0;
    for (Path file : files) {
      bytes += Files.size(file);
    }
    count = files.size();
    for (Path file : files) {
      if (bytes <= maxBytes) {
        return;
      }
      LOG.log(
          System.Logger.Level.WARNING,
          "too many events were refused; the oldest is given up: {0}",
          file);
      bytes -= Files.size(file);
      Files.delete(file);
      count--;
    }
  }

  /** Refused again: the newest reason stands. */
  synchronized void refuse(DeadLetter letter, String reason, Instant at) throws IOException {
    if (JSON.readTree(Files.readAllBytes(letter.file())) instanceof ObjectNode known) {
      known.put("reason", reason).put("at", at.toString());
      Cursor.write(letter.file(), JSON.writeValueAsBytes(known));
    }
  }

  synchronized void remove(DeadLetter letter) throws IOException {
    if (Files.deleteIfExists(letter.file())) {
      count--;
    }
  }

  synchronized int count() {
    return count;
  }

  /** The files, the oldest first. */
  synchronized List<Path> files() throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      return all.filter(file -> file.toString().endsWith(".json")).sorted().toList();
    }
  }

  /** What a file holds; {@code null} if that cannot be told, which keeps no other from going. */
  synchronized @Nullable DeadLetter read(Path file) {
    try {
      JsonNode event = JSON.readTree(Files.readAllBytes(file)).path("event");
      if (event.isObject()) {
        return new DeadLetter(file, JSON.writeValueAsBytes(event));
      }
      LOG.log(System.Logger.Level.WARNING, "{0} holds no event and is left as it is", file);
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "{0} cannot be read and is left as it is: {1}", file, e);
    }
    return null;
  }
}
