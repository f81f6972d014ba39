// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.codec.CloudEventsCodec;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What a watcher costs in a large cluster: its memory at so many objects, and how long a change
 * takes to be stored at so many changes a second ({@code -Dchanges.per.second}, 200). A real API
 * server, the watcher as a process with the flags of its image, a real audit server. Prints a
 * table; {@code docs/kubernetes.md} tells how to run it. Arguments: objects, seconds of changes,
 * and the directory of an earlier run to go on with what it made.
 */
final class FiftyThousandObjects {
  private static final int NAMESPACES = 50;
  private static final int THREADS = 16;
  private static final int PER_SECOND = Integer.getInteger("changes.per.second", 200);
  private static final Duration LONG = Duration.ofMinutes(10);
  private static final CloudEventsCodec CODEC = new CloudEventsCodec();

  private FiftyThousandObjects() {}

  public static void main(String[] arguments) throws Exception {
    int objects = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 50_000;
    int seconds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 20;
    boolean again = arguments.length > 2;
    Path directory = again ? Path.of(arguments[2]) : Files.createTempDirectory("objects");
    System.err.println("in " + directory);
    double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    try (ControlPlane plane =
            ControlPlane.createReal(
                Files.createDirectories(directory.resolve("plane")), "nothing was measured");
        RunningAuditServer server = RunningAuditServer.start(directory.resolve("data"))) {
      plane.startApiServer();
      long begun = System.nanoTime();
      if (!again) {
        fill(plane, objects);
      }
      long filled = System.nanoTime();
      System.err.printf("%d objects in %d s%n", objects, (filled - begun) / 1_000_000_000);
      int port = ControlPlane.freePort();
      Process watcher = watcher(directory, plane, server, port);
      try {
        long started = System.nanoTime();
        awaitReady(watcher, port);
        double compared = (System.nanoTime() - started) / 1e9;
        long atRest = kilobytes(watcher, "VmRSS");
        Map<String, Instant> written = change(plane, objects, seconds);
        double[] latencies = stored(server, written);
        System.out.printf(
            Locale.ROOT,
            """
            | what | figure |
            | --- | --- |
            | objects (7 ConfigMaps to 3 Deployments) | %,d |
            | first look at all of them | %.0f s |
            | memory of the process (RSS) after it | %d MB |
            | at %d changes/s for %d s | %d MB, at most %d MB |
            | change → stored, n = %,d | p50 %.0f ms, p99 %.0f ms, at most %.0f ms |

            %s, %d processors, load average %.1f before and %.1f after
            """,
            objects,
            compared,
            atRest / 1024,
            PER_SECOND,
            seconds,
            kilobytes(watcher, "VmRSS") / 1024,
            kilobytes(watcher, "VmHWM") / 1024,
            latencies.length,
            at(latencies, 0.5),
            at(latencies, 0.99),
            at(latencies, 1),
            Instant.now()
                .truncatedTo(java.time.temporal.ChronoUnit.DAYS)
                .toString()
                .substring(0, 10),
            Runtime.getRuntime().availableProcessors(),
            load,
            ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
      } finally {
        watcher.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
      }
    }
  }

  private interface Work {
    void of(int number) throws Exception;
  }

  private static void inParallel(int count, Work work) throws InterruptedException {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    AtomicInteger next = new AtomicInteger();
    for (int i = 0; i < THREADS; i++) {
      threads.execute(
          () -> {
            for (int one = next.getAndIncrement(); one < count; one = next.getAndIncrement()) {
              try {
                work.of(one);
              } catch (Exception e) {
                System.err.println(e);
                return;
              }
            }
          });
    }
    threads.shutdown();
    if (!threads.awaitTermination(LONG.toSeconds(), TimeUnit.SECONDS)) {
      throw new IllegalStateException("not done within " + LONG);
    }
  }

  private static String namespace(int number) {
    return "load-" + number % NAMESPACES;
  }

  private static boolean isConfigMap(int number) {
    return number / NAMESPACES % 10 < 7;
  }

  private static void fill(ControlPlane plane, int objects) throws Exception {
    for (int i = 0; i < NAMESPACES; i++) {
      plane.namespace(namespace(i));
    }
    inParallel(
        objects,
        number -> {
          String name = "object-" + number;
          boolean map = isConfigMap(number);
          String path =
              (map ? "/api/v1" : "/apis/apps/v1")
                  + "/namespaces/"
                  + namespace(number)
                  + (map ? "/configmaps" : "/deployments");
          String object =
              map ? configMap(name, number) : CaptureTest.deployment(name, "ghcr.io/acme/x:1.0");
          plane.create(path, object);
        });
  }

  private static String configMap(String name, int seed) {
    byte[] text = new byte[400];
    new Random(seed).nextBytes(text);
    return "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"%s\",\"labels\":{\"app.kubernetes.io/name\":\"%s\"}},\"data\":{\"v\":\"0\",\"text\":\"%s\"}}"
        .formatted(name, name, java.util.HexFormat.of().formatHex(text));
  }

  private static Process watcher(
      Path directory, ControlPlane plane, RunningAuditServer server, int port) throws IOException {
    Path config = directory.resolve("watcher.yaml");
    Files.writeString(
        config,
        "cluster: load\nserver: %s\nspool: {directory: %s}\nport: %d\n"
            .formatted(server.address(), directory.resolve("spool"), port));
    Path kubeconfig = directory.resolve("kubeconfig");
    Files.writeString(kubeconfig, plane.kubeconfig(ControlPlane.ADMIN));
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:MaxRAM=384m",
            "-XX:MaxRAMPercentage=60",
            "-XX:+UseSerialGC",
            "-XX:+ExitOnOutOfMemoryError",
            "-cp",
            System.getProperty("java.class.path"),
            KubernetesWatcher.class.getName(),
            "--config",
            config.toString(),
            "--kubeconfig",
            kubeconfig.toString())
        .redirectErrorStream(true)
        .redirectOutput(directory.resolve("watcher.log").toFile())
        .start();
  }

  private static void awaitReady(Process watcher, int port) throws Exception {
    HttpClient http = HttpClient.newHttpClient();
    HttpRequest ready =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/readyz")).build();
    long begun = System.nanoTime();
    while (System.nanoTime() - begun < LONG.toNanos() && watcher.isAlive()) {
      try {
        if (http.send(ready, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
          return;
        }
      } catch (IOException e) {
        // It has not begun to listen.
      }
      TimeUnit.MILLISECONDS.sleep(200);
    }
    throw new IllegalStateException("the watcher is not ready; alive: " + watcher.isAlive());
  }

  /** When each change was written, by its object and value. */
  private static Map<String, Instant> change(ControlPlane plane, int objects, int seconds)
      throws InterruptedException {
    Map<String, Instant> written = new ConcurrentHashMap<>();
    long begun = System.nanoTime();
    // An earlier run has written others: the same again would be no change.
    String run = Long.toString(System.currentTimeMillis(), 36);
    inParallel(
        PER_SECOND * seconds,
        number -> {
          long due = begun + number * 1_000_000_000L / PER_SECOND;
          TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
          int object = number * 7919 % objects;
          while (!isConfigMap(object)) {
            object = (object + NAMESPACES) % objects;
          }
          String name = "object-" + object;
          String value = run + "-" + number;
          // From here on, so that the API server's own time counts too.
          written.put(name + "/" + value, Instant.now());
          plane.patch(
              "/api/v1/namespaces/" + namespace(object) + "/configmaps/" + name,
              "{\"data\":{\"v\":\"" + value + "\"}}");
        });
    return written;
  }

  /** Milliseconds from when a write was sent until its event was stored, in order of size. */
  private static double[] stored(RunningAuditServer server, Map<String, Instant> written)
      throws Exception {
    long begun = System.nanoTime();
    List<Double> found = new ArrayList<>();
    while (found.size() < written.size() && System.nanoTime() - begun < LONG.toNanos() / 5) {
      TimeUnit.SECONDS.sleep(2);
      found.clear();
      String cursor = "";
      while (cursor != null) {
        JsonNode page =
            server.get(
                "/v1/events?kind=config&limit=500"
                    + (cursor.isEmpty()
                        ? ""
                        : "&cursor=" + URLEncoder.encode(cursor, StandardCharsets.UTF_8)));
        for (JsonNode event : page.path("events")) {
          AuditEvent told = CODEC.decode(event.toString().getBytes(StandardCharsets.UTF_8));
          JsonNode after = told.change().state().after();
          Instant at =
              after == null
                  ? null
                  : written.get(
                      after.at("/metadata/name").asText() + "/" + after.at("/data/v").asText());
          if (at != null) {
            Instant ingested = Instant.parse(event.path("ingestedtime").asText());
            // An earlier run may have written the same.
            if (!ingested.isBefore(at)) {
              found.add(Duration.between(at, ingested).toNanos() / 1e6);
            }
          }
        }
        cursor = page.path("nextCursor").textValue();
      }
    }
    if (found.size() < written.size()) {
      System.err.printf("only %d of %d changes were told%n", found.size(), written.size());
    }
    return found.stream().mapToDouble(Double::doubleValue).sorted().toArray();
  }

  private static double at(double[] sorted, double part) {
    return sorted.length == 0
        ? Double.NaN
        : sorted[Math.min(sorted.length - 1, (int) (sorted.length * part))];
  }

  private static long kilobytes(Process process, String what) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
        .filter(line -> line.startsWith(what + ":"))
        .map(line -> Arrays.asList(line.split("\\s+")).get(1))
        .mapToLong(Long::parseLong)
        .findFirst()
        .orElseThrow();
  }
}
