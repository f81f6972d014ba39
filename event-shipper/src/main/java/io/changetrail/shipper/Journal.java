// SPDX-License-Identifier: Apache-2.0
package io.changetrail.shipper;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Events on disk in the order in which they came, numbered by sequence, in segment files of which
 * the oldest go when the bound is reached. Safe for use by several threads. {@link Records} says
 * what the files hold.
 *
 * <p>An append is one write without a sync: it survives the end of the process, not that of the
 * operating system; {@link #sync} makes it survive that too, and is for another thread than that of
 * the caller. Files are written through {@link RandomAccessFile}, because an interrupted thread
 * would close a channel, and hosts do interrupt.
 *
 * <p>While the disk takes nothing, the newest segments are kept in at most {@value #MEMORY_BYTES}
 * bytes of memory, from which they are read like any others, and become files once the disk takes
 * them; beyond that the oldest of those in memory go.
 */
final class Journal implements AutoCloseable {
  static final int MEMORY_BYTES = 4 << 20;
  private static final int SEGMENT_BYTES = 8 << 20;

  /** Less than on disk: one goes as a whole, and becomes a file as a whole. */
  private static final int MEMORY_SEGMENT_BYTES = 256 << 10;

  private static final int CONDEMNED = 2;
  private static final int MOST_ENCODINGS = 3;

  /** Sequences of which nothing is left, and that destinations may not have been told of. */
  private static final int MOST_DROPPED = 200;

  private static final System.Logger LOG = System.getLogger(Journal.class.getName());

  private final Path directory;
  private final SpoolLock lock;
  private final Session session;
  private final long maxBytes;
  private final long segmentBytes;
  private final InstantSource clock;

  /** By their ids; those in memory are the newest. */
  private final TreeMap<Long, Segment> segments = new TreeMap<>();

  private final Map<Sequence, Long> last = new LinkedHashMap<>();

  /** How many events without a number were taken. */
  private long uncounted;

  private final Map<Sequence, SegmentHeader.Dropped> dropped = new LinkedHashMap<>();
  private String epoch = "";
  private @Nullable String previousEpoch;
  private Map<Sequence, Long> previousLast = Map.of();
  private long nextId = 1;

  /** Of the newest segment; {@code null} while that is in memory. */
  private @Nullable RandomAccessFile active;

  private @Nullable String trouble;

  /** Full segments that are to be synced and closed, and files that are to be deleted. */
  private final Deque<RandomAccessFile> retired = new ArrayDeque<>();

  private final Deque<Path> condemned = new ArrayDeque<>();
  private boolean dirty;
  private boolean closed;

  /** Held by whoever syncs or closes files; taken before the monitor of the journal. */
  private final Object syncing = new Object();

  /** What is known of one file, or of one that is to be. */
  private static final class Segment {
    private final long id;
    private final Path file;
    private final SegmentHeader header;
    private final Map<Sequence, Long> until = new LinkedHashMap<>();
    private long size;
    private long events;
    private long uncounted;

    /** What the file is to hold; {@code null} if it does. */
    private @Nullable ByteArrayOutputStream memory;

    Segment(long id, Path file, SegmentHeader header, long size) {
      this.id = id;
      this.file = file;
      this.header = header;
      this.size = size;
    }

    boolean isEmpty() {
      return until.isEmpty() && events == 0;
    }

    void note(Sequence sequence, long number, boolean isEvent) {
      events += isEvent ? 1 : 0;
      if (number > 0) {
        until.put(sequence, number);
      } else {
        uncounted++;
      }
    }
  }

  /**
   * Opens the journal of a directory, or begins one. What a crash left half-written is cut off.
   *
   * @param epochs gives a new epoch, for a journal that begins or cannot go on with its old one
   * @param maxBytes the oldest segments go before it is exceeded; at least 64 KiB
   * @param anew whether the epoch of the one before has ended; the new one then names its last
   *     numbers
   * @throws SpoolException if another process has it open
   */
  Journal(Path directory, Supplier<String> epochs, long maxBytes, boolean anew, InstantSource clock)
      throws IOException {
    this.directory = directory;
    this.maxBytes = Math.max(64 << 10, maxBytes);
    this.segmentBytes = Math.min(SEGMENT_BYTES, this.maxBytes / 8);
    this.clock = clock;
    this.session = new Session(directory.resolve("SESSION"));
    lock = SpoolLock.of(directory);
    try {
      boolean whole = recover();
      boolean certain = whole && session.isPreviousCertain();
      if (segments.isEmpty() || anew || !certain) {
        beginEpoch(epochs.get(), certain);
      } else {
        active = resume(newest());
      }
      if (active == null) {
        session.full();
      } else {
        session.open();
      }
    } catch (IOException | RuntimeException | Error e) {
      closeFiles();
      lock.close();
      throw e;
    }
  }

  /** Whether the numbers that the files show are certainly the last that were given out. */
  private boolean recover() throws IOException {
    boolean certain = true;
    for (Path file : files()) {
      long id = Long.parseUnsignedLong(file.getFileName().toString().substring(0, 16), 16);
      nextId = id + 1;
      Scan scan = scan(id, file);
      certain = scan.end() != SegmentReader.End.DAMAGED;
      if (scan.segment() == null) {
        // Its header was never whole: no event is in it that was acknowledged.
        Files.delete(file);
      } else {
        segments.put(id, scan.segment());
      }
    }
    if (!segments.isEmpty()) {
      Segment newest = newest();
      epoch = newest.header.epoch();
      previousEpoch = newest.header.previousEpoch();
      previousLast = newest.header.previousLast();
      dropped.putAll(newest.header.dropped());
      last.putAll(newest.header.last());
      last.putAll(newest.until);
      uncounted = newest.header.uncounted() + newest.uncounted;
    }
    return certain;
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      return all.filter(file -> file.getFileName().toString().matches("[0-9a-f]{16}\\.journal"))
          .filter(Files::isRegularFile)
          .sorted()
          .toList();
    }
  }

  private record Scan(@Nullable Segment segment, SegmentReader.End end) {}

  private static Scan scan(long id, Path file) throws IOException {
    try (SegmentReader reader =
        new SegmentReader(new FileInputStream(file.toFile()), id, 0, Files.size(file))) {
      ByteBuffer first = reader.next();
      if (first == null || first.get(0) != Records.HEADER) {
        return new Scan(null, reader.end());
      }
      Segment segment = new Segment(id, file, Records.header(first), reader.offset());
      for (ByteBuffer body = reader.next(); body != null; body = reader.next()) {
        Place place = new Place(id, segment.size, segment.events);
        Entry entry = Records.entry(body, place, segment.header.epoch());
        if (entry instanceof Entry.Event event) {
          segment.note(event.sequence(), event.number(), true);
        } else if (entry instanceof Entry.Lost lost) {
          segment.note(lost.loss().sequence(), lost.loss().last(), false);
        }
        segment.size = reader.offset();
      }
      return new Scan(segment, reader.end());
    }
  }

  private static RandomAccessFile resume(Segment segment) throws IOException {
    RandomAccessFile file = new RandomAccessFile(segment.file.toFile(), "rw");
    file.setLength(segment.size);
    return file;
  }

  private void beginEpoch(String name, boolean certain) {
    previousEpoch = epoch.isEmpty() ? null : epoch;
    previousLast = certain ? Map.copyOf(last) : Map.of();
    epoch = name;
    last.clear();
    begin();
    drain();
  }

  private Segment newest() {
    return segments.lastEntry().getValue();
  }

  /** Begins a segment, in memory. */
  private Segment begin() {
    long id = nextId++;
    SegmentHeader header =
        new SegmentHeader(epoch, previousEpoch, previousLast, last, uncounted, dropped);
    byte[] record = Records.framed(id, Records.header(header));
    Path file = directory.resolve(String.format("%016x.journal", id));
    Segment segment = new Segment(id, file, header, record.length);
    ByteArrayOutputStream memory = new ByteArrayOutputStream();
    memory.writeBytes(record);
    segment.memory = memory;
    segments.put(id, segment);
    if (active != null) {
      retired.add(active);
      active = null;
      dirty = true;
    }
    return segment;
  }

  /**
   * Writes what is in memory.
   *
   * @return whether the disk took all of it
   */
  synchronized boolean drain() {
    if (closed || (newest().memory == null && trouble == null)) {
      return true;
    }
    try {
      if (condemned.size() > CONDEMNED) {
        throw new IOException("files of which nothing is needed cannot be removed");
      }
      for (Segment segment : segments.values()) {
        ByteArrayOutputStream memory = segment.memory;
        if (memory != null) {
          toDisk(segment, memory.toByteArray());
        }
      }
      session.open();
    } catch (IOException e) {
      refused(e);
      return false;
    }
    if (trouble != null) {
      trouble = null;
      LOG.log(System.Logger.Level.INFO, "the disk of the spool takes events again");
    }
    return true;
  }

  private void toDisk(Segment segment, byte[] records) throws IOException {
    RandomAccessFile file = new RandomAccessFile(segment.file.toFile(), "rw");
    try {
      file.setLength(0);
      file.write(records);
    } catch (IOException e) {
      file.close();
      Files.deleteIfExists(segment.file);
      throw e;
    }
    segment.memory = null;
    if (active != null) {
      retired.add(active);
    }
    active = file;
    dirty = true;
  }

  /** Numbers are given out from now on that the disk does not hold. */
  private void refused(IOException e) {
    if (trouble != null) {
      return;
    }
    trouble = "the disk of the spool takes no events: " + e;
    LOG.log(System.Logger.Level.WARNING, trouble);
    try {
      session.full();
    } catch (IOException again) {
      LOG.log(System.Logger.Level.WARNING, "nor that it is full", again);
    }
  }

  synchronized String epoch() {
    return epoch;
  }

  /** The epoch before this one in the same spool. */
  synchronized @Nullable String previousEpoch() {
    return previousEpoch;
  }

  /** Where a sequence ended in the epoch before; {@code null} if that is not certain. */
  synchronized @Nullable Long previousLast(Sequence sequence) {
    return previousEpoch == null
        ? null
        : previousLast.get(new Sequence(sequence.source(), sequence.installation(), previousEpoch));
  }

  /** The sequences of the epoch before, as they go on in this one. */
  synchronized List<Sequence> continued() {
    return previousLast.keySet().stream()
        .map(before -> new Sequence(before.source(), before.installation(), epoch))
        .toList();
  }

  /** The last number given out in each sequence of this epoch. */
  synchronized Map<Sequence, Long> last() {
    return Map.copyOf(last);
  }

  /** Gives an event its form, with its number. May be asked more than once. */
  @FunctionalInterface
  interface Numbering {
    byte[] encode(String epoch, long number);
  }

  /**
   * Writes an event with the next number of its sequence, which is returned. It is encoded while
   * nobody has to wait for it, and encoded again should another thread have taken that number.
   */
  long append(String source, String installation, Numbering event) {
    Sequence sequence = new Sequence(source, installation, epoch());
    for (int i = 0; i < MOST_ENCODINGS; i++) {
      long number = next(sequence);
      byte[] encoded = event.encode(sequence.epoch(), number);
      synchronized (this) {
        if (number == next(sequence)) {
          return append(sequence, number, encoded);
        }
      }
    }
    synchronized (this) {
      long number = next(sequence);
      return append(sequence, number, event.encode(sequence.epoch(), number));
    }
  }

  private synchronized long next(Sequence sequence) {
    return last.getOrDefault(sequence, 0L) + 1;
  }

  private synchronized long append(Sequence sequence, long number, byte[] encoded) {
    put(sequence, number, Records.event(sequence, number, clock.instant(), encoded));
    return number;
  }

  /** Writes an event that somebody else has numbered, or nobody. */
  synchronized void appendUncounted(String source, String installation, byte[] event) {
    Sequence sequence = new Sequence(source, installation, epoch);
    put(sequence, 0, Records.event(sequence, 0, clock.instant(), event));
  }

  /** Uses up a number for an event that cannot be written. */
  synchronized void lose(String source, String installation, String reason) {
    Sequence sequence = new Sequence(source, installation, epoch);
    long number = next(sequence);
    put(
        sequence,
        number,
        Records.loss(new Loss(sequence, number, number, reason, clock.instant())));
  }

  private void put(Sequence sequence, long number, byte[] body) {
    if (closed) {
      throw new IllegalStateException("the spool is closed");
    }
    int size = Records.FRAME + body.length;
    Segment segment = newest();
    if (!segment.isEmpty() && segment.size + size > mostBytes(segment)) {
      makeRoom(size);
      segment = begin();
      drain();
    }
    if (segment.memory == null) {
      try {
        write(segment, body);
      } catch (IOException e) {
        refused(e);
        segment = begin();
      }
    }
    ByteArrayOutputStream memory = segment.memory;
    if (memory != null) {
      memory.writeBytes(Records.framed(segment.id, body));
    }
    segment.note(sequence, number, Records.isEvent(body));
    segment.size += size;
    if (number > 0) {
      last.put(sequence, number);
    } else {
      uncounted++;
    }
  }

  private long mostBytes(Segment segment) {
    return segment.memory == null ? segmentBytes : Math.min(segmentBytes, MEMORY_SEGMENT_BYTES);
  }

  private void write(Segment segment, byte[] body) throws IOException {
    RandomAccessFile file = active;
    if (file == null) {
      throw new IOException("no segment is open");
    }
    // Over what a write that failed may have left.
    file.seek(segment.size);
    file.write(Records.framed(segment.id, body));
    dirty = true;
  }

  /** Why records wait in memory; {@code null} if none do. */
  synchronized @Nullable String trouble() {
    return trouble;
  }

  /** The oldest go; the header of the segment that begins now says so. */
  private void makeRoom(int size) {
    long room = Math.max(segmentBytes, size);
    while (segments.size() > 1 && totalBytes() + room > maxBytes) {
      drop(segments.firstEntry().getValue(), Loss.SPOOL_FULL);
    }
    // Usually the other thread deletes them. It may be stuck, and the bound holds nevertheless.
    while (condemned.size() > CONDEMNED) {
      try {
        Files.deleteIfExists(condemned.element());
      } catch (IOException e) {
        LOG.log(System.Logger.Level.DEBUG, "a file of the spool cannot be removed now", e);
        break;
      }
      condemned.remove();
    }
    // Before anything goes from memory the disk is asked once more.
    if (memoryBytes() + size > MEMORY_BYTES && !drain()) {
      for (Segment segment : List.copyOf(segments.values())) {
        if (segment.memory != null && memoryBytes() + size > MEMORY_BYTES) {
          drop(segment, Loss.DISK_FULL);
        }
      }
    }
    forgetDropped();
  }

  private void drop(Segment segment, String reason) {
    Instant now = clock.instant();
    segments.remove(segment.id);
    segment.until.forEach(
        (sequence, until) ->
            dropped.merge(
                sequence,
                new SegmentHeader.Dropped(until, now, segment.id, reason),
                (one, other) -> one.until() > other.until() ? one : other));
    if (segment.memory == null) {
      condemned.add(segment.file);
    }
  }

  /** A destination that is away for ever must not let the headers grow for ever. */
  private void forgetDropped() {
    List<Sequence> over =
        dropped.keySet().stream().filter(sequence -> !isKept(sequence.epoch())).toList();
    if (over.size() > MOST_DROPPED) {
      over.subList(0, over.size() - MOST_DROPPED).forEach(dropped::remove);
    }
  }

  private boolean isKept(String name) {
    return name.equals(epoch)
        || segments.values().stream().anyMatch(segment -> segment.header.epoch().equals(name));
  }

  /** The entries from a place on, with so many events and bytes of them, but at least one event. */
  List<Entry> read(Place from, int maxEvents, long maxBatchBytes) throws IOException {
    List<Entry> found = new ArrayList<>();
    int events = 0;
    long bytes = 0;
    for (Map.Entry<Long, Extent> each : extents(from).entrySet()) {
      long id = each.getKey();
      Extent extent = each.getValue();
      Place place = id == from.segment() ? from : new Place(id, 0, 0);
      if (place.offset() >= extent.size()) {
        continue;
      }
      try (SegmentReader reader =
          new SegmentReader(extent.open(), id, place.offset(), extent.size())) {
        for (ByteBuffer body = reader.next(); body != null; body = reader.next()) {
          Entry entry = Records.entry(body, place, extent.epoch());
          if (entry instanceof Entry.Event event) {
            bytes += event.json().length;
            if (events == maxEvents || (bytes > maxBatchBytes && events > 0)) {
              return found;
            }
            events++;
          }
          found.add(entry);
          place = entry.next();
        }
      } catch (FileNotFoundException e) {
        // It went meanwhile; the numbers that follow show what is missing.
        LOG.log(System.Logger.Level.DEBUG, "{0} went while it was read", extent.file());
      }
    }
    return found;
  }

  private record Extent(
      Path file, @Nullable ByteArrayOutputStream memory, String epoch, long size) {
    InputStream open() throws IOException {
      return memory == null
          ? new FileInputStream(file.toFile())
          : new ByteArrayInputStream(memory.toByteArray());
    }
  }

  private synchronized NavigableMap<Long, Extent> extents(Place from) {
    NavigableMap<Long, Extent> extents = new TreeMap<>();
    segments
        .tailMap(from.segment())
        .forEach(
            (id, segment) ->
                extents.put(
                    id,
                    new Extent(
                        segment.file, segment.memory, segment.header.epoch(), segment.size)));
    return extents;
  }

  /** The numbers before the first that is here, by sequence: where a new reader begins. */
  synchronized Map<Sequence, Long> beginning() {
    Map<Sequence, Long> beginning = new LinkedHashMap<>();
    dropped.forEach(
        (sequence, gone) -> {
          if (gone.segment() < segments.firstKey()) {
            beginning.put(sequence, gone.until());
          }
        });
    for (Segment segment : segments.values()) {
      segment.header.last().forEach(beginning::putIfAbsent);
      segment.until.keySet().forEach(sequence -> beginning.putIfAbsent(sequence, 0L));
    }
    return beginning;
  }

  /** How many events without a number went before the first that is here. */
  synchronized long uncountedBeginning() {
    return segments.isEmpty() ? uncounted : segments.firstEntry().getValue().header.uncounted();
  }

  /** Up to where the oldest went because the spool was full. */
  synchronized Map<Sequence, SegmentHeader.Dropped> dropped() {
    return Map.copyOf(dropped);
  }

  /** Why numbers up to this one are not here. */
  synchronized Loss explain(Sequence sequence, long first, long until) {
    SegmentHeader.Dropped gone = dropped.get(sequence);
    return gone != null && gone.until() >= until
        ? new Loss(sequence, first, until, gone.reason(), gone.at())
        : new Loss(sequence, first, until, Loss.SPOOL_DAMAGED, clock.instant());
  }

  /** Whether a place that was kept is one of this journal, or was before its segment went. */
  synchronized boolean knows(Place place, String epochThere) {
    if (segments.isEmpty() || place.segment() < segments.firstKey()) {
      return true;
    }
    Segment segment = segments.get(place.segment());
    return segment != null && segment.header.epoch().equals(epochThere);
  }

  /** Whether anything of an epoch may still be read or written, or found to have gone. */
  synchronized boolean has(String name) {
    return isKept(name)
        || dropped.keySet().stream().anyMatch(sequence -> sequence.epoch().equals(name));
  }

  /** Whether nothing lies behind a place. */
  synchronized boolean isEnd(Place place) {
    return segments.lastKey() < place.segment()
        || (segments.lastKey() == place.segment() && newest().size <= place.offset());
  }

  /** How many events lie behind a place. */
  synchronized long depth(Place from) {
    long depth = 0;
    for (Map.Entry<Long, Segment> each : segments.tailMap(from.segment()).entrySet()) {
      // A place may be one of which the end of the operating system took what was before it.
      depth +=
          Math.max(
              0, each.getValue().events - (each.getKey() == from.segment() ? from.record() : 0));
    }
    return depth;
  }

  /**
   * Whether what lies behind a place takes more than half of the room there is: of the bound, or of
   * memory while the disk takes nothing.
   */
  synchronized boolean isFilling(Place from) {
    boolean full = newest().memory != null;
    long bytes = 0;
    for (Map.Entry<Long, Segment> each : segments.tailMap(from.segment()).entrySet()) {
      Segment segment = each.getValue();
      if (!full || segment.memory != null) {
        bytes += Math.max(0, segment.size - (each.getKey() == from.segment() ? from.offset() : 0));
      }
    }
    return bytes > (full ? Math.min(maxBytes, MEMORY_BYTES) : maxBytes) / 2;
  }

  /** Nothing before this place is needed any more. */
  void release(Place place) throws IOException {
    synchronized (this) {
      dropped
          .entrySet()
          .removeIf(
              gone ->
                  gone.getValue().segment() < place.segment() && !isKept(gone.getKey().epoch()));
      if (segments.firstKey() >= place.segment()) {
        return;
      }
      segments
          .headMap(Math.min(place.segment(), segments.lastKey()))
          .values()
          .removeIf(segment -> segment.memory != null);
      drain();
    }
    // The newer segment carries the numbers on, so it must be on disk before the older goes. Unless
    // the disk is full: then it would stay full for ever, and the session says what that means.
    sync();
    synchronized (this) {
      while (segments.size() > 1 && segments.firstKey() < place.segment()) {
        condemned.add(segments.pollFirstEntry().getValue().file);
      }
    }
    deleteCondemned();
    drain();
  }

  /** Makes what was appended before survive the end of the operating system too. */
  void sync() throws IOException {
    synchronized (syncing) {
      List<RandomAccessFile> full;
      RandomAccessFile newest;
      synchronized (this) {
        if (!dirty || closed) {
          return;
        }
        dirty = false;
        full = List.copyOf(retired);
        newest = active;
      }
      try {
        for (RandomAccessFile file : full) {
          file.getFD().sync();
        }
        if (newest != null) {
          newest.getFD().sync();
        }
      } catch (IOException e) {
        synchronized (this) {
          dirty = true;
        }
        throw e;
      }
      synchronized (this) {
        retired.removeAll(full);
      }
      for (RandomAccessFile file : full) {
        file.close();
      }
      syncNames();
    }
  }

  private void syncNames() {
    try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
      names.force(true);
    } catch (IOException e) {
      LOG.log(System.Logger.Level.TRACE, "this platform syncs no directories", e);
    }
  }

  /** Deletes the files of which nothing is needed. */
  void deleteCondemned() throws IOException {
    List<Path> files;
    synchronized (this) {
      files = List.copyOf(condemned);
    }
    IOException failure = null;
    for (Path file : files) {
      try {
        Files.deleteIfExists(file);
        synchronized (this) {
          condemned.remove(file);
        }
      } catch (IOException e) {
        failure = e;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  /** How many bytes are on disk. */
  synchronized long sizeBytes() {
    return totalBytes() - memoryBytes();
  }

  private long totalBytes() {
    return segments.values().stream().mapToLong(segment -> segment.size).sum();
  }

  private long memoryBytes() {
    return segments.values().stream()
        .filter(segment -> segment.memory != null)
        .mapToLong(segment -> segment.size)
        .sum();
  }

  /** Whatever fails, the spool is free for the next one to open. */
  @Override
  public void close() throws IOException {
    synchronized (syncing) {
      if (closed) {
        return;
      }
      try (lock) {
        try {
          boolean whole = drain();
          sync();
          synchronized (this) {
            closed = true;
            if (whole) {
              session.closed();
            }
          }
          deleteCondemned();
        } finally {
          closeFiles();
        }
      }
    }
  }

  private synchronized void closeFiles() {
    closed = true;
    if (active != null) {
      retired.add(active);
    }
    for (RandomAccessFile file : retired) {
      try {
        file.close();
      } catch (IOException e) {
        LOG.log(System.Logger.Level.WARNING, "a file of the spool cannot be closed", e);
      }
    }
    retired.clear();
  }
}
