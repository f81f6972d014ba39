// SPDX-License-Identifier: Apache-2.0
package io.changetrail.shipper;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Events on disk in the order in which they came, numbered by source, in segment files of which the
 * oldest go when the bound is reached. Safe for use by several threads.
 *
 * <p>A segment {@code <16 hex digits>.journal} is a sequence of records: body length (u32), CRC32C
 * of segment id and body (u32), body. The body of the first record is the type {@code H}, the epoch
 * and the last number of each source so far; of every other the type {@code E}, number (u64),
 * source, and the CloudEvent in JSON up to the end. Texts are length (u16) and UTF-8.
 *
 * <p>An append is one write without a sync: it survives the end of the process, not that of the
 * operating system; {@link #sync} makes it survive that too. Files are written through {@link
 * RandomAccessFile}, because an interrupted thread would close a channel, and hosts do interrupt.
 */
final class Journal implements AutoCloseable {
  static final String SPOOL_FULL = "spool full";
  private static final String DAMAGED = "spool damaged";
  private static final int FRAME = 8;
  private static final int LARGEST = 16 << 20;

  private final Path directory;
  private final RandomAccessFile lock;
  private final String epoch;
  private final long maxBytes;
  private final long segmentBytes;
  private final InstantSource clock;
  private final Consumer<Loss> losses;
  private final Map<String, Long> last = new LinkedHashMap<>();
  private final TreeMap<Long, Segment> segments = new TreeMap<>();
  private RandomAccessFile active;
  private long released;

  /** What is known of one file. */
  private static final class Segment {
    private final Path file;
    private String epoch = "";
    private final Map<String, Long> before = new LinkedHashMap<>();
    private final Map<String, Long> until = new LinkedHashMap<>();
    private long size;

    Segment(Path file) {
      this.file = file;
    }
  }

  /**
   * Opens the journal of a directory, or begins one. What a crash left half-written is cut off.
   *
   * @param epoch for a journal that begins
   * @param maxBytes the oldest segments go before it is exceeded; at least 64 KiB
   * @param losses is told which numbers went before they were {@linkplain #release released}
   * @throws SpoolException if another process has it open
   */
  Journal(Path directory, String epoch, long maxBytes, InstantSource clock, Consumer<Loss> losses)
      throws IOException {
    this.directory = Files.createDirectories(directory);
    this.maxBytes = Math.max(64 << 10, maxBytes);
    this.segmentBytes = Math.min(8 << 20, this.maxBytes / 8);
    this.clock = clock;
    this.losses = losses;
    lock = lock(directory);
    try {
      recover();
      this.epoch = segments.isEmpty() ? epoch : segments.lastEntry().getValue().epoch;
      active = segments.isEmpty() ? begin(1) : resume();
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  private static RandomAccessFile lock(Path directory) throws IOException {
    RandomAccessFile file = new RandomAccessFile(directory.resolve("LOCK").toFile(), "rw");
    try {
      FileLock lock = file.getChannel().tryLock();
      if (lock != null) {
        return file;
      }
    } catch (OverlappingFileLockException e) {
      // Held by this process: as taken as by another.
    }
    file.close();
    throw new SpoolException(
        "the spool "
            + directory
            + " is in use; give each process a directory of its own, or stop the other one");
  }

  private void recover() throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(directory)) {
      files = all.filter(file -> file.toString().endsWith(".journal")).sorted().toList();
    }
    boolean damaged = false;
    for (Path file : files) {
      long id = Long.parseUnsignedLong(file.getFileName().toString().substring(0, 16), 16);
      Segment segment = new Segment(file);
      if (!scan(id, segment)) {
        Files.delete(file); // its beginning was never written: nothing is in it
        continue;
      }
      if (damaged) {
        tellWhatIsMissing(segment);
      }
      damaged = Files.size(file) > segment.size;
      segments.put(id, segment);
      last.clear();
      last.putAll(segment.before);
      last.putAll(segment.until);
    }
    if (!segments.isEmpty()) {
      released = segments.firstKey();
    }
  }

  /** A segment says where the numbers stood before it: the one before may end short of that. */
  private void tellWhatIsMissing(Segment segment) {
    segment.before.forEach(
        (source, number) -> {
          long known = last.getOrDefault(source, 0L);
          if (number > known) {
            losses.accept(
                new Loss(source, segment.epoch, known + 1, number, DAMAGED, clock.instant()));
          }
        });
  }

  /** Reads what is whole; false if not even the header is. */
  private static boolean scan(long id, Segment segment) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(segment.file.toFile(), "r")) {
      ByteBuffer header = body(file, id, 0);
      if (header == null || header.get() != 'H') {
        return false;
      }
      segment.epoch = text(header);
      for (int sources = header.getInt(); sources > 0; sources--) {
        segment.before.put(text(header), header.getLong());
      }
      segment.size = (long) FRAME + header.limit();
      ByteBuffer event = body(file, id, segment.size);
      while (event != null) {
        segment.size += FRAME + event.limit();
        event.get();
        long number = event.getLong();
        segment.until.put(text(event), number);
        event = body(file, id, segment.size);
      }
      return true;
    }
  }

  /** The body of the record at an offset; null if there is no whole one. */
  private static @Nullable ByteBuffer body(RandomAccessFile file, long id, long offset)
      throws IOException {
    long left = file.length() - offset;
    if (left < FRAME) {
      return null;
    }
    file.seek(offset);
    int length = file.readInt();
    int crc = file.readInt();
    if (length < 1 || length > LARGEST || length > left - FRAME) {
      return null;
    }
    byte[] body = new byte[length];
    file.readFully(body);
    return crc(id, body) == crc ? ByteBuffer.wrap(body) : null;
  }

  private static int crc(long id, byte[] body) {
    CRC32C crc = new CRC32C();
    crc.update(ByteBuffer.allocate(8).putLong(0, id));
    crc.update(body);
    return (int) crc.getValue();
  }

  private static String text(ByteBuffer body) {
    byte[] utf8 = new byte[Short.toUnsignedInt(body.getShort())];
    body.get(utf8);
    return new String(utf8, StandardCharsets.UTF_8);
  }

  private static byte[] utf8(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    if (utf8.length > 0xffff) {
      throw new IllegalArgumentException("a name of more than 65535 bytes");
    }
    return utf8;
  }

  private RandomAccessFile begin(long id) throws IOException {
    Segment segment = new Segment(directory.resolve(String.format("%016x.journal", id)));
    segment.epoch = epoch;
    segment.before.putAll(last);
    int size = 1 + 2 + utf8(epoch).length + 4;
    for (String source : last.keySet()) {
      size += 2 + utf8(source).length + 8;
    }
    ByteBuffer body = ByteBuffer.allocate(size).put((byte) 'H');
    body.putShort((short) utf8(epoch).length).put(utf8(epoch)).putInt(last.size());
    last.forEach(
        (source, number) ->
            body.putShort((short) utf8(source).length).put(utf8(source)).putLong(number));
    RandomAccessFile file = new RandomAccessFile(segment.file.toFile(), "rw");
    byte[] record = framed(id, body.array());
    file.write(record);
    segment.size = record.length;
    segments.put(id, segment);
    return file;
  }

  private RandomAccessFile resume() throws IOException {
    Segment segment = segments.lastEntry().getValue();
    RandomAccessFile file = new RandomAccessFile(segment.file.toFile(), "rw");
    file.setLength(segment.size);
    file.seek(segment.size);
    return file;
  }

  private static byte[] framed(long id, byte[] body) {
    return ByteBuffer.allocate(FRAME + body.length)
        .putInt(body.length)
        .putInt(crc(id, body))
        .put(body)
        .array();
  }

  String epoch() {
    return epoch;
  }

  /**
   * Writes an event.
   *
   * @param encoded gives the event's JSON with its number
   * @return its number
   * @throws IOException if the disk does not take it; then the number is not used
   */
  synchronized long append(String source, LongFunction<byte[]> encoded) throws IOException {
    long number = last.getOrDefault(source, 0L) + 1;
    byte[] name = utf8(source);
    byte[] event = encoded.apply(number);
    ByteBuffer body = ByteBuffer.allocate(1 + 8 + 2 + name.length + event.length);
    body.put((byte) 'E').putLong(number).putShort((short) name.length).put(name).put(event);
    if (segments.lastEntry().getValue().size + FRAME + body.limit() > segmentBytes) {
      rotate();
    }
    Segment segment = segments.lastEntry().getValue();
    byte[] record = framed(segments.lastKey(), body.array());
    try {
      active.write(record);
    } catch (IOException e) {
      active.setLength(segment.size);
      active.seek(segment.size);
      throw e;
    }
    segment.size += record.length;
    segment.until.put(source, number);
    last.put(source, number);
    return number;
  }

  private void rotate() throws IOException {
    RandomAccessFile next = begin(segments.lastKey() + 1);
    active.getFD().sync();
    active.close();
    active = next;
    while (sizeBytes() + segmentBytes > maxBytes && segments.size() > 1) {
      drop(segments.firstKey());
    }
  }

  /** Tells of the loss first: a crash in between must not hide it. */
  private void drop(long id) throws IOException {
    Segment segment = segments.get(id);
    if (segment == null) {
      return;
    }
    if (id >= released) {
      segment.until.forEach(
          (source, until) ->
              losses.accept(
                  new Loss(
                      source,
                      segment.epoch,
                      segment.before.getOrDefault(source, 0L) + 1,
                      until,
                      SPOOL_FULL,
                      clock.instant())));
    }
    segments.remove(id);
    Files.deleteIfExists(segment.file);
  }

  /** The events from a place on, up to so many and so many bytes but at least one if there is. */
  synchronized List<Spooled> read(Place from, int maxEvents, long maxBatchBytes)
      throws IOException {
    List<Spooled> found = new ArrayList<>();
    long bytes = 0;
    for (Map.Entry<Long, Segment> entry : segments.tailMap(from.segment()).entrySet()) {
      long id = entry.getKey();
      Segment segment = entry.getValue();
      Place place = id == from.segment() && from.offset() > 0 ? from : new Place(id, 0, 0);
      try (RandomAccessFile file = new RandomAccessFile(segment.file.toFile(), "r")) {
        while (place.offset() < segment.size) {
          ByteBuffer body = body(file, id, place.offset());
          if (body == null) {
            break;
          }
          boolean header = body.get() == 'H';
          Place next =
              new Place(
                  id, place.offset() + FRAME + body.limit(), place.record() + (header ? 0 : 1));
          if (!header) {
            long number = body.getLong();
            String source = text(body);
            byte[] event = new byte[body.remaining()];
            body.get(event);
            bytes += event.length;
            if (found.size() == maxEvents || (bytes > maxBatchBytes && !found.isEmpty())) {
              return found;
            }
            found.add(new Spooled(place, next, segment.epoch, source, number, event));
          }
          place = next;
        }
      }
    }
    return found;
  }

  /** Nothing before this place is needed any more. */
  synchronized void release(Place place) throws IOException {
    released = Math.max(released, place.segment());
    if (!segments.isEmpty() && segments.firstKey() < released) {
      // The newer segment carries the numbers on, so it must be on disk before the older goes.
      active.getFD().sync();
    }
    while (segments.size() > 1 && segments.firstKey() < released) {
      drop(segments.firstKey());
    }
  }

  synchronized void sync() throws IOException {
    active.getFD().sync();
  }

  synchronized long sizeBytes() {
    return segments.values().stream().mapToLong(segment -> segment.size).sum();
  }

  @Override
  public synchronized void close() throws IOException {
    active.getFD().sync();
    active.close();
    lock.close();
  }
}
