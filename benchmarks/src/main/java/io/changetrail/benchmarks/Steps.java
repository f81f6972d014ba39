// SPDX-License-Identifier: Apache-2.0
package io.changetrail.benchmarks;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.StateChange;
import io.changetrail.model.codec.CloudEventsCodec;
import io.changetrail.model.content.Leaf;
import io.changetrail.model.diff.StructuralDiff;
import io.changetrail.model.redaction.RedactionKey;
import io.changetrail.model.redaction.RedactionRules;
import io.changetrail.model.redaction.Redactor;
import io.changetrail.store.AppendResult;
import io.changetrail.store.AuditStore;
import io.changetrail.store.AuditStoreProvider;
import io.changetrail.store.NewEvent;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The steps that an event takes through the server, one by one and by one thread, in events a
 * second; Jackson on the same bytes stands beside them as what cannot be beaten.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class Steps {
  private static final int EVENTS = 500;
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final CloudEventsCodec CODEC = new CloudEventsCodec();
  private static final Workload WORKLOAD =
      new Workload(1, Instant.parse("2026-01-01T00:00:00Z"), Duration.ofSeconds(1));

  /** Some events, as objects, trees and bytes. */
  @State(Scope.Thread)
  public static class Events {
    private final List<AuditEvent> events = new ArrayList<>();
    private final List<byte[]> encoded = new ArrayList<>();
    private final List<JsonNode> trees = new ArrayList<>();
    private final List<StateChange> states = new ArrayList<>();
    private final Redactor redactor =
        new Redactor(RedactionRules.defaults(), new RedactionKey("bench", new byte[32]));
    private final SplittableRandom salts = new SplittableRandom(7);
    private int at;

    @Setup
    public void make() throws IOException {
      for (int n = 0; n < EVENTS; n++) {
        AuditEvent event = WORKLOAD.event(n);
        events.add(event);
        encoded.add(WORKLOAD.encoded(n));
        trees.add(JSON.readTree(WORKLOAD.encoded(n)));
        if (event.change().state().before() != null && event.change().state().after() != null) {
          states.add(event.change().state());
        }
      }
    }

    private <T> T next(List<T> all) {
      at = (at + 1) % all.size();
      return all.get(at);
    }
  }

  /** An embedded store in a directory that is deleted afterwards. */
  @State(Scope.Thread)
  public static class Store {
    private Path directory = Path.of("");

    @SuppressWarnings("NullAway.Init") // by @Setup
    private AuditStore store;

    private long next;

    @Setup(Level.Iteration)
    public void open() throws IOException {
      directory = Files.createTempDirectory(Path.of("").toAbsolutePath(), "steps-");
      URI place = URI.create("embedded:" + directory.toString().replace(" ", "%20"));
      store = AuditStoreProvider.forUri(place).open(place, InstantSource.system());
      next = 0;
    }

    @TearDown(Level.Iteration)
    public void delete() throws IOException {
      store.close();
      try (Stream<Path> files = Files.walk(directory)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  @Benchmark
  public JsonNode jacksonReads(Events events) throws IOException {
    return JSON.readTree(events.next(events.encoded));
  }

  @Benchmark
  public AuditEvent decode(Events events) {
    return CODEC.decode(events.next(events.encoded));
  }

  @Benchmark
  public byte[] jacksonWrites(Events events) throws JsonProcessingException {
    return JSON.writeValueAsBytes(events.next(events.trees));
  }

  @Benchmark
  public byte[] encode(Events events) {
    return CODEC.encode(events.next(events.events));
  }

  @Benchmark
  public AuditEvent redact(Events events) {
    return events.redactor.redact(events.next(events.events));
  }

  @Benchmark
  public Leaf leaf(Events events) {
    return Leaf.of(events.next(events.events), events.salts);
  }

  /** Of two states to their patch. */
  @Benchmark
  public StateChange diff(Events events) {
    StateChange state = events.next(events.states);
    return StructuralDiff.between(state.before(), state.after());
  }

  /** Durable on return, in batches; making the events is part of it. */
  @Benchmark
  @OperationsPerInvocation(EVENTS)
  public List<AppendResult> append(Store store) {
    List<NewEvent> batch = new ArrayList<>(EVENTS);
    for (int i = 0; i < EVENTS; i++) {
      AuditEvent event = WORKLOAD.event(store.next++);
      batch.add(NewEvent.of("bench", event, event.time()));
    }
    return store.store.append(batch);
  }
}
