// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Phase;
import io.changetrail.model.Target;
import io.changetrail.model.redaction.RedactionRules;
import io.changetrail.model.redaction.Redactor;
import io.changetrail.shipper.Credentials;
import io.changetrail.watcher.attribution.ManagedFieldsWitness;
import io.changetrail.watcher.capture.ClusterWatch.Wanted;
import io.changetrail.watcher.cluster.Cluster;
import io.changetrail.watcher.cluster.ResourceType;
import io.changetrail.watcher.recorded.AuditServer;
import io.changetrail.watcher.rollout.Revisions;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cluster whose parts fail in ways that a real one shows only when something is broken. */
class ClusterWatchTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Wanted MAPS = new Wanted("", "v1", "ConfigMap");
  private static final Wanted SECRETS = new Wanted("", "v1", "Secret");
  private static final Wanted BROKEN = new Wanted("broken.example.com", "v1", "Thing");

  @TempDir private Path directory;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final ConcurrentLinkedQueue<String> queries = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<String> seen = new ConcurrentLinkedQueue<>();
  private final AtomicInteger failures = new AtomicInteger();
  private final AtomicInteger expired = new AtomicInteger();
  private final ConcurrentLinkedQueue<String> told = new ConcurrentLinkedQueue<>();

  /** Of the cluster, where all is not listed. */
  private volatile String version = "7";

  private volatile boolean isBroken = true;
  private HttpServer api;
  private ClusterWatch watch;

  @BeforeEach
  void serve() throws IOException {
    api = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    api.setExecutor(threads);
    api.createContext("/", this::answer);
    api.start();
  }

  @AfterEach
  void end() {
    if (watch != null) {
      watch.close();
    }
    api.stop(0);
    threads.shutdownNow();
  }

  private void answer(HttpExchange exchange) throws IOException {
    URI uri = exchange.getRequestURI();
    String query = String.valueOf(uri.getQuery());
    switch (uri.getPath()) {
      case "/v1/resources" -> send(exchange, 200, "{\"resources\": [], \"nextCursor\": null}");
      case "/api/v1" ->
          send(
              exchange,
              200,
              "{\"resources\": [{\"name\": \"configmaps\", \"kind\": \"ConfigMap\", \"namespaced\": true},"
                  + " {\"name\": \"secrets\", \"kind\": \"Secret\", \"namespaced\": true}]}");
      case "/apis/broken.example.com/v1" ->
          send(exchange, isBroken ? 503 : 404, "{\"message\": \"service unavailable\"}");
      default -> {
        queries.add(uri.getPath() + "?" + query);
        if (query.contains("watch=true")) {
          String line = told.poll();
          if (line == null) {
            hang(exchange);
          } else {
            send(exchange, 200, line);
          }
        } else if (expired.getAndDecrement() > 0) {
          send(exchange, 410, "{\"message\": \"the continue token is too old\"}");
        } else {
          send(
              exchange,
              200,
              "{\"kind\": \"ConfigMapList\", \"apiVersion\": \"v1\", \"metadata\": {\"resourceVersion\": \""
                  + (query.endsWith("limit=1") ? version : "7")
                  + "\"},"
                  + " \"items\": [{\"metadata\": {\"name\": \"poison\", \"uid\": \"1\"}},"
                  + " {\"metadata\": {\"name\": \"sound\", \"uid\": \"2\"}}]}");
        }
      }
    }
  }

  private static void send(HttpExchange exchange, int status, String json) throws IOException {
    try (exchange) {
      byte[] body = json.getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(status, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  /** A watch in which nothing happens, until the test is over. */
  private static void hang(HttpExchange exchange) throws IOException {
    exchange.sendResponseHeaders(200, 0);
    OutputStream ignored = exchange.getResponseBody();
    ignored.flush();
  }

  /** Takes all but one object. */
  private final class Sink implements ObjectSink {
    @Override
    public void present(ResourceType type, ObjectNode object, Sight sight) {
      String name = object.at("/metadata/name").asText();
      if (name.equals("poison")) {
        throw new IllegalArgumentException("cannot be told");
      }
      seen.add(name);
    }

    @Override
    public void deleted(ResourceType type, ObjectNode object) {}

    @Override
    public void listed(ResourceType type, String namespace, Set<String> uids, Sight sight) {
      seen.add("all of " + type.plural() + ": " + uids.size());
    }
  }

  private final class Metrics implements CaptureMetrics {
    @Override
    public void noise(String reason) {}

    @Override
    public void shipped(AuditEvent event, Instant now) {}

    @Override
    public void superseded() {}

    @Override
    public void objects(int count) {}

    @Override
    public void failed(String type) {
      failures.incrementAndGet();
    }
  }

  private void watch(Wanted... wanted) throws IOException {
    String address = "http://127.0.0.1:" + api.getAddress().getPort();
    Path kubeconfig = directory.resolve("kubeconfig");
    Files.writeString(
        kubeconfig,
        """
        apiVersion: v1
        kind: Config
        current-context: test
        clusters: [{name: test, cluster: {server: "%s"}}]
        users: [{name: test, user: {token: "x"}}]
        contexts: [{name: test, context: {cluster: test, user: test}}]
        """
            .formatted(address));
    Redactor redactor = new Redactor(RedactionRules.defaults(), null);
    Capture capture =
        new Capture(
            "c",
            "/k8s/test",
            new Places("test", "prod", Map.of(), List.of()),
            new ServiceUses(),
            Selection.everything(),
            new CanonicalState(redactor, new IgnoredPaths(Map.of())),
            new AuditServer(
                URI.create(address), Credentials.none(), "/k8s/test", InstantSource.system()),
            new ManagedFieldsWitness(),
            new Revisions(redactor),
            event -> {},
            List.of(),
            new Metrics(),
            InstantSource.system());
    Map<Wanted, ObjectSink> sinks = new LinkedHashMap<>();
    for (Wanted one : wanted) {
      sinks.put(one, new Sink());
    }
    watch =
        new ClusterWatch(
            Cluster.connect(kubeconfig),
            capture,
            () -> {},
            () -> {},
            List.of(),
            sinks,
            Set.of(),
            null,
            Duration.ofMillis(100),
            new Metrics(),
            InstantSource.system());
    watch.start();
  }

  @Test
  void C13_anObjectThatCannotBeTakenKeepsNoOtherFromBeingSeen() throws Exception {
    watch(MAPS);
    await().atMost(PATIENCE).until(() -> watch.isReady());

    assertThat(seen).containsExactlyInAnyOrder("sound", "all of configmaps: 2");
    assertThat(failures).hasValue(1);
  }

  @Test
  void C13_aGroupThatDoesNotAnswerKeepsNoOtherFromBeingWatched() throws Exception {
    watch(BROKEN, MAPS);
    await().atMost(PATIENCE).until(() -> seen.contains("all of configmaps: 2"));
    assertThat(watch.isReady()).as("what the broken group serves is not known").isFalse();
    isBroken = false;

    await().atMost(PATIENCE).until(() -> watch.isReady());
  }

  @Test
  void C13_aListThatExpiresIsToldOfAndRepeatedAfterAPause() throws Exception {
    expired.set(2);
    watch(MAPS);
    await().atMost(PATIENCE).until(() -> watch.isReady());

    assertThat(failures).as("two lists and the object that cannot be taken").hasValue(3);
  }

  @Test
  void T5_secretsOfMachinesAreNotReadAndLargeObjectsComeInSmallPages() throws Exception {
    watch(SECRETS);
    await()
        .atMost(PATIENCE)
        .until(() -> queries.stream().anyMatch(query -> query.contains("watch=true")));

    assertThat(queries)
        .hasSize(2)
        .allSatisfy(
            query ->
                assertThat(query)
                    .contains(
                        "fieldSelector=type!=helm.sh/release.v1,type!=kubernetes.io/service-account-token"));
    assertThat(queries.peek()).contains("limit=50");
  }

  /** The shipper's thread tells it, while the watcher ends; a failure would end its sending. */
  @Test
  void T1_whatIsSupersededWhenTheWatchIsClosedTroublesNobody() throws Exception {
    watch(MAPS);
    await().atMost(PATIENCE).until(() -> watch.isReady());
    watch.close();
    AuditEvent event =
        AuditEvent.builder(
                new EventRef("/k8s/test", "1"),
                Instant.EPOCH,
                Actor.unknown(),
                Change.of(ChangeKind.CONFIG, Phase.OCCURRED, "update").build())
            .target(Target.service("checkout", "prod"))
            .build();

    assertThatCode(() -> watch.superseded(event)).doesNotThrowAnyException();
  }

  /** What was asked for, in order: the version of each watch, and the lists of all objects. */
  private List<String> asked() {
    return queries.stream()
        .filter(query -> !query.endsWith("limit=1"))
        .map(
            query ->
                query.contains("watch=true")
                    ? "from " + query.replaceAll(".*resourceVersion=([^&]*).*", "$1")
                    : "all")
        .toList();
  }

  @Test
  void C13_aWatchThatEndsGoesOnFromItsLastBookmarkWithoutAList() throws Exception {
    told.add(
        "{\"type\":\"BOOKMARK\",\"object\":{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\"42\"}}}\n");
    version = "50";
    watch(MAPS);
    await().atMost(PATIENCE).until(() -> asked().size() == 3);

    assertThat(asked()).containsExactly("all", "from 7", "from 42");
  }

  @Test
  void C13_aWatchWhoseVersionIsAheadOfTheClusterListsAnew() throws Exception {
    told.add(
        "{\"type\":\"BOOKMARK\",\"object\":{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\"42\"}}}\n");
    watch(MAPS);
    await().atMost(PATIENCE).until(() -> asked().size() == 4);

    assertThat(asked()).containsExactly("all", "from 7", "all", "from 7");
  }

  @Test
  void C13_versionsAreComparedAsNumbersWhereTheyAreSome() {
    assertThat(TypeWatch.isBefore("9", "10")).isTrue();
    assertThat(TypeWatch.isBefore("10", "9")).isFalse();
    assertThat(TypeWatch.isBefore("10", "10")).isFalse();
    assertThat(TypeWatch.isBefore("18446744073709551616", "18446744073709551617")).isTrue();
    assertThat(TypeWatch.isBefore("", "10")).isFalse();
    assertThat(TypeWatch.isBefore("9-a", "10")).isFalse();
  }
}
