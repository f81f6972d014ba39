// SPDX-License-Identifier: Apache-2.0
package io.changetrail.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * How soon a delivery of GitHub's webhook is answered while many come at once and other events come
 * in. Side by side with single events by the API, which need neither signature nor mapper.
 */
@Command(
    name = "webhooks",
    description = "Measures the answers to webhooks.",
    showDefaultValues = true)
public final class WebhookLoad implements Callable<Integer> {
  private static final String SECRET = "a-secret-of-the-load-program";
  private static final long LONGEST = TimeUnit.MINUTES.toMicros(2);

  @Option(names = "--deliveries", description = "each of another event")
  private int deliveries = 4000;

  @Option(names = "--clients", description = "at once, each waiting for its answer")
  private int clients = 16;

  @Option(names = "--warm-up", description = "deliveries before the clock starts")
  private int warmUp = 1000;

  @Option(names = "--ingest-rate", description = "events a second that come in beside them")
  private int ingestRate = 200;

  @Option(names = "--payloads", description = "directory of GitHub's payloads")
  private Path payloads = Path.of("event-sources/src/test/resources/github");

  @Mixin private final MeasuredServer server;
  private final Report report = new Report();

  WebhookLoad(MeasuredServer server) {
    this.server = server;
  }

  /** Runs it. */
  public static void main(String[] args) {
    WebhookLoad load = new WebhookLoad(new MeasuredServer());
    int code = new CommandLine(load).execute(args);
    System.out.println(load.report.markdown());
    System.exit(code);
  }

  Report report() {
    return report;
  }

  @Override
  public Integer call() throws Exception {
    report.machine();
    Path directory = Files.createTempDirectory("webhooks");
    try {
      Path secret = Files.writeString(directory.resolve("secret"), SECRET);
      try (ServerProcess running =
          server.start(
              directory.resolve("data"),
              "webhooks.acme.provider=github",
              "webhooks.acme.secret=file:" + secret)) {
        measure(new Client(running.address()));
      }
    } finally {
      Folders.delete(directory);
    }
    return 0;
  }

  private void measure(Client client) throws Exception {
    Instant end = Instant.now().truncatedTo(ChronoUnit.SECONDS).minusSeconds(60);
    GithubDeliveries github = new GithubDeliveries(payloads, SECRET, end);
    List<GithubDeliveries.Signed> first = github.of(0, warmUp);
    List<GithubDeliveries.Signed> all = github.of(warmUp, deliveries);
    Workload workload = Workload.until(end, warmUp + deliveries);
    List<byte[]> warm = IngestLoad.singles(workload, 0, warmUp);
    List<byte[]> singles = IngestLoad.singles(workload, warmUp, deliveries);
    Workload beside = Workload.after(end, Workload.LATER, Duration.ofMinutes(10), ingestRate);
    run(first, delivery -> client.deliver(delivery, "accepted"));
    run(warm, client::ingest);
    Trickle ingest = Trickle.start(client, beside, Workload.LATER, ingestRate);
    try {
      add("deliveries of GitHub", run(all, delivery -> client.deliver(delivery, "accepted")));
      add("the same again", run(all, delivery -> client.deliver(delivery, "duplicate")));
      add("single events by the API", run(singles, client::ingest));
    } finally {
      ingest.stop();
    }
  }

  /** How long each answer took, and all together. */
  private record Times(Histogram micros, double seconds) {}

  private <T> Times run(List<T> all, IngestLoad.Sender<T> sender) throws IOException {
    Histogram micros = new Histogram(LONGEST, 3);
    double seconds =
        IngestLoad.run(
            all,
            clients,
            one -> {
              long began = System.nanoTime();
              sender.send(one);
              long took = (System.nanoTime() - began) / 1000;
              synchronized (micros) {
                micros.recordValue(Math.min(took, LONGEST));
              }
            });
    return new Times(micros, seconds);
  }

  private void add(String what, Times times) {
    Histogram micros = times.micros();
    report.add(
        what + ", p99",
        micros.getValueAtPercentile(99) / 1e3,
        "ms",
        micros.getTotalCount(),
        "p50 %.1f ms, most %.1f ms; %,.0f/s by %d clients; %,d within a second"
            .formatted(
                micros.getValueAtPercentile(50) / 1e3,
                micros.getMaxValue() / 1e3,
                micros.getTotalCount() / times.seconds(),
                clients,
                micros.getCountBetweenValues(0, TimeUnit.SECONDS.toMicros(1))));
  }
}
