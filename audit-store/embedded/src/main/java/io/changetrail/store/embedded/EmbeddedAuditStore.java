// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store.embedded;

import io.changetrail.model.EventRef;
import io.changetrail.model.content.Erasure;
import io.changetrail.store.AppendResult;
import io.changetrail.store.AuditStore;
import io.changetrail.store.Expiry;
import io.changetrail.store.Facet;
import io.changetrail.store.Field;
import io.changetrail.store.Health;
import io.changetrail.store.Histogram;
import io.changetrail.store.NewEvent;
import io.changetrail.store.Page;
import io.changetrail.store.Position;
import io.changetrail.store.Query;
import io.changetrail.store.ResourceKey;
import io.changetrail.store.ResourceState;
import io.changetrail.store.Scope;
import io.changetrail.store.SourceDeclaration;
import io.changetrail.store.SourceStatus;
import io.changetrail.store.StoreException;
import io.changetrail.store.StoredEvent;
import io.changetrail.store.View;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The store in one directory, over one SQLite file in WAL mode. */
final class EmbeddedAuditStore implements AuditStore {
  static final String FILE = "events.db";

  private static final int READERS = 4;

  /** Nothing that a reader does takes so long. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final int REMOVAL_BATCH = 200;

  /** A store that was full is writable again when a good batch fits. */
  private static final long RESERVE_BYTES = 256 << 10;

  private final Path file;
  private final long maxBytes;
  private final DirectoryLock lock;
  private final SecureRandom salts = new SecureRandom();
  private final Writer writer;
  private final Targets targets;
  private final DecodedEvents decoded = new DecodedEvents(DecodedEvents.USUAL_BYTES);
  private final AtomicBoolean closed = new AtomicBoolean();
  private final BlockingQueue<Reader> readers = new ArrayBlockingQueue<>(READERS);

  private EmbeddedAuditStore(
      Path file, long maxBytes, DirectoryLock lock, Writer writer, Targets targets) {
    this.file = file;
    this.maxBytes = maxBytes;
    this.lock = lock;
    this.writer = writer;
    this.targets = targets;
    for (int i = 0; i < READERS; i++) {
      readers.add(new Reader(Database.open(file, true), targets, decoded));
    }
  }

  static EmbeddedAuditStore open(Path directory) {
    return open(directory, Long.MAX_VALUE);
  }

  /**
   * @param maxBytes how large the data file may grow, without the write-ahead log beside it
   */
  static EmbeddedAuditStore open(Path directory, long maxBytes) {
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new StoreException(
          "cannot create the data directory " + directory + ": " + e.getMessage(), e);
    }
    DirectoryLock lock = DirectoryLock.take(directory);
    try {
      Path file = directory.resolve(FILE);
      Database database = Database.open(file, false);
      try {
        Schema.prepare(database.connection(), file.toString());
        database.limit(maxBytes);
        Targets targets = Targets.of(file);
        Writer writer = new Writer(database, targets);
        return new EmbeddedAuditStore(file, maxBytes, lock, writer, targets);
      } catch (SQLException | RuntimeException e) {
        database.close();
        throw e;
      }
    } catch (SQLException e) {
      lock.close();
      throw new StoreException(
          "cannot open the data directory "
              + directory
              + ": "
              + e.getMessage()
              + "; restore a backup if the file is damaged",
          e);
    } catch (RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  @Override
  public List<AppendResult> append(List<NewEvent> events) {
    List<PreparedEvent> prepared = new ArrayList<>(events.size());
    AppendResult[] results = new AppendResult[events.size()];
    List<Integer> places = new ArrayList<>(events.size());
    for (int i = 0; i < events.size(); i++) {
      NewEvent event = events.get(i);
      if (Times.fits(event.event().time())) {
        prepared.add(PreparedEvent.of(event, salts));
        places.add(i);
      } else {
        results[i] =
            new AppendResult(
                AppendResult.Status.REJECTED,
                "",
                0,
                "time is outside the years 1679 to 2261; check the sender's clock");
      }
    }
    if (!prepared.isEmpty()) {
      List<AppendResult> appended =
          writer.write(prepared.size(), inside -> inside.append(prepared));
      for (int i = 0; i < appended.size(); i++) {
        results[places.get(i)] = appended.get(i);
      }
    }
    return List.of(results);
  }

  @Override
  public Optional<StoredEvent> get(Scope scope, String eventId, View view) {
    return read(reader -> reader.get(scope, eventId, view));
  }

  @Override
  public Optional<StoredEvent> find(Scope scope, EventRef ref, View view) {
    return read(reader -> reader.find(scope, ref, view));
  }

  @Override
  public Page search(
      Scope scope, Query query, View view, Order order, @Nullable Position after, int limit) {
    if (limit < 1 || limit > MAX_PAGE) {
      throw new IllegalArgumentException("a page has 1 to " + MAX_PAGE + " events");
    }
    return read(reader -> reader.search(scope, query, view, order, after, limit));
  }

  @Override
  public List<StoredEvent> readFrom(Scope scope, long afterSeq, int limit) {
    return read(reader -> reader.readFrom(scope, afterSeq, limit));
  }

  @Override
  public Histogram histogram(Scope scope, Query query, Duration width) {
    return read(reader -> reader.histogram(scope, query, width));
  }

  @Override
  public List<Facet> facets(Scope scope, Query query, Set<Field> fields, int valuesPerField) {
    return read(reader -> reader.facets(scope, query, fields, valuesPerField));
  }

  @Override
  public boolean putBaseline(String tenant, ResourceState baseline) {
    return writer.write(
        1,
        inside -> {
          if (inside.states().hasState(tenant, baseline.key())) {
            return false;
          }
          inside
              .states()
              .put(
                  tenant,
                  baseline.key(),
                  baseline.target(),
                  Times.nanos(baseline.since()),
                  0,
                  baseline.hash(),
                  baseline.state());
          return true;
        });
  }

  @Override
  public Optional<ResourceState> state(Scope scope, ResourceKey key, Instant at) {
    return read(reader -> reader.state(scope, key, at));
  }

  @Override
  public List<ResourceState> states(
      Scope scope, Set<String> services, Set<String> environments, Instant at) {
    return read(reader -> reader.states(scope, services, environments, at));
  }

  @Override
  public List<ResourceState> resources(String tenant, String source, String after, int limit) {
    return read(reader -> reader.resources(tenant, source, after, limit));
  }

  @Override
  public List<SourceStatus> sources(Scope scope) {
    return read(reader -> reader.sources(scope));
  }

  @Override
  public void declare(String tenant, List<SourceDeclaration> declarations, Instant received) {
    writer.write(
        1,
        inside -> {
          declarations.forEach(declaration -> inside.declare(tenant, declaration, received));
          return true;
        });
  }

  @Override
  public void hold(String tenant, String holdId, Query query) {
    writer.write(
        1,
        inside ->
            inside
                .database()
                .update(
                    "INSERT OR REPLACE INTO hold (tenant, id, query) VALUES (?, ?, ?)",
                    tenant,
                    holdId,
                    QueryJson.write(query)));
  }

  @Override
  public void release(String tenant, String holdId) {
    writer.write(
        1,
        inside ->
            inside
                .database()
                .update("DELETE FROM hold WHERE tenant = ? AND id = ?", tenant, holdId));
  }

  @Override
  public long expire(String tenant, Expiry expiry) {
    long gone = 0;
    // amendments are not on the first list; those that have what they amend went with it
    for (Term list : List.of(Term.ALL, Term.ALL.raw())) {
      List<Events.Row> batch = List.of();
      do {
        long time = batch.isEmpty() ? Long.MIN_VALUE : batch.get(batch.size() - 1).time();
        long seq = batch.isEmpty() ? 0 : batch.get(batch.size() - 1).seq();
        batch =
            read(
                reader ->
                    new Expiring(reader.database(), tenant, expiry)
                        .old(list, time, seq, REMOVAL_BATCH));
        gone += expire(tenant, expiry, list, batch);
      } while (batch.size() == REMOVAL_BATCH);
    }
    return gone;
  }

  private long expire(String tenant, Expiry expiry, Term list, List<Events.Row> batch) {
    List<Expiring.Family> going =
        read(
            reader -> {
              Expiring expiring = new Expiring(reader.database(), tenant, expiry);
              return batch.stream()
                  .filter(row -> row.has(Flags.AMENDMENT) == list.equals(Term.ALL.raw()))
                  .flatMap(row -> expiring.going(row).stream())
                  .toList();
            });
    if (going.isEmpty() || expiry.dryRun()) {
      return going.stream().mapToLong(family -> family.own().size()).sum();
    }
    return writer.write(
        going.size(),
        inside -> {
          // looks again: a hold may have come in between, or one family may have gone with another
          Expiring expiring = new Expiring(inside.database(), tenant, expiry);
          long gone = 0;
          for (Expiring.Family family : going) {
            List<Events.Row> rows =
                inside
                    .events()
                    .row(family.own().get(0).seq())
                    .flatMap(expiring::going)
                    .map(still -> still.all().toList())
                    .orElse(List.of());
            rows.forEach(row -> Removal.delete(inside, row));
            gone += rows.size();
          }
          return gone;
        });
  }

  @Override
  public long erasePersonal(String tenant, String actorId) {
    Erasure[] known = {Erasure.of(actorId)};
    eachPersonal(
        tenant, batch -> batch.forEach(personal -> known[0] = known[0].knowing(personal.data())));
    Erasure erasure = known[0];
    long[] touched = new long[1];
    // those that tell the account's names go last: if this ends halfway, a second call finds them
    for (boolean telling : new boolean[] {false, true}) {
      eachPersonal(
          tenant,
          batch -> {
            List<Long> concerned =
                batch.stream()
                    .filter(personal -> erasure.isAbout(personal.data()) == telling)
                    .filter(personal -> erasure.rest(personal.data()).isPresent())
                    .map(Removal.Personal::seq)
                    .toList();
            if (!concerned.isEmpty()) {
              touched[0] +=
                  writer.write(
                      concerned.size(), inside -> Removal.erase(inside, concerned, erasure));
            }
          });
    }
    if (touched[0] > 0) {
      decoded.forget();
      emptyLog();
    }
    return touched[0];
  }

  /**
   * Empties the write-ahead log, in which pages stay as they were; where a long read prevents that,
   * they stay until the log is written from its beginning again.
   */
  private void emptyLog() {
    try (Database database = Database.open(file, false)) {
      database.run("PRAGMA busy_timeout = 1000");
      database.run("PRAGMA wal_checkpoint(TRUNCATE)");
    }
  }

  private void eachPersonal(String tenant, Consumer<List<Removal.Personal>> take) {
    List<Removal.Personal> batch;
    long seq = 0;
    do {
      long from = seq;
      batch = read(reader -> Removal.personal(reader.database(), tenant, from, REMOVAL_BATCH));
      take.accept(batch);
      seq = batch.isEmpty() ? seq : batch.get(batch.size() - 1).seq();
    } while (batch.size() == REMOVAL_BATCH);
  }

  @Override
  public List<Leaf> leaves(long fromSeq, int limit) {
    return read(
        reader ->
            reader
                .database()
                .list(
                    row -> new Leaf(row.getLong(1), HexFormat.of().formatHex(row.getBytes(2))),
                    "SELECT seq, hash FROM leaf WHERE seq >= ? ORDER BY seq LIMIT ?",
                    fromSeq,
                    (long) limit));
  }

  @Override
  public void backup(Path target) throws IOException {
    requireOpen();
    try (Database database = Database.open(file, false)) {
      Backup.write(database, target);
    }
  }

  @Override
  public Health health() {
    if (closed.get() || writer.isStopped()) {
      return new Health(false, "the audit store is closed", writer.committedSeq(), 0);
    }
    try {
      long size = Files.size(file);
      Path log = file.resolveSibling(FILE + "-wal");
      boolean full = writer.isFull() && !hasRoomAgain();
      return new Health(
          !full,
          full ? Database.NO_SPACE : "ok",
          writer.committedSeq(),
          Files.exists(log) ? size + Files.size(log) : size);
    } catch (IOException e) {
      return new Health(
          false, "cannot read the data file: " + e.getMessage(), writer.committedSeq(), 0);
    }
  }

  private boolean hasRoomAgain() throws IOException {
    boolean room =
        Files.getFileStore(file).getUsableSpace() >= RESERVE_BYTES
            && read(reader -> reader.database().room(maxBytes)) >= RESERVE_BYTES;
    if (room) {
      writer.hasRoom();
    }
    return room;
  }

  private void requireOpen() {
    if (closed.get()) {
      throw new StoreException("the audit store is closed");
    }
  }

  /** Runs a read in a transaction of its own, so that all of it sees one state of the file. */
  private <T> T read(Function<Reader, T> work) {
    Reader reader = borrow();
    try {
      reader.database().begin();
      try {
        return work.apply(reader);
      } finally {
        reader.database().rollback();
      }
    } finally {
      readers.add(reader);
    }
  }

  private Reader borrow() {
    try {
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (System.nanoTime() < deadline) {
        requireOpen();
        Reader reader = readers.poll(100, TimeUnit.MILLISECONDS);
        if (reader != null) {
          return reader;
        }
      }
      throw new StoreException("all readers of the audit store are busy; try again");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreException("interrupted while waiting for the audit store", e);
    }
  }

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    boolean interrupted = Thread.interrupted();
    try {
      writer.close();
      targets.close();
      for (int i = 0; i < READERS; i++) {
        Reader reader = readers.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        if (reader != null) {
          reader.database().close();
        }
      }
    } catch (InterruptedException e) {
      interrupted = true;
    } finally {
      lock.close();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
