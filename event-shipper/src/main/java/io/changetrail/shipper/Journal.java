// SPDX-License-Identifier: Apache-2.0
package io.changetrail.shipper;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
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
 * <p>While the disk takes nothing, records wait in at most {@value #OVERFLOW_BYTES} bytes of
 * memory; then the oldest of them go, and that they went is written once the disk takes it.
 */
final class Journal implements AutoCloseable {
  static final int OVERFLOW_BYTES = 4 << 20;
  private static final int SEGMENT_BYTES = 8 << 20;
  private static final int CONDEMNED = 2;
  private static final int MOST_ENCODINGS = 3;

  /** Sequences of which nothing is left, and that destinations may not have been told of. */
  private static final int MOST_DROPPED = 200;

  private static final System.Logger LOG = System.getLogger(Journal.class.getName());

  private final Path directory;
  private final RandomAccessFile lock;
  private final Session session;
  private final long maxBytes;
  private final long segmentBytes;
  private final InstantSource clock;

  private final TreeMap<Long, Segment> segments = new TreeMap<>();
  private final Map<Sequence, Long> last = new LinkedHashMap<>();

  /** Those of them that are on disk: the same, unless some wait in memory. */
  private final Map<Sequence, Long> written = new LinkedHashMap<>();

  /** How many events without a number were taken that are on disk, or not any more. */
  private long uncounted;

  private final Map<Sequence, SegmentHeader.Dropped> dropped = new LinkedHashMap<>();
  private String epoch = "";
  private @Nullable String previousEpoch;
  private Map<Sequence, Long> previousLast = Map.of();
  private long nextId = 1;
  private @Nullable RandomAccessFile active;

  /** Bodies that the disk did not take, after the losses before them. */
  private final Deque<Waiting> overflow = new ArrayDeque<>();

  private final Map<Sequence, Loss> overflowLosses = new LinkedHashMap<>();
  private long overflowBytes;
  private @Nullable String trouble;

  /** Full segments that are to be synced and closed, and files that are to be deleted. */
  private final Deque<RandomAccessFile> retired = new ArrayDeque<>();

  private final Deque<Path> condemned = new ArrayDeque<>();
  private boolean dirty;
  private boolean closed;

  /** Held by whoever syncs or closes files; taken before the monitor of the journal. */
  private final Object syncing = new Object();

  /** What is known of one file. */
  private static final class Segment {
    private final Path file;
    private final SegmentHeader header;
    private final Map<Sequence, Long> until = new LinkedHashMap<>();
    private long size;
    private long events;
    private long uncounted;

    Segment(Path file, SegmentHeader header, long size) {
      this.file = file;
      this.header = header;
      this.size = size;
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

  private record Waiting(Sequence sequence, long number, Instant at, byte[] body) {}

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
    lock = lock(directory);
    try {
      boolean whole = recover();
      boolean certain = whole && session.isPreviousCertain();
      if (segments.isEmpty() || anew || !certain) {
        beginEpoch(epochs.get(), certain);
      } else {
        active = resume(segments.lastEntry().getValue());
      }
      session.open();
    } catch (IOException | RuntimeException | Error e) {
      closeFiles();
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
      Segment newest = segments.lastEntry().getValue();
      epoch = newest.header.epoch();
      previousEpoch = newest.header.previousEpoch();
      previousLast = newest.header.previousLast();
      dropped.putAll(newest.header.dropped());
      last.putAll(newest.header.last());
      last.putAll(newest.until);
      written.putAll(last);
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
    try (SegmentReader reader = new SegmentReader(file, id, 0, Files.size(file))) {
      ByteBuffer first = reader.next();
      if (first == null || first.get(0) != Records.HEADER) {
        return new Scan(null, reader.end());
      }
      Segment segment = new Segment(file, Records.header(first), reader.offset());
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

  private void beginEpoch(String name, boolean certain) throws IOException {
    previousEpoch = epoch.isEmpty() ? null : epoch;
    previousLast = certain ? Map.copyOf(last) : Map.of();
    epoch = name;
    last.clear();
    written.clear();
    begin();
  }

  /** Begins a segment; leaves everything as it was if the disk does not take it. */
  private void begin() throws IOException {
    long id = nextId;
    Path path = directory.resolve(String.format("%016x.journal", id));
    SegmentHeader header =
        new SegmentHeader(epoch, previousEpoch, previousLast, written, uncounted, dropped);
    byte[] record = Records.framed(id, Records.header(header));
    RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw");
    try {
      file.setLength(0);
      file.write(record);
    } catch (IOException e) {
      file.close();
      throw e;
    }
    if (active != null) {
      retired.add(active);
    }
    active = file;
    segments.put(id, new Segment(path, header, record.length));
    nextId = id + 1;
    dirty = true;
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
    put(sequence, number, encoded);
    last.put(sequence, number);
    return number;
  }

  /** Writes an event that somebody else has numbered, or nobody. */
  synchronized void appendUncounted(String source, String installation, byte[] event) {
    put(new Sequence(source, installation, epoch), 0, event);
  }

  /** Uses up a number for an event that cannot be written. */
  synchronized void lose(String source, String installation, String reason) {
    Sequence sequence = new Sequence(source, installation, epoch);
    long number = last.merge(sequence, 1L, Long::sum);
    Instant now = clock.instant();
    put(
        new Waiting(
            sequence, number, now, Records.loss(new Loss(sequence, number, number, reason, now))));
  }

  private void put(Sequence sequence, long number, byte[] event) {
    Instant now = clock.instant();
    put(new Waiting(sequence, number, now, Records.event(sequence, number, now, event)));
  }

  private void put(Waiting record) {
    if (closed) {
      throw new IllegalStateException("the spool is closed");
    }
    drainOverflow();
    if (overflow.isEmpty() && overflowLosses.isEmpty()) {
      try {
        write(record);
        return;
      } catch (IOException e) {
        trouble = "the disk of the spool takes no events: " + e;
        LOG.log(System.Logger.Level.WARNING, trouble);
        markFull();
      }
    }
    overflow.add(record);
    overflowBytes += record.body().length;
    while (overflowBytes > OVERFLOW_BYTES) {
      dropFromMemory(overflow.remove());
    }
  }

  private void dropFromMemory(Waiting record) {
    overflowBytes -= record.body().length;
    if (record.number() == 0) {
      uncounted++;
    } else {
      overflowLosses.merge(
          record.sequence(),
          new Loss(
              record.sequence(), record.number(), record.number(), Loss.DISK_FULL, record.at()),
          (one, other) ->
              new Loss(one.sequence(), one.first(), other.last(), one.reason(), other.at()));
    }
  }

  private void markFull() {
    try {
      session.full();
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "nor that it is full", e);
    }
  }

  /**
   * Writes what the disk did not take before.
   *
   * @return whether there is any that it takes now
   */
  synchronized boolean drainOverflow() {
    if (overflow.isEmpty() && overflowLosses.isEmpty()) {
      return false;
    }
    boolean taken = false;
    try {
      while (!overflowLosses.isEmpty()) {
        Loss loss = overflowLosses.values().iterator().next();
        write(new Waiting(loss.sequence(), loss.last(), loss.at(), Records.loss(loss)));
        overflowLosses.remove(loss.sequence());
        taken = true;
      }
      while (!overflow.isEmpty()) {
        write(overflow.element());
        taken = true;
        overflowBytes -= overflow.remove().body().length;
      }
      session.open();
      trouble = null;
      LOG.log(System.Logger.Level.INFO, "the disk of the spool takes events again");
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "the disk of the spool still takes no events", e);
    }
    return taken;
  }

  /** Why records wait in memory; {@code null} if none do. */
  synchronized @Nullable String trouble() {
    return trouble;
  }

  private void write(Waiting record) throws IOException {
    int size = Records.FRAME + record.body().length;
    Segment segment = segments.lastEntry().getValue();
    if (active == null || (segment.size + size > segmentBytes && segment.events > 0)) {
      makeRoom(size);
      begin();
      segment = segments.lastEntry().getValue();
    }
    RandomAccessFile file = active;
    if (file == null) {
      throw new IOException("no segment is open");
    }
    // Over what a write that failed may have left.
    file.seek(segment.size);
    file.write(Records.framed(segments.lastKey(), record.body()));
    segment.note(record.sequence(), record.number(), Records.isEvent(record.body()));
    segment.size += size;
    if (record.number() > 0) {
      written.put(record.sequence(), record.number());
    } else {
      uncounted++;
    }
    dirty = true;
  }

  /** The oldest go; the header of the segment that begins now says so. */
  private void makeRoom(int size) throws IOException {
    long room = Math.max(segmentBytes, size);
    while (segments.size() > 1 && sizeBytes() + room > maxBytes) {
      Map.Entry<Long, Segment> oldest = segments.pollFirstEntry();
      Instant now = clock.instant();
      oldest
          .getValue()
          .until
          .forEach(
              (sequence, until) ->
                  dropped.put(sequence, new SegmentHeader.Dropped(until, now, oldest.getKey())));
      condemned.add(oldest.getValue().file);
    }
    forgetDropped();
    // Usually the other thread deletes them. It may be stuck, and the bound holds nevertheless.
    while (condemned.size() > CONDEMNED) {
      Files.deleteIfExists(condemned.element());
      condemned.remove();
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
          new SegmentReader(extent.file(), id, place.offset(), extent.size())) {
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

  private record Extent(Path file, String epoch, long size) {}

  private synchronized NavigableMap<Long, Extent> extents(Place from) {
    NavigableMap<Long, Extent> extents = new TreeMap<>();
    segments
        .tailMap(from.segment())
        .forEach(
            (id, segment) ->
                extents.put(id, new Extent(segment.file, segment.header.epoch(), segment.size)));
    return extents;
  }

  /** The numbers before the first that is here, by sequence: where a new reader begins. */
  synchronized Map<Sequence, Long> beginning() {
    Map<Sequence, Long> beginning = new LinkedHashMap<>();
    dropped.forEach((sequence, gone) -> beginning.put(sequence, gone.until()));
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
        ? new Loss(sequence, first, until, Loss.SPOOL_FULL, gone.at())
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
    return overflow.isEmpty() && overflowLosses.isEmpty() && isEndOfDisk(place);
  }

  private boolean isEndOfDisk(Place place) {
    return segments.lastKey() < place.segment()
        || (segments.lastKey() == place.segment()
            && segments.lastEntry().getValue().size <= place.offset());
  }

  /** How many events lie behind a place. */
  synchronized long depth(Place from) {
    long depth = overflow.size();
    for (Map.Entry<Long, Segment> each : segments.tailMap(from.segment()).entrySet()) {
      // A place may be one of which the end of the operating system took what was before it.
      depth +=
          Math.max(
              0, each.getValue().events - (each.getKey() == from.segment() ? from.record() : 0));
    }
    return depth;
  }

  /** How many bytes on disk lie behind a place. */
  synchronized long bytesBehind(Place from) {
    long bytes = 0;
    for (Map.Entry<Long, Segment> each : segments.tailMap(from.segment()).entrySet()) {
      bytes +=
          Math.max(0, each.getValue().size - (each.getKey() == from.segment() ? from.offset() : 0));
    }
    return bytes;
  }

  /** Nothing before this place is needed any more. */
  void release(Place place) throws IOException {
    synchronized (this) {
      dropped
          .entrySet()
          .removeIf(
              gone ->
                  gone.getValue().segment() < place.segment() && !isKept(gone.getKey().epoch()));
      if (!overflow.isEmpty() && isEndOfDisk(place)) {
        renew();
      }
      if (segments.isEmpty() || segments.firstKey() >= place.segment()) {
        return;
      }
    }
    // The newer segment carries the numbers on, so it must be on disk before the older goes.
    sync();
    synchronized (this) {
      while (segments.size() > 1 && segments.firstKey() < place.segment()) {
        condemned.add(segments.pollFirstEntry().getValue().file);
      }
    }
    deleteCondemned();
  }

  /**
   * The disk is full, and nothing that the newest segment holds is needed: that goes to make room
   * for what waits in memory. A disk that is smaller than the bound would else stay full for ever.
   */
  private void renew() throws IOException {
    RandomAccessFile full = active;
    if (full != null) {
      retired.add(full);
      active = null;
      full.setLength(0);
    }
    begin();
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

  synchronized long sizeBytes() {
    return segments.values().stream().mapToLong(segment -> segment.size).sum();
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
          drainOverflow();
          sync();
          synchronized (this) {
            closed = true;
            if (overflow.isEmpty() && overflowLosses.isEmpty()) {
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
