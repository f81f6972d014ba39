// SPDX-License-Identifier: Apache-2.0
package io.changetrail.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** Asks what people ask, of a store that holds the first events of a workload. */
final class QueryLoad {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final long LONGEST = TimeUnit.MINUTES.toMicros(2);

  /** A kind of question, by the name that its figure has. */
  enum Kind {
    ID("event by id"),
    COMMIT("events of a commit"),
    SERVICE_WINDOW("24 h of a service in production"),
    TEXT("two words, newest first"),
    HISTOGRAM("7-day histogram of all"),
    HISTOGRAM_SERVICE("7-day histogram of a service in production"),
    FACETS("24 h facets of a service"),
    CORRELATE_LATELY("correlate about the last ten minutes"),
    CORRELATE("correlate about a random moment");

    final String title;

    Kind(String title) {
      this.title = title;
    }
  }

  private final Client client;
  private final Workload workload;
  private final long events;
  private final SplittableRandom random = new SplittableRandom(42);

  QueryLoad(Client client, Workload workload, long events) {
    this.client = client;
    this.workload = workload;
    this.events = events;
  }

  /** Asks each kind so often, in turn, and gives the times by kind in microseconds. */
  Map<Kind, Histogram> run(int times) throws IOException {
    Map<Kind, Histogram> all = new EnumMap<>(Kind.class);
    for (int i = 0; i < times; i++) {
      for (Kind kind : Kind.values()) {
        long n = random.nextLong(events);
        Question question = question(kind, n);
        long began = System.nanoTime();
        byte[] answer = question.ask();
        long micros = (System.nanoTime() - began) / 1000;
        all.computeIfAbsent(kind, any -> new Histogram(LONGEST, 3))
            .recordValue(Math.min(micros, LONGEST));
        check(kind, n, answer);
      }
    }
    return all;
  }

  @FunctionalInterface
  private interface Question {
    byte[] ask() throws IOException;
  }

  private Question question(Kind kind, long n) throws IOException {
    Instant time = workload.time(n);
    return switch (kind) {
      case ID -> {
        String eventId = eventId(n);
        yield () -> client.get("/v1/events/" + eventId);
      }
      case COMMIT -> () -> client.get("/v1/events", "revision", workload.revision(n));
      case SERVICE_WINDOW ->
          () ->
              client.get(
                  "/v1/events",
                  "service",
                  workload.service(n),
                  "environment",
                  "prod",
                  "from",
                  time.minus(Duration.ofDays(1)).toString(),
                  "to",
                  time.toString());
      case TEXT ->
          () -> client.get("/v1/events", "q", workload.service(n) + " " + workload.word(n));
      case HISTOGRAM ->
          () ->
              client.get(
                  "/v1/histogram",
                  "width",
                  "PT1H",
                  "from",
                  time.minus(Duration.ofDays(7)).toString(),
                  "to",
                  time.toString());
      case HISTOGRAM_SERVICE ->
          () ->
              client.get(
                  "/v1/histogram",
                  "width",
                  "PT1H",
                  "service",
                  workload.service(n),
                  "environment",
                  "prod",
                  "from",
                  time.minus(Duration.ofDays(7)).toString(),
                  "to",
                  time.toString());
      case FACETS ->
          () ->
              client.get(
                  "/v1/facets",
                  "facet",
                  "kind",
                  "facet",
                  "actor",
                  "service",
                  workload.service(n),
                  "from",
                  time.minus(Duration.ofDays(1)).toString(),
                  "to",
                  time.toString());
      case CORRELATE_LATELY ->
          correlate(n, workload.time(events - 1).minusSeconds(random.nextInt(10 * 60)));
      case CORRELATE -> correlate(n, time);
    };
  }

  private Question correlate(long n, Instant alerted) {
    byte[] asked =
        JSON.createObjectNode()
            .put("service", workload.service(n))
            .put("environment", "prod")
            .put("alertedAt", alerted.toString())
            .toString()
            .getBytes(StandardCharsets.UTF_8);
    return () -> client.correlate(asked);
  }

  private String eventId(long n) throws IOException {
    long withCommit = n - n % 4;
    JsonNode found =
        JSON.readTree(client.get("/v1/events", "revision", workload.revision(withCommit)));
    return found.path("events").path(0).path("eventid").asText();
  }

  /** A fast answer that is wrong is no figure. */
  private void check(Kind kind, long n, byte[] answer) throws IOException {
    JsonNode json = JSON.readTree(answer);
    boolean good =
        switch (kind) {
          case ID -> !json.path("id").asText().isEmpty();
          case COMMIT -> json.path("events").size() == Math.min(2, events - (n - n % 4));
          case SERVICE_WINDOW, TEXT -> json.path("events").isArray();
          case HISTOGRAM, HISTOGRAM_SERVICE -> json.path("buckets").isArray();
          case FACETS -> json.path("facets").size() == 2;
          case CORRELATE_LATELY, CORRELATE -> !json.path("verdict").asText().isEmpty();
        };
    if (!good) {
      throw new IOException(kind + " of event " + n + ": " + json.toString());
    }
  }
}
