// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store.embedded;

import io.changetrail.model.AuditEvent;
import io.changetrail.model.EventId;
import io.changetrail.store.AppendResult;
import io.changetrail.store.AppendResult.Status;
import io.changetrail.store.SourceDeclaration;
import io.changetrail.store.SourceLedger;
import io.changetrail.store.StoreException;
import io.changetrail.store.StoreFullException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that writes. What waits for it when it gets to work is written in one transaction
 * and made durable by one sync: group commit.
 */
final class Writer implements AutoCloseable {
  private static final int WAITING = 1024;
  private static final int MAX_GROUP_EVENTS = 4000;

  /** One statement with many rows spares most of the cost of calling into SQLite. */
  private static final int ROWS_AT_ONCE = 100;

  private static final String INSERT_POSTING =
      "INSERT OR IGNORE INTO posting (term, time, seq) VALUES (?, ?, ?)";
  private static final String INSERT_POSTINGS =
      INSERT_POSTING + ", (?, ?, ?)".repeat(ROWS_AT_ONCE - 1);

  /** Work for the writer: runs inside a transaction with others. */
  private static final class Job {
    final int events;
    final Function<Writer, Object> work;
    final CompletableFuture<Object> result = new CompletableFuture<>();

    Job(int events, Function<Writer, Object> work) {
      this.events = events;
      this.work = work;
    }
  }

  private record SourceKey(String tenant, String source) {}

  private record Posting(long term, long time, long seq) {}

  private final Database database;
  private final Dictionary dictionary;
  private final Events events;
  private final States states;
  private final BlockingQueue<Job> waiting = new ArrayBlockingQueue<>(WAITING);
  private final Map<SourceKey, SourceLedger> sources = new HashMap<>();
  private final Set<SourceKey> touched = new LinkedHashSet<>();
  private final List<Posting> postings = new ArrayList<>();
  private final Thread thread = new Thread(this::work, "audit-store-writer");
  private volatile boolean closing;
  private volatile boolean stopped;
  private volatile boolean full;
  private long lastSeq;
  private volatile long committedSeq;

  Writer(Database database, Targets targets) {
    this.database = database;
    this.dictionary = new Dictionary(database, targets);
    this.events = new Events(database);
    this.states = new States(database);
    this.lastSeq = readLastSeq();
    this.committedSeq = lastSeq;
    thread.start();
  }

  /** Leaves are never deleted, so their highest seq is the highest that was ever given out. */
  private long readLastSeq() {
    return database.number("SELECT max(seq) FROM leaf");
  }

  long committedSeq() {
    return committedSeq;
  }

  /** Whether space ran out, and nobody has said since that there is room. */
  boolean isFull() {
    return full;
  }

  void hasRoom() {
    full = false;
  }

  boolean isStopped() {
    return stopped;
  }

  Database database() {
    return database;
  }

  States states() {
    return states;
  }

  Events events() {
    return events;
  }

  /** Runs work in the writer's next transaction and waits until it is durable. */
  <T> T write(int size, Function<Writer, T> work) {
    if (closing) {
      throw new StoreException("the audit store is closed");
    }
    Job job = new Job(size, work::apply);
    try {
      waiting.put(job);
      if (stopped && waiting.remove(job)) {
        throw new StoreException("the audit store is closed");
      }
      @SuppressWarnings("unchecked") // the job's result is what its own work returned
      T result = (T) job.result.join();
      return result;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreException("interrupted while waiting for the audit store", e);
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new StoreException("the audit store failed: " + e.getCause(), e);
    }
  }

  private void work() {
    try {
      commitWhatWaits();
    } finally {
      // whoever puts a job after this finds it himself
      stopped = true;
      Job late = waiting.poll();
      while (late != null) {
        late.result.completeExceptionally(new StoreException("the audit store is closed"));
        late = waiting.poll();
      }
    }
  }

  private void commitWhatWaits() {
    List<Job> group = new ArrayList<>();
    while (true) {
      try {
        group.clear();
        Job first = waiting.poll(100, java.util.concurrent.TimeUnit.MILLISECONDS);
        if (first == null) {
          if (closing) {
            return;
          }
          continue;
        }
        group.add(first);
        int size = first.events;
        Job next = waiting.peek();
        while (next != null && size + next.events <= MAX_GROUP_EVENTS) {
          waiting.remove();
          group.add(next);
          size += next.events;
          next = waiting.peek();
        }
        commit(group);
      } catch (InterruptedException e) {
        return; // nobody but close() interrupts, after the queue is empty
      }
    }
  }

  private void commit(List<Job> group) {
    List<Object> results = new ArrayList<>(group.size());
    try {
      database.beginWriting();
      for (Job job : group) {
        results.add(job.work.apply(this));
      }
      flushPostings();
      flushSources();
      database.commit();
      dictionary.committed();
      committedSeq = lastSeq;
    } catch (RuntimeException | Error e) {
      database.rollback();
      dictionary.forget();
      sources.clear();
      touched.clear();
      postings.clear();
      lastSeq = committedSeq;
      if (group.size() > 1) {
        // one job's failure must not fail the others: each gets a transaction of its own
        group.forEach(job -> commit(List.of(job)));
      } else {
        full |= e instanceof StoreFullException;
        group.get(0).result.completeExceptionally(e);
      }
      return;
    }
    for (int i = 0; i < group.size(); i++) {
      group.get(i).result.complete(results.get(i));
    }
  }

  List<AppendResult> append(List<PreparedEvent> prepared) {
    List<AppendResult> results = new ArrayList<>(prepared.size());
    for (PreparedEvent event : prepared) {
      results.add(append(event));
    }
    return results;
  }

  private AppendResult append(PreparedEvent prepared) {
    byte[] content = HexFormat.of().parseHex(prepared.content());
    byte[] id = prepared.id();
    Known known = known(id);
    boolean conflict = false;
    if (known != null) {
      if (Arrays.equals(known.content(), content)) {
        count(prepared);
        return new AppendResult(Status.DUPLICATE, EventId.of(id).text(), known.seq(), null);
      }
      conflict = true;
      id =
          EventId.ofConflict(
                  prepared.incoming().tenant(), prepared.event().ref(), prepared.content())
              .bytes();
      Known kept = known(id);
      if (kept != null) {
        count(prepared);
        return conflicting(id, kept.seq());
      }
    }
    String expected = prepared.incoming().expectedState();
    if (expected != null && !expected.equals(currentState(prepared))) {
      count(prepared);
      return new AppendResult(
          Status.SUPERSEDED,
          EventId.of(id).text(),
          0,
          "the resource's state has changed since; read it and compute the event anew");
    }
    long seq = ++lastSeq;
    insert(prepared, id, content, seq, conflict);
    return conflict
        ? conflicting(id, seq)
        : new AppendResult(Status.ACCEPTED, EventId.of(id).text(), seq, null);
  }

  private static AppendResult conflicting(byte[] id, long seq) {
    return new AppendResult(
        Status.CONFLICTING,
        EventId.of(id).text(),
        seq,
        "another content came first under the same source and id; this one is kept apart");
  }

  private String currentState(PreparedEvent prepared) {
    return io.changetrail.store.ResourceKey.of(prepared.event())
        .map(key -> states.currentHash(prepared.incoming().tenant(), key))
        .orElse("");
  }

  private record Known(long seq, byte[] content) {}

  private @Nullable Known known(byte[] id) {
    return database
        .query(
            rows ->
                rows.next()
                    ? Optional.of(new Known(rows.getLong(1), rows.getBytes(2)))
                    : Optional.<Known>empty(),
            "SELECT seq, content FROM identity WHERE id = ?",
            (Object) id)
        .orElse(null);
  }

  private void insert(
      PreparedEvent prepared, byte[] id, byte[] content, long seq, boolean conflict) {
    AuditEvent event = prepared.event();
    String tenant = prepared.incoming().tenant();
    long time = Times.nanos(event.time());
    TermList terms = terms(tenant, prepared.fields(), prepared.others(), event.isAmendment());
    int flags = Flags.of(event, conflict);
    database.update(
        "INSERT INTO event (" + Events.COLUMNS + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        seq,
        tenant,
        id,
        time,
        Times.nanos(prepared.incoming().ingestedTime()),
        prepared.incoming().clockOffset() == null
            ? null
            : (Object) prepared.incoming().clockOffset().toNanos(),
        (long) flags,
        content,
        terms.pack(),
        prepared.body());
    database.update("INSERT INTO identity (id, seq, content) VALUES (?, ?, ?)", id, seq, content);
    database.update(
        "INSERT INTO leaf (seq, hash) VALUES (?, ?)",
        seq,
        HexFormat.of().parseHex(prepared.leaf().hash()));
    if (!prepared.leaf().personal().isEmpty()) {
      database.update("INSERT INTO personal (seq, data) VALUES (?, ?)", seq, prepared.personal());
    }
    for (long term : terms.all()) {
      postings.add(new Posting(term, time, seq));
    }
    PreparedEvent.NewState state = prepared.state();
    if (state != null && !conflict) {
      states.put(tenant, state.key(), States.target(event), time, seq, state.hash(), state.tree());
    }
    amend(prepared, id, seq, conflict);
    SourceKey key = new SourceKey(tenant, event.ref().source());
    source(key).stored(prepared.incoming());
    touched.add(key);
  }

  /** An event that is stored already, or is no longer true, has come under this number: no gap. */
  private void count(PreparedEvent prepared) {
    SourceKey key = new SourceKey(prepared.incoming().tenant(), prepared.event().ref().source());
    if (source(key).came(prepared.incoming())) {
      touched.add(key);
    }
  }

  void declare(String tenant, SourceDeclaration declaration, Instant received) {
    SourceKey key = new SourceKey(tenant, declaration.source());
    source(key).declare(declaration, received);
    touched.add(key);
  }

  private TermList terms(String tenant, Set<Term> fields, Set<Term> others, boolean raw) {
    return new TermList(ids(tenant, fields, raw), ids(tenant, others, raw));
  }

  private long[] ids(String tenant, Set<Term> terms, boolean raw) {
    return terms.stream()
        .mapToLong(term -> dictionary.id(tenant, raw ? term.raw() : term))
        .toArray();
  }

  private void amend(PreparedEvent prepared, byte[] id, long seq, boolean conflict) {
    String tenant = prepared.incoming().tenant();
    if (conflict) {
      return; // kept apart: it neither amends nor is amended
    }
    if (prepared.event().amends() != null) {
      byte[] amended = EventId.of(tenant, prepared.event().amends()).bytes();
      database.update("INSERT INTO amendment (amended, seq) VALUES (?, ?)", amended, seq);
      long base = events.seqOf(amended);
      if (base != 0) {
        reindex(base);
      }
    } else if (isAmended(id)) {
      reindex(seq);
    }
  }

  private boolean isAmended(byte[] id) {
    return database.query(
        java.sql.ResultSet::next, "SELECT 1 FROM amendment WHERE amended = ? LIMIT 1", (Object) id);
  }

  /**
   * Makes an event findable by what is true of it now: after an amendment came, or after personal
   * data went. What was true of it as it was sent stays findable as such.
   */
  void reindex(long seq) {
    Events.Row row = events.row(seq).orElse(null);
    if (row == null) {
      return; // expired
    }
    boolean amendment = row.has(Flags.AMENDMENT);
    boolean amended = !amendment && isAmended(row.id()); // nothing amends an amendment
    Events.Row now = withFlag(row, amended ? Flags.AMENDED : 0);
    AuditEvent raw = events.raw(now);
    AuditEvent folded = amended ? events.folded(now) : raw;
    TermList terms = terms(row.tenant(), Term.ofFields(folded), Term.ofContent(folded), amendment);
    if (amended) {
      terms = terms.and(terms(row.tenant(), Term.ofFields(raw), Term.ofContent(raw), true).all());
    }
    Set<Long> before = new LinkedHashSet<>();
    Arrays.stream(TermList.unpack(row.terms()).all()).forEach(before::add);
    for (long term : terms.all()) {
      if (!before.remove(term)) {
        postings.add(new Posting(term, row.time(), seq));
      }
    }
    unlist(before, row);
    database.update(
        "UPDATE event SET flags = ?, terms = ? WHERE seq = ?",
        (long) now.flags(),
        terms.pack(),
        seq);
  }

  /** Takes an event from the lists of terms; a term without any event goes. */
  void unlist(Set<Long> terms, Events.Row row) {
    flushPostings(); // of others that were appended with the same terms
    for (long term : terms) {
      database.update(
          "DELETE FROM posting WHERE term = ? AND time = ? AND seq = ?",
          term,
          row.time(),
          row.seq());
      dictionary.dropUnused(term);
    }
  }

  private static Events.Row withFlag(Events.Row row, int flag) {
    return new Events.Row(
        row.seq(),
        row.tenant(),
        row.id(),
        row.time(),
        row.ingested(),
        row.clockOffset(),
        row.flags() | flag,
        row.content(),
        row.terms(),
        row.body(),
        row.personal());
  }

  /** Neighbours in the index are written together, which spares the tree most of its searches. */
  private void flushPostings() {
    postings.sort(
        java.util.Comparator.comparingLong(Posting::term)
            .thenComparingLong(Posting::time)
            .thenComparingLong(Posting::seq));
    int at = 0;
    while (at < postings.size()) {
      int rows = postings.size() - at >= ROWS_AT_ONCE ? ROWS_AT_ONCE : 1;
      Object[] parameters = new Object[rows * 3];
      for (int i = 0; i < rows; i++) {
        Posting posting = postings.get(at + i);
        parameters[3 * i] = posting.term();
        parameters[3 * i + 1] = posting.time();
        parameters[3 * i + 2] = posting.seq();
      }
      database.update(rows == 1 ? INSERT_POSTING : INSERT_POSTINGS, parameters);
      at += rows;
    }
    postings.clear();
  }

  private SourceLedger source(SourceKey key) {
    return sources.computeIfAbsent(
        key,
        wanted ->
            database.query(
                rows ->
                    rows.next()
                        ? SourceLedger.fromJson(Bodies.read(rows.getString(1)))
                        : new SourceLedger(),
                "SELECT status FROM source WHERE tenant = ? AND source = ?",
                wanted.tenant(),
                wanted.source()));
  }

  private void flushSources() {
    for (SourceKey key : touched) {
      database.update(
          "INSERT OR REPLACE INTO source (tenant, source, status) VALUES (?, ?, ?)",
          key.tenant(),
          key.source(),
          source(key).toJson().toString());
    }
    touched.clear();
    if (sources.size() > 10_000) {
      sources.clear();
    }
  }

  /** Writes what waits, then stops. */
  @Override
  public void close() {
    closing = true;
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true; // the file must not be closed under the thread that writes it
      }
    }
    database.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
