// SPDX-License-Identifier: Apache-2.0
package io.changetrail.shipper;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How far one destination is in the journal, and which losses it has not been told yet: one file,
 * written anew and renamed. Losses are not noted when they happen but found here, by numbers that
 * do not follow upon each other or upon those that a segment begins with, so that none can be
 * missed. Not safe for use by several threads.
 */
final class Cursor {
  private static final JsonMapper JSON = new JsonMapper();
  private static final System.Logger LOG = System.getLogger(Cursor.class.getName());

  /** More reasons than that are not kept; the server sees the gap by its numbers all the same. */
  static final int MOST_LOSSES = 1000;

  private final Path file;
  private Place place;
  private String epoch;
  private final Map<Sequence, Long> handled = new LinkedHashMap<>();
  private final List<Loss> losses = new ArrayList<>();
  private long uncounted;
  private long lost;

  private Cursor(Path file, Place place, String epoch) {
    this.file = file;
    this.place = place;
    this.epoch = epoch;
  }

  /** The cursor of a destination that was here before, or one at the beginning of the journal. */
  static Cursor open(Path file, Journal journal) throws IOException {
    Cursor cursor = new Cursor(file, Place.START, "");
    if (!Files.exists(file)) {
      cursor.begin(journal);
      cursor.save();
      return cursor;
    }
    JsonNode json = read(file);
    if (!json.isObject()) {
      // Everything is sent again, and stored once all the same.
      LOG.log(System.Logger.Level.WARNING, "{0} is damaged; it begins anew", file);
      cursor.begin(journal);
      return cursor;
    }
    cursor.uncounted = json.path("uncounted").longValue();
    for (JsonNode each : json.path("handled")) {
      cursor.handled.put(Sequence.fromJson(each), each.path("last").longValue());
    }
    for (JsonNode each : json.path("losses")) {
      cursor.losses.add(Loss.fromJson(Sequence.fromJson(each), each));
    }
    Place place =
        new Place(
            json.path("segment").longValue(),
            json.path("offset").longValue(),
            json.path("record").longValue());
    cursor.epoch = json.path("epoch").asText();
    if (journal.knows(place, cursor.epoch)) {
      cursor.place = place;
    }
    return cursor;
  }

  private void begin(Journal journal) {
    handled.putAll(journal.beginning());
    uncounted = journal.uncountedBeginning();
  }

  private static JsonNode read(Path file) throws IOException {
    try {
      return JSON.readTree(Files.readAllBytes(file));
    } catch (JsonProcessingException e) {
      return MissingNode.getInstance();
    }
  }

  Place place() {
    return place;
  }

  /** Goes on behind an entry that was dealt with. */
  void pass(Entry entry, Journal journal) {
    if (entry instanceof Entry.Header beginning) {
      enter(beginning, journal);
    } else if (entry instanceof Entry.Lost found) {
      Loss loss = found.loss();
      miss(loss.sequence(), loss.first() - 1, journal);
      // Not counted as lost: it never was in the spool.
      note(loss);
      handled.merge(loss.sequence(), loss.last(), Math::max);
    } else if (entry instanceof Entry.Event event && event.number() > 0) {
      miss(event.sequence(), event.number() - 1, journal);
      handled.merge(event.sequence(), event.number(), Math::max);
    } else if (entry instanceof Entry.Event) {
      uncounted++;
    }
    place = entry.next();
  }

  /** Finds what is missing of the sequences of which nothing may come any more. */
  private void enter(Entry.Header beginning, Journal journal) {
    SegmentHeader header = beginning.header();
    journal
        .dropped()
        .forEach(
            (sequence, dropped) -> {
              // What went before this place was dealt with, and may be forgotten; of what went
              // behind this segment a part may have been read before.
              if (dropped.segment() >= place.segment()
                  && dropped.segment() < beginning.place().segment()) {
                miss(sequence, dropped.until(), journal);
              }
            });
    if (!epoch.isEmpty() && !epoch.equals(header.epoch())) {
      header.previousLast().forEach((sequence, last) -> miss(sequence, last, journal));
    }
    header.last().forEach((sequence, last) -> miss(sequence, last, journal));
    epoch = header.epoch();
    // Their numbers are those of another source, by which the server finds what is missing of it.
    if (uncounted < header.uncounted()) {
      lost += header.uncounted() - uncounted;
      uncounted = header.uncounted();
    }
  }

  /** What was not dealt with up to a number will not come any more. */
  private void miss(Sequence sequence, long until, Journal journal) {
    long before = handled(sequence);
    if (before < until) {
      lose(journal.explain(sequence, before + 1, until));
      handled.put(sequence, until);
    }
  }

  /** Notes a loss that the destination is to be told; joined with the one before if it can be. */
  void lose(Loss loss) {
    lost += loss.count();
    note(loss);
  }

  private void note(Loss loss) {
    for (int i = losses.size() - 1; i >= 0; i--) {
      Loss before = losses.get(i);
      if (before.sequence().equals(loss.sequence())
          && before.reason().equals(loss.reason())
          && before.last() == loss.first() - 1) {
        losses.set(
            i, new Loss(loss.sequence(), before.first(), loss.last(), loss.reason(), loss.at()));
        return;
      }
    }
    losses.add(loss);
    if (losses.size() > MOST_LOSSES) {
      losses.remove(0);
    }
  }

  /** The losses that the destination has not been told. */
  List<Loss> losses() {
    return List.copyOf(losses);
  }

  /** The destination knows of these now. */
  void told(List<Loss> known) {
    losses.removeAll(known);
  }

  /** The last number of a sequence that was dealt with; 0 if none was. */
  long handled(Sequence sequence) {
    return handled.getOrDefault(sequence, 0L);
  }

  /** How many events of the spool were found lost since the process began. */
  long lost() {
    return lost;
  }

  /** Makes it durable; either the old or the new file is there whenever it ends. */
  void save() throws IOException {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("segment", place.segment())
        .put("offset", place.offset())
        .put("record", place.record());
    json.put("epoch", epoch).put("uncounted", uncounted);
    ArrayNode numbers = json.putArray("handled");
    handled.forEach((sequence, number) -> numbers.add(sequence.toJson().put("last", number)));
    ArrayNode untold = json.putArray("losses");
    losses.forEach(loss -> untold.add(loss.sequence().toJson().setAll(loss.toJson())));
    write(file, JSON.writeValueAsBytes(json));
  }

  /** Forgets sequences of which nothing can come any more. */
  void forget(Journal journal) {
    handled
        .keySet()
        .removeIf(sequence -> !sequence.epoch().equals(epoch) && !journal.has(sequence.epoch()));
  }

  /**
   * Writes a file anew and renames it; in place, if the disk has no room for two. For unless the
   * cursor goes on nothing is let go, and the disk stays full. What that leaves half-written when
   * the process ends is found damaged, and everything sent again.
   */
  static void write(Path file, byte[] content) throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".tmp");
    try {
      try (FileOutputStream out = new FileOutputStream(fresh.toFile())) {
        out.write(content);
        out.getFD().sync();
      }
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      Files.deleteIfExists(fresh);
      if (!Files.exists(file)) {
        throw e;
      }
      writeInPlace(file, content);
    }
  }

  private static void writeInPlace(Path file, byte[] content) throws IOException {
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      out.write(content);
      out.setLength(content.length);
      out.getFD().sync();
    }
  }
}
