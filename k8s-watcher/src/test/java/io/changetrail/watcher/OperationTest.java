// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.watcher.cluster.Cluster;
import io.changetrail.watcher.operation.Leadership;
import io.changetrail.watcher.operation.WatcherConfig;
import io.changetrail.watcher.operation.WatcherMetrics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The watcher as a process of its own, which is killed, and follows another one. */
class OperationTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir private Path directory;
  private final HttpClient http = HttpClient.newHttpClient();
  private final List<Process> processes = new ArrayList<>();
  private ControlPlane plane;
  private static final String WAITING =
      "changetrail_shipper_waiting_events{destination=\"audit-server\"}";

  private Scene scene;
  private String configMaps;

  @BeforeEach
  void begin() throws Exception {
    plane = ControlPlane.shared();
    scene = new Scene(plane, directory);
    configMaps = "/api/v1/namespaces/" + scene.namespace + "/configmaps";
    plane.create(
        configMaps, "{apiVersion: v1, kind: ConfigMap, metadata: {name: it}, data: {a: \"0\"}}");
  }

  @AfterEach
  void end() throws InterruptedException {
    for (Process process : processes) {
      process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    }
    if (scene != null) {
      scene.close();
    }
  }

  /** A process that has a spool and a port of its own. */
  private Process watcher(String name, int port, String more) throws IOException {
    Path config = directory.resolve(name + ".yaml");
    Files.writeString(
        config,
        Files.readString(scene.configuration())
                .replace(
                    directory.resolve("spool").toString(),
                    directory.resolve(name + "-spool").toString())
            + "port: "
            + port
            + "\n"
            + more);
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                KubernetesWatcher.class.getName(),
                "--config",
                config.toString(),
                "--kubeconfig",
                scene.kubeconfig(ControlPlane.ADMIN).toString())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve(name + ".log").toFile())
            .start();
    processes.add(process);
    return process;
  }

  private String get(int port, String path) {
    try {
      HttpResponse<String> answer =
          http.send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
              HttpResponse.BodyHandlers.ofString());
      return answer.statusCode() + " " + answer.body();
    } catch (IOException e) {
      return e.toString();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private void awaitAnswer(int port, String path, String part) {
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(get(port, path)).contains(part));
  }

  private void set(int value) throws Exception {
    plane.patch(configMaps + "/it", "{data: {a: \"" + value + "\"}}");
  }

  private static List<String> values(List<AuditEvent> events) {
    return events.stream()
        .map(event -> event.change().state().after().at("/data/a").asText())
        .toList();
  }

  @Test
  void T1_whatWasCapturedWhileTheServerWasAwaySurvivesTheKillOfTheWatcher() throws Exception {
    int port = ControlPlane.freePort();
    Process first = watcher("w", port, "");
    awaitAnswer(port, "/readyz", "200 watching");
    scene.server.stop();
    set(1);
    set(2);
    awaitAnswer(port, "/metrics", WAITING + " 2\n");
    first.destroyForcibly().waitFor();
    set(3);
    scene.server.startAgain();
    watcher("w", port, "");

    List<AuditEvent> events = scene.await(3, Scene.of("ConfigMap", "it"));
    assertThat(values(events)).containsExactly("1", "2", "3");
    assertThat(events.get(1).change().observedLate()).isNull();
    assertThat(events.get(2).change().observedLate()).isNotNull();
    awaitAnswer(port, "/readyz", "200 watching");
    scene.await(3, Scene.of("ConfigMap", "it"));
    JsonNode sources = scene.server.get("/v1/sources").path("sources");
    assertThat(sources)
        .as("T4: nothing is missing")
        .filteredOn(source -> source.path("source").asText().equals("/k8s/test"))
        .singleElement()
        .satisfies(source -> assertThat(source.path("missing").asInt(-1)).isZero());
  }

  @Test
  void C13_aStandbyTakesOverFromAKilledLeaderWithNothingMissedOrDoubled() throws Exception {
    String key = "redaction: {keyId: k, keyFile: " + directory.resolve("key") + "}\n";
    Files.writeString(directory.resolve("key"), "0123456789abcdef0123456789abcdef");
    String election =
        "leaderElection: {namespace: " + scene.namespace + ", lease: changetrail, identity: %s}\n";
    int one = ControlPlane.freePort();
    int two = ControlPlane.freePort();
    Process leader = watcher("one", one, key + election.formatted("one"));
    awaitAnswer(one, "/readyz", "200 watching");
    watcher("two", two, key + election.formatted("two"));
    awaitAnswer(two, "/readyz", "200 standby");
    set(1);
    scene.await(1, Scene.of("ConfigMap", "it"));
    leader.destroyForcibly().waitFor();
    set(2);
    awaitAnswer(two, "/readyz", "200 watching");
    set(3);

    assertThat(values(scene.await(3, Scene.of("ConfigMap", "it")))).containsExactly("1", "2", "3");
    assertThat(get(two, "/metrics")).contains("changetrail_watcher_leader 1.0");
    assertThat(get(two, "/healthz")).startsWith("200");
  }

  @Test
  void C13_aLeaderStaysOneWhileTheServerIsAwayAndEventsWaitInTheSpool() throws Exception {
    scene.start();
    scene.server.stop();
    set(1);
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(new String(scene.metrics.scrape(), StandardCharsets.UTF_8))
                    .contains(WAITING + " 1\n"));
    scene.stop();
    Cluster cluster = Cluster.connect(scene.kubeconfig(ControlPlane.ADMIN));
    WatcherConfig config = WatcherConfig.read(scene.configuration());
    AtomicReference<Watcher> active = new AtomicReference<>();
    AtomicInteger ends = new AtomicInteger();
    try (Leadership leadership =
        new Leadership(
            cluster,
            new WatcherConfig.LeaderElection(scene.namespace, "flapping", "one", null),
            "one",
            null,
            Duration.ofSeconds(15),
            InstantSource.system(),
            () -> {
              try {
                active.set(
                    Watcher.start(config, cluster, new WatcherMetrics(), InstantSource.system()));
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            },
            () -> {
              ends.incrementAndGet();
              active.get().close();
            })) {
      leadership.start();
      String lease =
          "/apis/coordination.k8s.io/v1/namespaces/" + scene.namespace + "/leases/flapping";
      await().atMost(PATIENCE).until(leadership::isLeading);
      Set<String> renewals = new HashSet<>();
      await()
          .atMost(PATIENCE)
          .until(
              () -> {
                renewals.add(plane.get(lease).at("/spec/renewTime").asText());
                return renewals.size() > 3;
              });
      assertThat(leadership.isLeading()).isTrue();
      assertThat(ends).hasValue(0);
    }
    scene.server.startAgain();
  }

  private String once(int exit, String... more) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                KubernetesWatcher.class.getName(),
                "--config",
                scene.configuration().toString(),
                "--kubeconfig",
                scene.kubeconfig(ControlPlane.ADMIN).toString(),
                "--once"));
    command.addAll(List.of(more));
    RealPart.Run run =
        new RealPart(Path.of(System.getProperty("java.home"), "bin", "java"))
            .run(command.toArray(String[]::new));
    assertThat(run.exit()).as(run.output()).isEqualTo(exit);
    return run.output();
  }

  @Test
  void O2_onceListsWhatItWouldReportAndWritesNothing() throws Exception {
    assertThat(once(0)).contains("0 events", "first sight of", "ConfigMap=1");
    assertThat(scene.server.get("/v1/resources?source=/k8s/test").path("resources")).isEmpty();
    scene.start();
    scene.stop();
    set(1);
    String told = once(0);
    assertThat(told)
        .contains("ConfigMap " + scene.namespace + "/it: a 0 → 1", "field_manager", "1 event")
        .doesNotContain("first sight");
    assertThat(once(0)).as("nothing was sent").isEqualTo(told);
    assertThat(scene.events()).isEmpty();
    scene.server.stop();
    assertThat(once(0))
        .contains("What was recorded before is not known, so everything is new", "0 events");
  }

  @Test
  void C13_aRestartedApiServerCostsNoChangeAndDoublesNone() throws Exception {
    try (ControlPlane own =
        ControlPlane.create(Files.createDirectories(directory.resolve("own")))) {
      own.startApiServer();
      Path base = Files.createDirectories(directory.resolve("scene"));
      try (Scene there = new Scene(own, base)) {
        String maps = "/api/v1/namespaces/" + there.namespace + "/configmaps";
        own.create(
            maps, "{apiVersion: v1, kind: ConfigMap, metadata: {name: it}, data: {a: \"0\"}}");
        there.start();
        own.patch(maps + "/it", "{data: {a: \"1\"}}");
        there.await(1, Scene.of("ConfigMap", "it"));
        own.stopApiServer();
        own.startApiServer();
        own.patch(maps + "/it", "{data: {a: \"2\"}}");

        assertThat(values(there.await(2, Scene.of("ConfigMap", "it")))).containsExactly("1", "2");
        there.settle();
        there.await(2, Scene.of("ConfigMap", "it"));
      }
    }
  }
}
