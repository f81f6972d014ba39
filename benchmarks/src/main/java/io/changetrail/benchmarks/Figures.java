// SPDX-License-Identifier: Apache-2.0
package io.changetrail.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures a server in a process of its own, and prints a table. */
@Command(
    name = "figures",
    mixinStandardHelpOptions = true,
    description = "Puts an audit server under load and prints what it did.")
final class Figures implements Callable<Integer> {
  private static final int CLIENTS_BATCH = 4;
  private static final int CLIENTS_SINGLE = 16;
  private static final int BATCHES_PREPARED = 100;
  private static final Duration LONGEST_QUERIES = Duration.ofMinutes(10);
  private static final String HEAP = "-Xmx512m";

  @Option(names = "--events", description = "Stored before the queries; ${DEFAULT-VALUE}.")
  private long events = 1_000_000;

  @Option(
      names = "--fill-seconds",
      description = "Storing stops after so long, with fewer events; ${DEFAULT-VALUE}.")
  private int fillSeconds = 90;

  @Option(names = "--queries", description = "Of each kind; ${DEFAULT-VALUE}.")
  private int queries = 500;

  @Option(
      names = "--warm-up",
      description = "Queries of each kind before these, at most as many; ${DEFAULT-VALUE}.")
  private int warmUp = 50;

  @Option(names = "--singles", description = "Single-event requests; ${DEFAULT-VALUE}.")
  private int singles = 20_000;

  @Option(
      names = "--ingest-rate",
      description = "Events a second that come in during the queries; ${DEFAULT-VALUE}.")
  private int ingestRate = 1000;

  @Option(names = "--starts", description = "Starts over the filled store; ${DEFAULT-VALUE}.")
  private int starts = 3;

  @Option(
      names = "--data",
      description = {
        "Where to store; a new temporary directory if not given.",
        "What an earlier run stored there is asked again and not stored again."
      })
  private @Nullable Path data;

  @Option(
      names = "--server-option",
      description =
          "For the server's JVM, such as -XX:StartFlightRecording=filename=server.jfr; may be"
              + " repeated.")
  private List<String> serverOptions = new ArrayList<>();

  @Option(names = "--server", description = "The server's runnable jar; ${DEFAULT-VALUE}.")
  private Path jar = Path.of("audit-server/target/changetrail.jar");

  private final @Nullable List<String> launch;
  private final Report report = new Report();

  private Figures() {
    this.launch = null;
  }

  /**
   * Measures a server that is started otherwise than from its jar.
   *
   * @param launch what to put behind {@code java}
   */
  Figures(List<String> launch) {
    this.launch = launch;
  }

  public static void main(String... arguments) {
    System.exit(new CommandLine(new Figures()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    Path directory = data == null ? Files.createTempDirectory("changetrail-figures") : data;
    try {
      measure(Files.createDirectories(directory));
    } finally {
      if (data == null) {
        Folders.delete(directory);
      }
    }
    System.out.println(report.markdown());
    return 0;
  }

  Report report() {
    return report;
  }

  private void measure(Path directory) throws Exception {
    report.machine();
    Path store = directory.resolve("server");
    Path filled = directory.resolve("filled");
    long next = (events + IngestLoad.BATCH - 1) / IngestLoad.BATCH * IngestLoad.BATCH;
    boolean isFilled = Files.exists(filled);
    Instant end =
        isFilled
            ? Instant.parse(Files.readString(filled).strip())
            : Instant.now().truncatedTo(ChronoUnit.SECONDS).minusSeconds(60);
    Workload workload = Workload.until(end, events + singles);
    if (!isFilled) {
      rawLimits(directory, workload);
    }
    try (ServerProcess server = start(store)) {
      Client client = new Client(server.address());
      long stored = isFilled ? next : fill(server, client, workload, next);
      if (!isFilled) {
        next = singles(server, client, workload, stored);
        Files.writeString(filled, end.toString());
      }
      queries(client, workload, Math.min(events, stored));
      memory(server, client);
    }
    restarts(store);
    report.add("data directory", size(store) / (double) next, "bytes/event", next, "");
  }

  private void rawLimits(Path directory, Workload workload) throws IOException {
    Duration time = Duration.ofSeconds(1);
    report.add(
        "raw: write + fsync of 1 KB", RawLimits.syncs(directory, 1 << 10, time), "/s", 0, "");
    report.add(
        "raw: write + fsync of 500 KB", RawLimits.syncs(directory, 500 << 10, time), "/s", 0, "");
    report.add(
        "raw: Jackson parses, 1 thread",
        RawLimits.parsed(IngestLoad.batches(workload, 0, 20), time),
        "events/s",
        0,
        "");
    int batches = (int) Math.min(100, Math.max(2, events / IngestLoad.BATCH));
    List<List<Rows.Row>> rows = new Rows(workload).batches(batches);
    long count = (long) batches * IngestLoad.BATCH;
    report.add(
        "peer: a plain table of SQLite, 4 indexes, 1 client",
        PlainTable.sqlite(directory, rows),
        "events/s",
        count,
        "");
    report.add(
        "peer: a plain table of PostgreSQL, 4 indexes, 1 client",
        PlainTable.postgres(directory, rows),
        "events/s",
        count,
        "");
  }

  private ServerProcess start(Path store) throws IOException {
    List<String> jvm = new ArrayList<>(List.of(HEAP, "-Xshare:auto"));
    jvm.addAll(serverOptions);
    return ServerProcess.start(launch == null ? ServerProcess.runnable(jar) : launch, jvm, store);
  }

  private long fill(ServerProcess server, Client client, Workload workload, long wanted)
      throws IOException {
    List<Double> rates = new ArrayList<>();
    long sent = 0;
    double processor = server.processorSeconds();
    double seconds = 0;
    while (sent < wanted && seconds < fillSeconds) {
      int count = (int) Math.min(BATCHES_PREPARED, (wanted - sent) / IngestLoad.BATCH);
      List<byte[]> bodies = IngestLoad.batches(workload, sent, count);
      double took =
          IngestLoad.run(bodies, CLIENTS_BATCH, body -> client.ingestBatch(body, IngestLoad.BATCH));
      sent += (long) count * IngestLoad.BATCH;
      seconds += took;
      rates.add(count * (double) IngestLoad.BATCH / took);
      report.progress("%,d events, %,.0f/s".formatted(sent, rates.get(rates.size() - 1)));
    }
    report.add(
        "ingest, batches of 500, 4 clients",
        sent / seconds,
        "events/s",
        sent,
        "median of rounds %,.0f/s; server used %.1f of %d processors"
            .formatted(
                median(rates),
                (server.processorSeconds() - processor) / seconds,
                Runtime.getRuntime().availableProcessors()));
    return sent;
  }

  private long singles(ServerProcess server, Client client, Workload workload, long next)
      throws IOException {
    List<byte[]> bodies = IngestLoad.singles(workload, next, singles);
    double processor = server.processorSeconds();
    Histogram times = new Histogram(60_000_000, 3);
    double took =
        IngestLoad.run(
            bodies,
            CLIENTS_SINGLE,
            body -> {
              long began = System.nanoTime();
              client.ingest(body);
              synchronized (times) {
                times.recordValue((System.nanoTime() - began) / 1000);
              }
            });
    report.add(
        "ingest, single events, 16 clients",
        singles / took,
        "events/s",
        singles,
        "p50 %.1f ms, p99 %.1f ms; server used %.1f processors"
            .formatted(
                times.getValueAtPercentile(50) / 1e3,
                times.getValueAtPercentile(99) / 1e3,
                (server.processorSeconds() - processor) / took));
    return next + singles;
  }

  private void queries(Client client, Workload workload, long stored) throws Exception {
    // Other ones at each run over the same store.
    long first = Workload.LATER + Instant.now().getEpochSecond() % 1_000_000 * 1000;
    Workload other =
        Workload.after(workload.time(events + singles), first, LONGEST_QUERIES, ingestRate);
    Trickle ingest = Trickle.start(client, other, first, ingestRate);
    try {
      QueryLoad load = new QueryLoad(client, workload, stored);
      load.run(Math.min(warmUp, queries)); // of the server, not its page cache alone
      for (Map.Entry<QueryLoad.Kind, Histogram> each : load.run(queries).entrySet()) {
        report.latency(each.getKey().title, each.getValue());
      }
    } finally {
      ingest.stop();
    }
  }

  private void memory(ServerProcess server, Client client) throws IOException {
    report.add("server memory, resident", server.residentBytes() / 1e6, "MB", 0, HEAP);
    String metrics = new String(client.get("/metrics"), java.nio.charset.StandardCharsets.UTF_8);
    metrics
        .lines()
        .filter(line -> line.startsWith("jvm_memory_used_bytes{area=\"heap\"}"))
        .findFirst()
        .ifPresent(
            line ->
                report.add(
                    "server heap in use",
                    Double.parseDouble(line.substring(line.lastIndexOf(' '))) / 1e6,
                    "MB",
                    0,
                    HEAP));
  }

  private void restarts(Path store) throws IOException {
    List<Double> times = new ArrayList<>();
    for (int i = 0; i < starts; i++) {
      try (ServerProcess server = start(store)) {
        times.add(server.started().toMillis() / 1e3);
      }
    }
    if (!times.isEmpty()) {
      report.add("start to ready, over these events", median(times), "s", starts, "median");
    }
  }

  static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    return sorted.isEmpty() ? Double.NaN : sorted.get(sorted.size() / 2);
  }

  private static long size(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    }
  }
}
