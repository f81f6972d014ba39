// SPDX-License-Identifier: Apache-2.0
package io.changetrail.shipper;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.codec.CloudEventsCodec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/**
 * Sends what lies in the journal to one destination, on a thread of its own, until it is told to
 * end. It goes on only behind what the destination has taken, refused for good, or can never have.
 */
final class Sender {
  private static final int MOST_EVENTS = 500;
  private static final long MOST_BYTES = 1 << 20;
  private static final long FEWEST_BYTES = 16 << 10;
  private static final int MOST_DECLARATIONS = 500;
  private static final int LONGEST_REASON = 256;
  private static final Duration QUIET = Duration.ofMinutes(5);
  private static final CloudEventsCodec CODEC = new CloudEventsCodec();
  private static final System.Logger LOG = System.getLogger(Sender.class.getName());

  private final String name;
  private final Journal journal;
  private final ShipperSettings settings;
  private final InstantSource clock;
  private final ServerClient client;
  private final Cursor cursor;
  private final DeadLetters deadLetters;
  private final Declarations declarations;
  private final Runnable progress;
  private final Backoff backoff;
  private final Backoff declaringBackoff;
  private final Thread thread;

  private final Semaphore work = new Semaphore(0);
  private final CountDownLatch closing = new CountDownLatch(1);
  private volatile boolean stopped;
  private volatile boolean replay;

  private boolean greeted;
  private long nextDeclaration = System.nanoTime();
  private long nextHeartbeat = System.nanoTime();
  private long batchBytes = MOST_BYTES;
  private long nextLog = System.nanoTime();

  /** Whether the cursor is further than what the disk has of it. */
  private boolean unsaved;

  private volatile Place reached;
  private volatile boolean untold;
  private final AtomicLong sent = new AtomicLong();
  private final AtomicLong retried = new AtomicLong();
  private volatile long lost;
  private volatile @Nullable String trouble;

  /** Not now; the same again later. */
  private static final class LaterException extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient Answer.Later later;

    LaterException(Answer.Later later) {
      super(later.why());
      this.later = later;
    }
  }

  /**
   * @param directory of this destination in the spool
   * @param progress is run when the journal may be released, or somebody may wait for it
   */
  Sender(
      Destination destination,
      Path directory,
      Journal journal,
      ShipperSettings settings,
      OkHttpClient http,
      Declarations declarations,
      Runnable progress)
      throws IOException {
    name = destination.name();
    this.journal = journal;
    this.settings = settings;
    this.clock = settings.clock();
    this.declarations = declarations;
    this.progress = progress;
    client = new ServerClient(http, destination, clock);
    deadLetters = new DeadLetters(directory.resolve("dead-letters"), settings.maxBytes() / 8);
    cursor = Cursor.open(Files.createDirectories(directory).resolve("cursor.json"), journal);
    reached = cursor.place();
    untold = !cursor.losses().isEmpty();
    backoff = new Backoff(settings.firstPause(), settings.longestPause(), settings.random());
    declaringBackoff =
        new Backoff(settings.firstPause(), settings.longestPause(), settings.random());
    thread = new Thread(this::run, "changetrail-ship-" + name);
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** There is something to send; costs next to nothing. */
  void wake() {
    if (work.availablePermits() == 0) {
      work.release();
    }
  }

  /** Sends the dead letters again, before anything else. */
  void replay() {
    replay = true;
    wake();
  }

  /** Everything before it has been dealt with. */
  Place reached() {
    return reached;
  }

  /** Whether nothing is left to be sent or told. */
  boolean isDone() {
    // In this order: what is found missing on the way to a place is untold before it is reached.
    return journal.isEnd(reached) && !untold && !replay;
  }

  private void run() {
    try {
      while (!stopped) {
        try {
          // Asked first: what was shipped before the end began is then in what is looked for.
          boolean ending = closing.getCount() == 0;
          if (step()) {
            continue;
          }
          if (!ending) {
            awaitWork();
          } else if (sayGoodbye()) {
            break;
          } else {
            pause(declaringBackoff.next());
          }
        } catch (LaterException e) {
          retried.incrementAndGet();
          failed(String.valueOf(e.getMessage()));
          if (isToGiveUp()) {
            break;
          }
          pause(later(e.later.after()));
        } catch (IOException | RuntimeException | Error e) {
          // The disk, a fault of ours, or the host is out of memory: none may end the thread.
          failed(e);
          if (isToGiveUp()) {
            break;
          }
          pause(backoff.next());
        }
      }
      if (unsaved) {
        cursor.save();
      }
    } catch (IOException e) {
      failed(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      progress.run();
    }
  }

  /** At its end a sender does not wait for a server that is away, unless its spool ends too. */
  private boolean isToGiveUp() {
    return closing.getCount() == 0 && !settings.shortLived();
  }

  private Duration later(@Nullable Duration asked) {
    Duration own = backoff.next();
    return asked == null || asked.compareTo(own) < 0 ? own : asked;
  }

  /** Ends early when the sender is to end. */
  private void pause(Duration pause) throws InterruptedException {
    if (closing.getCount() > 0) {
      closing.await(pause.toNanos(), TimeUnit.NANOSECONDS);
    } else {
      TimeUnit.NANOSECONDS.sleep(pause.toNanos());
    }
  }

  private void awaitWork() throws InterruptedException {
    boolean woken = work.tryAcquire(untilDeclaration(), TimeUnit.NANOSECONDS);
    work.drainPermits();
    if (woken) {
      // A little later there is more to go in the same request.
      closing.await(settings.linger().toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  /** How many nanoseconds it is until something may have to be declared. */
  private long untilDeclaration() {
    long now = System.nanoTime();
    long due = QUIET.toNanos();
    if (isGreetingDue() || !cursor.losses().isEmpty()) {
      due = 0;
    } else if (settings.heartbeat() != null) {
      due = Math.min(due, nextHeartbeat - now);
    }
    return Math.max(due, nextDeclaration - now);
  }

  /** Does one thing; whether there may be more to do at once. */
  private boolean step() throws IOException, LaterException {
    if (replay) {
      sendDeadLetters();
    }
    declareWhatIsDue();
    List<Entry> entries = journal.read(cursor.place(), MOST_EVENTS, batchBytes);
    if (entries.isEmpty()) {
      if (unsaved) {
        // Nothing that comes would save it, and until then nothing of the spool is let go.
        save();
      }
      progress.run();
      return false;
    }
    send(entries, new Entries());
    return true;
  }

  /** What becomes of the items of a batch. */
  private interface Batch<T> {
    /** The CloudEvent; {@code null} if this item is none. */
    byte @Nullable [] event(T item);

    void refused(T item, String reason) throws IOException;

    /** All of them are dealt with. */
    void passed(List<T> items) throws IOException;
  }

  /** Those of the journal. */
  private final class Entries implements Batch<Entry> {
    @Override
    public byte @Nullable [] event(Entry entry) {
      return entry instanceof Entry.Event event ? event.json() : null;
    }

    @Override
    public void refused(Entry entry, String reason) throws IOException {
      if (!(entry instanceof Entry.Event event)) {
        return;
      }
      deadLetters.park(event, reason, clock.instant());
      LOG.log(
          System.Logger.Level.WARNING,
          "{0} refuses event {1} of {2}, which is kept for a replay: {3}",
          name,
          event.number(),
          event.sequence().source(),
          reason);
      if (event.number() > 0) {
        String why = "refused: " + reason;
        cursor.lose(
            new Loss(
                event.sequence(),
                event.number(),
                event.number(),
                why.substring(0, Math.min(LONGEST_REASON, why.length())),
                clock.instant()));
      }
    }

    @Override
    public void passed(List<Entry> entries) throws IOException {
      entries.forEach(entry -> cursor.pass(entry, journal));
      save();
    }
  }

  /** Those that were refused before. */
  private final class Letters implements Batch<DeadLetter> {
    private final List<DeadLetter> again = new ArrayList<>();

    @Override
    public byte[] event(DeadLetter letter) {
      return letter.event();
    }

    @Override
    public void refused(DeadLetter letter, String reason) throws IOException {
      deadLetters.refuse(letter, reason, clock.instant());
      again.add(letter);
    }

    @Override
    public void passed(List<DeadLetter> letters) throws IOException {
      for (DeadLetter letter : letters) {
        if (!again.contains(letter)) {
          deadLetters.remove(letter);
        }
      }
    }
  }

  private void sendDeadLetters() throws IOException, LaterException {
    List<Path> files = deadLetters.files();
    for (int i = 0; i < files.size(); ) {
      List<DeadLetter> batch = new ArrayList<>();
      long bytes = 0;
      for (; i < files.size() && batch.size() < MOST_EVENTS && bytes < batchBytes; i++) {
        DeadLetter letter = deadLetters.read(files.get(i));
        if (letter != null) {
          bytes += letter.event().length;
          batch.add(letter);
        }
      }
      send(batch, new Letters());
    }
    replay = false;
  }

  /** Sends items in as many requests as it takes until each is stored or refused. */
  private <T> void send(List<T> items, Batch<T> batch) throws IOException, LaterException {
    Deque<List<T>> parts = new ArrayDeque<>(List.of(items));
    while (!parts.isEmpty() && !stopped) {
      List<T> part = parts.pop();
      List<T> events = new ArrayList<>();
      List<byte[]> bodies = new ArrayList<>();
      for (T item : part) {
        byte[] event = batch.event(item);
        if (event != null) {
          events.add(item);
          bodies.add(event);
        }
      }
      if (events.isEmpty()) {
        batch.passed(part);
        continue;
      }
      Answer answer = client.sendEvents(bodies);
      if (answer instanceof Answer.Later later) {
        throw new LaterException(later);
      }
      succeeded();
      if (answer instanceof Answer.Stored stored) {
        for (Answer.Refusal refusal : stored.refusals()) {
          T event = events.get(refusal.index());
          if (refusal.superseded() && settings.superseded() != null) {
            settings.superseded().accept(CODEC.decode(bodies.get(refusal.index())));
          } else {
            batch.refused(event, refusal.reason());
          }
        }
        sent.addAndGet(events.size() - stored.refusals().size());
        batchBytes = Math.min(MOST_BYTES, batchBytes + batchBytes / 16);
        batch.passed(part);
      } else if (events.size() == 1) {
        batch.refused(events.get(0), reason(answer));
        batch.passed(part);
      } else {
        if (answer instanceof Answer.TooLarge) {
          batchBytes = Math.max(FEWEST_BYTES, batchBytes / 2);
        }
        int half = part.size() / 2;
        parts.push(part.subList(half, part.size()));
        parts.push(part.subList(0, half));
      }
    }
  }

  private static String reason(Answer answer) {
    return answer instanceof Answer.Refused refused
        ? refused.reason()
        : answer instanceof Answer.TooLarge large ? large.reason() : "";
  }

  private void save() throws IOException {
    unsaved = true;
    cursor.save();
    unsaved = false;
    untold = !cursor.losses().isEmpty();
    lost = cursor.lost();
    reached = cursor.place();
    progress.run();
  }

  /** Whether it was not said yet that an epoch goes on from another. */
  private boolean isGreetingDue() {
    return !greeted && journal.previousEpoch() != null;
  }

  private void declareWhatIsDue() throws IOException {
    long now = System.nanoTime();
    boolean heartbeat = settings.heartbeat() != null && now - nextHeartbeat >= 0;
    boolean greeting = isGreetingDue();
    if (now - nextDeclaration < 0 || (!heartbeat && !greeting && cursor.losses().isEmpty())) {
      return;
    }
    if (declare(heartbeat || greeting, false)) {
      greeted = true;
      if (settings.heartbeat() != null) {
        nextHeartbeat = now + settings.heartbeat().toNanos();
      }
      declaringBackoff.reset();
    } else {
      nextDeclaration = now + declaringBackoff.next().toNanos();
    }
  }

  /** Whether the destination knows now. Events do not wait for it. */
  private boolean declare(boolean all, boolean ended) throws IOException {
    List<Declarations.Declared> due = declarations.of(cursor, all, ended);
    for (int i = 0; i < due.size(); i += MOST_DECLARATIONS) {
      if (!declare(due.subList(i, Math.min(due.size(), i + MOST_DECLARATIONS)))) {
        return false;
      }
    }
    return true;
  }

  private boolean declare(List<Declarations.Declared> some) throws IOException {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    ArrayNode array = body.putArray("declarations");
    some.forEach(declared -> array.add(declared.json()));
    Answer answer = client.declare(body);
    if (answer instanceof Answer.Later later) {
      failed(later.why());
      return false;
    }
    if (!(answer instanceof Answer.Stored)) {
      if (some.size() > 1) {
        boolean every = true;
        for (Declarations.Declared one : some) {
          every &= declare(List.of(one));
        }
        return every;
      }
      LOG.log(
          System.Logger.Level.WARNING,
          "{0} refuses what is declared of {1}: {2}",
          name,
          some.get(0).json().path("source").asText(),
          reason(answer));
    }
    some.forEach(declared -> cursor.told(declared.losses()));
    cursor.forget(journal);
    save();
    return true;
  }

  /** Whether nothing is left to be said, or what is can wait for the next time. */
  private boolean sayGoodbye() throws IOException {
    if (settings.shortLived()) {
      return declare(true, true);
    }
    if (!cursor.losses().isEmpty()) {
      declare(false, false);
    }
    return true;
  }

  private void failed(Throwable e) {
    try {
      failed(e.toString());
    } catch (Error again) {
      trouble = "an error that there is no memory to tell";
    }
  }

  private void failed(String why) {
    boolean news = !why.equals(trouble);
    trouble = why;
    if (news || System.nanoTime() - nextLog > 0) {
      nextLog = System.nanoTime() + QUIET.toNanos();
      LOG.log(
          System.Logger.Level.WARNING,
          "{0} does not take events, which stay in the spool: {1}",
          name,
          why);
    }
  }

  private void succeeded() {
    backoff.reset();
    if (trouble != null) {
      trouble = null;
      LOG.log(System.Logger.Level.INFO, "{0} takes events again", name);
    }
  }

  /** Tries to send what is left, and ends. */
  void beginClose() {
    closing.countDown();
    wake();
  }

  /** Waits until it has ended, and ends it by force at a moment of {@link System#nanoTime}. */
  void awaitClose(long deadline) throws InterruptedException {
    thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
    stopped = true;
    for (int i = 0; i < 100 && thread.isAlive(); i++) {
      client.cancel();
      thread.interrupt();
      thread.join(10);
    }
  }

  ShipperMetrics.ForDestination metrics() {
    long depth = journal.depth(reached);
    return new ShipperMetrics.ForDestination(
        name,
        depth,
        sent.get(),
        retried.get(),
        lost,
        deadLetters.count(),
        depth == 0 ? null : age(),
        trouble);
  }

  /** The CloudEvents that this destination does not have: those to be sent, then the refused. */
  List<byte[]> unsent() throws IOException {
    List<byte[]> unsent = new ArrayList<>();
    for (Entry entry : journal.read(reached, Integer.MAX_VALUE, Long.MAX_VALUE)) {
      if (entry instanceof Entry.Event event) {
        unsent.add(event.json());
      }
    }
    for (Path file : deadLetters.files()) {
      DeadLetter letter = deadLetters.read(file);
      if (letter != null) {
        unsent.add(letter.event());
      }
    }
    return unsent;
  }

  private @Nullable Duration age() {
    try {
      for (Entry entry : journal.read(reached, 1, 1)) {
        if (entry instanceof Entry.Event oldest) {
          return Duration.between(oldest.at(), clock.instant());
        }
      }
      return null;
    } catch (IOException e) {
      // Then it is not known; a reader of metrics cannot help it.
      return null;
    }
  }
}
