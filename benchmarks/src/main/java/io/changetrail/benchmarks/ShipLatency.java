// SPDX-License-Identifier: Apache-2.0
package io.changetrail.benchmarks;

import com.fasterxml.jackson.databind.node.TextNode;
import io.changetrail.model.AuditEvent;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiFunction;
import org.HdrHistogram.Histogram;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * How long a host waits for an event to be taken while the receiver is well, slow, silent or away;
 * what of them arrives once it is well again; and what a burst costs. Side by side with a plain
 * request for each event and with OpenTelemetry's log exporter.
 */
@Command(name = "ship", description = "Measures handing events over.", showDefaultValues = true)
public final class ShipLatency implements Callable<Integer> {
  private static final String SHIPPER = "Changetrail shipper";
  private static final String POST = "OkHttp POST per event";
  private static final String OPEN_TELEMETRY = "OpenTelemetry log exporter 1.68.0";

  @Option(names = "--events", description = "handed over in each state, one per millisecond")
  private int events = 3000;

  @Option(names = "--posts", description = "of them by a plain POST, where each waits")
  private int posts = 10;

  @Option(names = "--warm-up", description = "handed over by each before the clock starts")
  private int warmUp = 3000;

  @Option(names = "--burst", description = "handed over at once; 0 for no burst")
  private int burst = 100_000;

  @Option(names = "--patience", description = "seconds for the rest to arrive afterwards")
  private int patience = 30;

  private final Report report = new Report();
  private final Workload workload =
      new Workload(1, Instant.now().minus(Duration.ofHours(1)), Duration.ofHours(1));

  /** Runs it. */
  public static void main(String[] args) {
    ShipLatency latency = new ShipLatency();
    int code = new CommandLine(latency).execute(args);
    System.out.println(latency.report.markdown());
    System.exit(code);
  }

  Report report() {
    return report;
  }

  private static Map<String, BiFunction<Path, URI, Carrier>> carriers() {
    Map<String, BiFunction<Path, URI, Carrier>> all = new LinkedHashMap<>();
    all.put(SHIPPER, Carrier::spool);
    all.put(OPEN_TELEMETRY, (directory, server) -> Carrier.openTelemetry(server));
    all.put(POST, (directory, server) -> Carrier.post(server));
    return all;
  }

  @Override
  public Integer call() throws IOException {
    report.machine();
    for (Map.Entry<String, BiFunction<Path, URI, Carrier>> each : carriers().entrySet()) {
      pace(each.getKey(), each.getValue(), Sink.State.UP, warmUp, false);
    }
    for (Sink.State state : Sink.State.values()) {
      for (Map.Entry<String, BiFunction<Path, URI, Carrier>> each : carriers().entrySet()) {
        boolean waits = each.getKey().equals(POST) && state != Sink.State.UP;
        pace(each.getKey(), each.getValue(), state, waits ? posts : events, true);
      }
    }
    if (burst > 0) {
      for (Sink.State state : List.of(Sink.State.UP, Sink.State.ABSENT)) {
        burst(SHIPPER, Carrier::spool, state);
        burst(OPEN_TELEMETRY, (directory, server) -> Carrier.openTelemetry(server), state);
      }
    }
    return 0;
  }

  private AuditEvent event(int n) {
    AuditEvent event = workload.event(n);
    return event.toBuilder()
        .attributes(Map.of("mark", TextNode.valueOf("bench-%07d".formatted(n))))
        .build();
  }

  private void pace(
      String name,
      BiFunction<Path, URI, Carrier> carrier,
      Sink.State state,
      int count,
      boolean counts)
      throws IOException {
    Histogram nanos = new Histogram(Duration.ofMinutes(2).toNanos(), 3);
    Path directory = Files.createTempDirectory("ship");
    try (Sink sink = new Sink(state);
        Carrier host = carrier.apply(directory, sink.address())) {
      for (int i = 0; i < count; i++) {
        AuditEvent event = event(i);
        long began = System.nanoTime();
        host.ship(event);
        nanos.recordValue(System.nanoTime() - began);
        LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
      }
      sink.recover();
      int arrived = arrived(host, sink, count);
      if (counts) {
        report.add(
            name + ", receiver " + state.name().toLowerCase(Locale.ROOT) + ", p99",
            nanos.getValueAtPercentile(99) / 1e6,
            "ms",
            count,
            "p50 %.3f ms, most %.1f ms; %,d of %,d arrived"
                .formatted(
                    nanos.getValueAtPercentile(50) / 1e6,
                    nanos.getMaxValue() / 1e6,
                    arrived,
                    count));
      }
    } finally {
      Folders.delete(directory);
    }
  }

  private void burst(String name, BiFunction<Path, URI, Carrier> carrier, Sink.State state)
      throws IOException {
    Path directory = Files.createTempDirectory("ship");
    Histogram nanos = new Histogram(Duration.ofMinutes(2).toNanos(), 3);
    try (Sink sink = new Sink(state);
        Carrier host = carrier.apply(directory, sink.address())) {
      long before = heap();
      long spent = 0;
      for (int i = 0; i < burst; i++) {
        AuditEvent event = event(i);
        long began = System.nanoTime();
        host.ship(event);
        long took = System.nanoTime() - began;
        spent += took;
        nanos.recordValue(took);
      }
      long after = heap();
      sink.recover();
      int arrived = arrived(host, sink, burst);
      report.add(
          name
              + ", burst of %,d, receiver %s"
                  .formatted(burst, state.name().toLowerCase(Locale.ROOT)),
          burst / (spent / 1e9),
          "events/s",
          burst,
          "p99 %.3f ms; live heap %+.1f MiB; %,d of %,d arrived"
              .formatted(
                  nanos.getValueAtPercentile(99) / 1e6,
                  (after - before) / 1048576.0,
                  arrived,
                  burst));
    } finally {
      Folders.delete(directory);
    }
  }

  /** What is in use once the collector has run. */
  private static long heap() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  /** Until all are there, the host has none left to send, or nothing came for so long. */
  private int arrived(Carrier host, Sink sink, int count) {
    long deadline = System.nanoTime() + Duration.ofSeconds(patience).toNanos();
    int last = -1;
    boolean more = true;
    while (more && sink.count() < count && System.nanoTime() < deadline) {
      more = !host.flush(Duration.ofSeconds(1));
      if (sink.count() > last) {
        last = sink.count();
        deadline = System.nanoTime() + Duration.ofSeconds(patience).toNanos();
      }
    }
    return sink.count();
  }
}
