// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server and a producer, each a process of its own, that are killed again and again. {@code
 * -Dchangetrail.kill.rounds=300} makes it long, {@code -Dchangetrail.kill.minutes} ends it before,
 * {@code -Dchangetrail.kill.seed} draws other kills; {@link FaultTable} has the result.
 */
class KillTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int ROUNDS = Integer.getInteger("changetrail.kill.rounds", 6);
  private static final Duration AT_MOST =
      Duration.ofMinutes(Long.getLong("changetrail.kill.minutes", 120));
  private static final long SEED = FaultTable.SEED;

  private enum Victim {
    SERVER,
    PRODUCER,
    BOTH
  }

  /**
   * One round.
   *
   * @param shipping whether events were arriving at the server when the kill was drawn; else the
   *     processes may have been starting
   * @param acknowledged ids of the events that the spool had taken for certain
   */
  private record Round(Victim killed, boolean shipping, List<String> acknowledged) {
    FaultTable.Fault fault() {
      return FaultTable.Fault.valueOf(killed + (shipping ? "_KILLED" : "_KILLED_IN_ANY_STATE"));
    }

    long lost(Map<String, Integer> stored) {
      return acknowledged.stream().filter(id -> !stored.containsKey(id)).count();
    }

    long twice(Map<String, Integer> stored) {
      return acknowledged.stream().filter(id -> stored.getOrDefault(id, 0) > 1).count();
    }
  }

  @TempDir private Path data;
  @TempDir private Path spool;
  @TempDir private Path logs;
  private final HttpClient client = HttpClient.newHttpClient();
  private final Random random = new Random(SEED);
  private int port;
  private Process server;
  private Producer producer;
  private int first = 1;
  private int told;

  @AfterEach
  void end() {
    if (producer != null) {
      producer.close();
    }
    if (server != null) {
      server.destroyForcibly();
    }
  }

  @Test
  void S4_nothingAcknowledgedIsLostOrStoredTwiceHoweverOftenProducerAndServerAreKilled()
      throws Exception {
    System.out.println("kill test: " + ROUNDS + " rounds, seed " + SEED);
    port = Ports.free();
    serve();
    produce(1_000_000);
    List<Round> rounds = new ArrayList<>();
    long end = System.nanoTime() + AT_MOST.toNanos();
    for (int i = 0; i < ROUNDS && System.nanoTime() < end; i++) {
      Victim victim = Victim.values()[random.nextInt(Victim.values().length)];
      boolean shipping = random.nextInt(4) > 0;
      if (shipping) {
        awaitArrivals();
      }
      await()
          .pollDelay(Duration.ofMillis(random.nextInt(shipping ? 500 : 1000)))
          .atMost(PATIENCE)
          .until(() -> true);
      if (victim != Victim.PRODUCER) {
        server.destroyForcibly().waitFor();
      }
      if (victim != Victim.SERVER) {
        producer.kill();
      }
      rounds.add(new Round(victim, shipping, acknowledged()));
      if (victim != Victim.PRODUCER) {
        serve();
      }
      if (victim != Victim.SERVER) {
        produce(1_000_000);
      }
    }
    producer.kill();
    List<String> rest = new ArrayList<>(acknowledged());
    produce(1);
    assertThat(producer.waitFor()).as("the spool is drained; %s", said()).isZero();
    rest.addAll(acknowledged());
    server.destroyForcibly().waitFor();
    Round last = new Round(Victim.SERVER, true, rest);

    try (RunningServer survivor = RunningServer.start(data)) {
      Map<String, Integer> stored = stored(survivor);
      note(rounds, last, stored);
      rounds.add(last);
      assertThat(rounds)
          .as("seed %d", SEED)
          .allSatisfy(
              round -> {
                assertThat(round.lost(stored)).as("lost").isZero();
                assertThat(round.twice(stored)).as("twice").isZero();
              });
      assertThat(rounds.stream().mapToInt(round -> round.acknowledged().size()).sum())
          .isGreaterThan(rounds.size());
      assertThat(stored.values()).as("none twice, acknowledged or not").containsOnly(1);
      JsonNode sources = survivor.get("/v1/sources").json().path("sources");
      assertThat(sources).hasSize(1);
      JsonNode source = sources.get(0);
      assertThat(source.path("continuity").asText()).as("%s", source).isEqualTo("complete");
      assertThat(source.path("missing").asInt()).isZero();
      assertThat(source.path("events").asInt()).isEqualTo(stored.size());
    }
  }

  private void serve() throws IOException {
    server =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                "io.changetrail.cli.Changetrail",
                "serve",
                "--data",
                data.toString(),
                "--port",
                Integer.toString(port))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(logs.resolve("server").toFile()))
            .start();
  }

  private URI address() {
    return URI.create("http://127.0.0.1:" + port);
  }

  private void produce(int count) throws IOException {
    told = 0;
    producer = Producer.start(spool, address(), first, count, "-D" + Producer.PAUSE_MILLIS + "=5");
  }

  /**
   * What the producer has acknowledged since this was last asked. The number behind the last is
   * left out by the next producer: the killed one may have spooled it and not said so.
   */
  private List<String> acknowledged() {
    List<String> all = producer.captured();
    List<String> fresh = all.subList(told, all.size());
    told = all.size();
    if (!fresh.isEmpty()) {
      first = Integer.parseInt(fresh.get(fresh.size() - 1).replace("deploy-", "")) + 2;
    } else if (all.isEmpty()) {
      first++;
    }
    return List.copyOf(fresh);
  }

  private void awaitArrivals() {
    long[] before = {-1};
    await("events arrive")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .until(
            () -> {
              assertThat(server.isAlive()).as("the server runs; %s", said()).isTrue();
              long events = arrived();
              if (before[0] < 0) {
                before[0] = events;
              }
              return events > before[0];
            });
  }

  /** How many events the server has; -1 while it does not answer. */
  private long arrived() throws InterruptedException {
    try {
      HttpResponse<String> answer =
          client.send(
              HttpRequest.newBuilder(address().resolve("/v1/sources"))
                  .timeout(Duration.ofSeconds(10))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      return answer.statusCode() == 200
          ? Events.json(answer.body()).at("/sources/0/events").asLong()
          : -1;
    } catch (IOException starting) {
      return -1;
    }
  }

  private String said() throws IOException {
    return "seed " + SEED + ", the server said: " + Files.readString(logs.resolve("server"));
  }

  /** How often each id is in the store. */
  private static Map<String, Integer> stored(RunningServer server) throws Exception {
    Map<String, Integer> ids = new TreeMap<>();
    server.storedIds().forEach(id -> ids.merge(id, 1, Integer::sum));
    return ids;
  }

  private static void note(List<Round> rounds, Round last, Map<String, Integer> stored)
      throws IOException {
    Map<FaultTable.Fault, List<Round>> alike = new TreeMap<>();
    rounds.forEach(
        round -> alike.computeIfAbsent(round.fault(), any -> new ArrayList<>()).add(round));
    alike.put(FaultTable.Fault.SERVER_KILLED_AT_THE_END, List.of(last));
    for (Map.Entry<FaultTable.Fault, List<Round>> each : alike.entrySet()) {
      List<Round> same = each.getValue();
      FaultTable.add(
          each.getKey(),
          same.size(),
          same.stream().mapToInt(round -> round.acknowledged().size()).sum(),
          same.stream().mapToLong(round -> round.lost(stored)).sum(),
          same.stream().mapToLong(round -> round.twice(stored)).sum());
    }
  }
}
