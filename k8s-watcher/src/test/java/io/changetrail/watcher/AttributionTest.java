// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.ChangeKind;
import io.changetrail.watcher.cluster.Cluster;
import io.changetrail.watcher.operation.AuditWebhookReceiver;
import io.changetrail.watcher.operation.HttpEndpoints;
import io.changetrail.watcher.operation.Leader;
import io.changetrail.watcher.operation.Leadership;
import io.changetrail.watcher.operation.ServerCertificate;
import io.changetrail.watcher.operation.WatcherConfig;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is named for a change, and on what evidence; the audit records are the API server's own. */
class AttributionTest {
  @TempDir private Path directory;
  private ControlPlane plane;
  private Scene scene;
  private HttpEndpoints receiver;
  private String configMaps;

  @BeforeEach
  void begin() throws Exception {
    plane = ControlPlane.shared();
    scene = new Scene(plane, directory);
    configMaps = "/api/v1/namespaces/" + scene.namespace + "/configmaps";
  }

  @AfterEach
  void end() {
    if (receiver != null) {
      receiver.close();
    }
    if (scene != null) {
      scene.close();
    }
  }

  private void listen(Watcher watcher) throws Exception {
    receiver = listen("127.0.0.1", taking(watcher), null);
  }

  private static Predicate<List<JsonNode>> taking(Watcher watcher) {
    return entries -> {
      watcher.audited(entries);
      return true;
    };
  }

  private HttpEndpoints listen(
      String host, Predicate<List<JsonNode>> taker, @Nullable Leader leader) throws Exception {
    return HttpEndpoints.https(host, plane.auditPort(), certificate())
        .on("/audit", new AuditWebhookReceiver(token(), taker, leader))
        .start();
  }

  private Path token() throws Exception {
    return Files.writeString(directory.resolve("audit-token"), ControlPlane.AUDIT + "\n");
  }

  private ServerCertificate certificate() throws Exception {
    Path store = directory.resolve("audit.p12");
    if (!Files.exists(store)) {
      Certificates.make(store);
    }
    return ServerCertificate.read(
        store, Files.writeString(directory.resolve("password"), Certificates.PASSWORD));
  }

  private static String configMap(String name) {
    return "{apiVersion: v1, kind: ConfigMap, metadata: {name: " + name + "}, data: {a: \"1\"}}";
  }

  @Test
  void C6_theAuditLogNamesTheUserOfEachVeryWrite() throws Exception {
    plane.create(configMaps, configMap("mine"));
    plane.create(configMaps, configMap("yours"));
    listen(
        scene.with("auditWebhook: {port: 1, tokenFile: x, keyStore: x, passwordFile: x}").start());
    plane.patch(ControlPlane.ALICE, configMaps + "/mine", "{data: {a: \"2\"}}");
    plane.patch(ControlPlane.ADMIN, configMaps + "/yours", "{data: {a: \"2\"}}");
    plane.patch(ControlPlane.ALICE, configMaps + "/yours", "{data: {a: \"3\"}}");

    await()
        .atMost(Scene.PATIENCE)
        .untilAsserted(
            () ->
                assertThat(scene.events())
                    .extracting(AuditEvent::actor)
                    .extracting(Actor::evidence)
                    .hasSize(3)
                    .containsOnly(Actor.Evidence.AUDIT_LOG));
    assertThat(scene.await(1, Scene.of("ConfigMap", "mine")).get(0).actor())
        .satisfies(actor -> assertThat(actor.id()).isEqualTo("alice"))
        .satisfies(actor -> assertThat(actor.kind()).isEqualTo(Actor.Kind.USER))
        .satisfies(actor -> assertThat(actor.via()).isEqualTo("kubectl/v1.36.3"));
    assertThat(scene.await(2, Scene.of("ConfigMap", "yours")))
        .extracting(event -> event.actor().id())
        .containsExactly("admin", "alice");
  }

  /** The API server's own records, in the form in which a managed cluster hands them out. */
  private static String exported(String by, List<JsonNode> entries) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    for (JsonNode one : entries) {
      // In a list of its own kind a record need not say what it is; in a log it does.
      ObjectNode entry = ((ObjectNode) one.deepCopy()).put("kind", "Event");
      entry.put("apiVersion", "audit.k8s.io/v1");
      if (by.equals("EKS")) {
        body.withArray("logEvents").addObject().put("message", entry.toString());
      } else {
        body.withArray("records")
            .addObject()
            .put("category", "kube-audit")
            .putObject("properties")
            .put("log", entry + "\n");
      }
    }
    return body.toString();
  }

  @ParameterizedTest
  @ValueSource(strings = {"EKS", "AKS"})
  void C6_recordsThatAManagedClusterExportsNameTheUserOfEachVeryWrite(String by) throws Exception {
    plane.create(configMaps, configMap("mine"));
    Watcher watcher =
        scene.with("auditWebhook: {port: 1, tokenFile: x, keyStore: x, passwordFile: x}").start();
    try (HttpEndpoints export =
        HttpEndpoints.http("127.0.0.1", 0)
            .on("/audit", new AuditWebhookReceiver(token(), taking(watcher), null))
            .start()) {
      URI to = URI.create("http://127.0.0.1:" + export.port() + "/audit");
      receiver =
          listen(
              "127.0.0.1",
              entries -> {
                try {
                  return post(to, ControlPlane.AUDIT, exported(by, entries)).statusCode() == 200;
                } catch (Exception e) {
                  throw new AssertionError(e);
                }
              },
              null);
      plane.patch(ControlPlane.ALICE, configMaps + "/mine", "{data: {a: \"2\"}}");
      await()
          .atMost(Scene.PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(scene.events())
                      .singleElement()
                      .satisfies(
                          event -> {
                            assertThat(event.actor().id()).isEqualTo("alice");
                            assertThat(event.actor().evidence())
                                .isEqualTo(Actor.Evidence.AUDIT_LOG);
                          }));
    }
  }

  @Test
  void C6_aSecretsRecordHasNoBodyAndIsJoinedByTime() throws Exception {
    String secrets = "/api/v1/namespaces/" + scene.namespace + "/secrets";
    plane.create(
        secrets,
        "{apiVersion: v1, kind: Secret, metadata: {name: db}, stringData: {k: one-value}}");
    listen(
        scene.with("auditWebhook: {port: 1, tokenFile: x, keyStore: x, passwordFile: x}").start());
    // Another write of the same second would be as good a match.
    await().pollDelay(Duration.ofSeconds(4)).until(() -> true);
    plane.patch(ControlPlane.ALICE, secrets + "/db", "{stringData: {k: another-value}}");

    await()
        .atMost(Scene.PATIENCE)
        .untilAsserted(
            () ->
                assertThat(scene.events())
                    .extracting(event -> event.actor().id() + " " + event.actor().evidence())
                    .containsExactly("alice AUDIT_LOG_TIME"));
  }

  @Test
  void C6_withoutAnAuditLogTheFieldManagerIsNamedAsSuchAndADeletionByNobody() throws Exception {
    plane.create(configMaps, configMap("quiet"));
    scene.start();
    plane.apply(
        ControlPlane.ALICE,
        configMaps + "/quiet",
        "argocd-controller",
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: quiet}, data: {a: \"2\"}}");
    AuditEvent applied = scene.await(1, Scene.of("ConfigMap", "quiet")).get(0);
    plane.delete(configMaps + "/quiet");
    AuditEvent deleted = scene.await(2, Scene.of("ConfigMap", "quiet")).get(1);

    assertThat(applied.actor().id()).isEqualTo("argocd-controller");
    assertThat(applied.actor().evidence()).isEqualTo(Actor.Evidence.FIELD_MANAGER);
    assertThat(deleted.actor()).isEqualTo(Actor.unknown());
  }

  @Test
  void C6_aPodThatAPersonDeletesIsAnOperationAndOneThatAControllerDeletesIsNot() throws Exception {
    ControlPlane.real("no controller made or deleted a pod");
    String deployments = "/apis/apps/v1/namespaces/" + scene.namespace + "/deployments";
    String pods = "/api/v1/namespaces/" + scene.namespace + "/pods";
    plane.create(deployments, CaptureTest.deployment("web", "ghcr.io/acme/web:1.0"));
    listen(
        scene.with("auditWebhook: {port: 1, tokenFile: x, keyStore: x, passwordFile: x}").start());
    await().atMost(Scene.PATIENCE).until(() -> plane.get(pods).path("items").size() == 1);
    String pod = plane.get(pods).at("/items/0/metadata/name").asText();
    plane.patch(deployments + "/web", "{spec: {replicas: 0}}");
    await().atMost(Scene.PATIENCE).until(() -> plane.get(pods).path("items").isEmpty());
    plane.patch(deployments + "/web", "{spec: {replicas: 1}}");
    await().atMost(Scene.PATIENCE).until(() -> plane.get(pods).path("items").size() == 1);
    String second = plane.get(pods).at("/items/0/metadata/name").asText();
    // As kubectl sends a dry run of it.
    plane.send(
        ControlPlane.ALICE,
        "DELETE",
        pods + "/" + second,
        "{\"kind\":\"DeleteOptions\",\"apiVersion\":\"v1\",\"dryRun\":[\"All\"]}");
    plane.send(ControlPlane.ALICE, "DELETE", pods + "/" + second, null);

    AuditEvent event =
        scene.await(1, one -> one.change().kind().equals(ChangeKind.OPERATION)).get(0);
    assertThat(event.change().action()).isEqualTo("delete");
    assertThat(event.actor().id()).isEqualTo("alice");
    assertThat(event.targets().get(0).resource().name()).isEqualTo(second).isNotEqualTo(pod);
    assertThat(event.targets().get(0).service()).isEqualTo("web");
  }

  @Test
  void C6_aContainerThatAPersonPutsIntoAPodToLookAroundIsAnOperation() throws Exception {
    ControlPlane.real("nobody put a container into a pod");
    String pods = "/api/v1/namespaces/" + scene.namespace + "/pods";
    plane.create(
        pods,
        "{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {containers: [{name: web, image: \"ghcr.io/acme/web:1.0\"}]}}");
    listen(
        scene.with("auditWebhook: {port: 1, tokenFile: x, keyStore: x, passwordFile: x}").start());
    plane.patch(
        ControlPlane.ALICE,
        pods + "/web/ephemeralcontainers",
        "{spec: {ephemeralContainers: [{name: debugger, image: busybox, targetContainerName: web}]}}");
    AuditEvent event =
        scene.await(1, one -> one.change().kind().equals(ChangeKind.OPERATION)).get(0);
    assertThat(event.change().action()).isEqualTo("debug");
    assertThat(event.actor().id()).isEqualTo("alice");
  }

  @Test
  void C6_whoCordonsANodeAndLetsItBeUsedAgainIsTold() throws Exception {
    String node = "node-of-" + scene.namespace;
    String nodes = "/api/v1/nodes";
    plane.create(nodes, "{apiVersion: v1, kind: Node, metadata: {name: %s}}".formatted(node));
    scene.with(
        "onlyResources: true\nresources: [{version: v1, kind: Node}, {version: v1, kind: ConfigMap}]");
    listen(
        scene.with("auditWebhook: {port: 1, tokenFile: x, keyStore: x, passwordFile: x}").start());
    plane.patch(ControlPlane.ALICE, nodes + "/" + node, "{spec: {unschedulable: true}}");
    await().atMost(Scene.PATIENCE).until(() -> operations(node).size() == 1);
    plane.patch(ControlPlane.ADMIN, nodes + "/" + node, "{spec: {unschedulable: null}}");
    await()
        .atMost(Scene.PATIENCE)
        .untilAsserted(
            () ->
                assertThat(operations(node))
                    .extracting(event -> event.change().action() + " by " + event.actor().id())
                    .containsExactly("cordon by alice", "uncordon by admin"));
    assertThat(operations(node))
        .allMatch(event -> event.actor().evidence() == Actor.Evidence.AUDIT_LOG)
        .allMatch(event -> event.change().kind().equals(ChangeKind.OPERATION));
    plane.delete(nodes + "/" + node);
  }

  @Test
  void C6_anotherVersionOnANodeIsAnOperationAndItsHeartbeatsAreNoise() throws Exception {
    String node = "node-of-" + scene.namespace;
    String nodes = "/api/v1/nodes";
    String info =
        "{status: {nodeInfo: {kubeletVersion: v1.35.4, containerRuntimeVersion: containerd://2.1.0, osImage: Debian, architecture: amd64, bootID: a, kernelVersion: k, kubeProxyVersion: '', machineID: m, operatingSystem: linux, systemUUID: u}}}";
    plane.create(nodes, "{apiVersion: v1, kind: Node, metadata: {name: %s}}".formatted(node));
    plane.patch(nodes + "/" + node + "/status", info);
    scene.with(
        "onlyResources: true\nresources: [{version: v1, kind: Node}, {version: v1, kind: ConfigMap}]");
    scene.start();
    plane.patch(
        nodes + "/" + node + "/status",
        "{status: {conditions: [{type: Ready, status: 'True', lastHeartbeatTime: '2026-11-27T10:00:00Z'}], nodeInfo: {bootID: b}}}");
    plane.patch(
        nodes + "/" + node + "/status", info.replace("v1.35.4", "v1.36.3").replace("a,", "b,"));
    await().atMost(Scene.PATIENCE).until(() -> !operations(node).isEmpty());
    scene.settle();

    AuditEvent event = operations(node).get(0);
    assertThat(operations(node)).hasSize(1);
    assertThat(event.change().kind()).isEqualTo(ChangeKind.OPERATION);
    assertThat(event.change().action()).isEqualTo("upgrade");
    assertThat(event.change().summary())
        .startsWith("Node " + node + ": ")
        .contains("kubeletVersion", "v1.35.4", "v1.36.3");
    plane.delete(nodes + "/" + node);
  }

  private List<AuditEvent> operations(String node) throws Exception {
    return scene.server.events(null).stream()
        .filter(Scene.of("Node", node))
        .filter(event -> !event.change().action().equals("delete"))
        .toList();
  }

  @Test
  void C6_recordsWithoutTheTokenOrOfAnotherKindAreRefusedWithTheReason() throws Exception {
    listen(
        scene.with("auditWebhook: {port: 1, tokenFile: x, keyStore: x, passwordFile: x}").start());
    assertThat(post("wrong", "{}").statusCode()).isEqualTo(401);
    assertThat(post(ControlPlane.AUDIT, "{}").body())
        .contains("no EventList of audit.k8s.io, nor what EKS");
    assertThat(post(ControlPlane.AUDIT, "nonsense").statusCode()).isEqualTo(400);
    JsonNode none =
        new ObjectMapper()
            .readTree("{\"kind\":\"EventList\",\"apiVersion\":\"audit.k8s.io/v1\",\"items\":[{}]}");
    assertThat(post(ControlPlane.AUDIT, none.toString()).statusCode()).isEqualTo(200);
  }

  @Test
  void C6_aStandbyRefusesRecordsAndClosesTheConnectionSoThatAnotherReplicaIsReached()
      throws Exception {
    receiver =
        HttpEndpoints.http("127.0.0.1", 0)
            .on("/audit", new AuditWebhookReceiver(token(), list -> false, null))
            .start();
    String body = "{\"kind\":\"EventList\",\"apiVersion\":\"audit.k8s.io/v1\"}";
    String request =
        "POST /audit HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n%s"
            .formatted(ControlPlane.AUDIT, body.length(), body);
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), receiver.port())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));

      // As far as the end of the stream, which a connection that is kept does not have.
      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
          .startsWith("HTTP/1.1 503")
          .containsIgnoringCase("Connection: close");
    }
  }

  private Leadership replica(String identity, String host) throws Exception {
    Leadership replica =
        new Leadership(
            Cluster.connect(scene.kubeconfig(ControlPlane.ADMIN)),
            new WatcherConfig.LeaderElection(scene.namespace, "replicas", identity, host),
            identity,
            host,
            Duration.ofSeconds(15),
            InstantSource.system(),
            () -> {},
            () -> {});
    replica.start();
    return replica;
  }

  @Test
  void C6_recordsThatAStandbyIsSentAreHandedOverToTheLeader() throws Exception {
    plane.create(configMaps, configMap("mine"));
    Watcher watcher = scene.start();
    try (HttpEndpoints leader = listen("127.0.0.2", taking(watcher), null);
        Leadership leading = replica("leader", "127.0.0.2")) {
      await().atMost(Scene.PATIENCE).until(leading::isLeading);
      try (Leadership standby = replica("standby", "127.0.0.1")) {
        await().atMost(Scene.PATIENCE).until(() -> standby.leader().isPresent());
        receiver =
            listen(
                "127.0.0.1",
                entries -> false,
                new Leader(standby::leader, leader.port(), certificate(), Duration.ofSeconds(10)));
        plane.patch(ControlPlane.ALICE, configMaps + "/mine", "{data: {a: \"2\"}}");

        await()
            .atMost(Scene.PATIENCE)
            .untilAsserted(
                () ->
                    assertThat(scene.events())
                        .filteredOn(Scene.of("ConfigMap", "mine"))
                        .extracting(event -> event.actor().id() + " " + event.actor().evidence())
                        .containsExactly("alice AUDIT_LOG"));
      }
    }
  }

  @Test
  void C6_aStandbyHandsNothingToWhoeverHasNotItsCertificate() throws Exception {
    Path other = directory.resolve("other.p12");
    Certificates.make(other);
    ServerCertificate stranger =
        ServerCertificate.read(
            other, Files.writeString(directory.resolve("other-password"), Certificates.PASSWORD));
    AtomicInteger taken = new AtomicInteger();
    try (HttpEndpoints leader =
        HttpEndpoints.https("127.0.0.2", plane.auditPort(), stranger)
            .on(
                "/audit",
                question -> {
                  taken.incrementAndGet();
                  return HttpEndpoints.Answer.of(200, "");
                })
            .start()) {
      receiver =
          listen(
              "127.0.0.1",
              entries -> false,
              new Leader(
                  () -> Optional.of("127.0.0.2"),
                  leader.port(),
                  certificate(),
                  Duration.ofSeconds(10)));
      assertThat(
              post(
                      ControlPlane.AUDIT,
                      "{\"kind\":\"EventList\",\"apiVersion\":\"audit.k8s.io/v1\"}")
                  .statusCode())
          .isEqualTo(503);
    }
    assertThat(taken).hasValue(0);
  }

  private HttpResponse<String> post(String token, String body) throws Exception {
    return post(URI.create("https://127.0.0.1:" + plane.auditPort() + "/audit"), token, body);
  }

  private static HttpResponse<String> post(URI to, String token, String body) throws Exception {
    return HttpClient.newBuilder()
        .sslContext(ControlPlane.trustingAll())
        .build()
        .send(
            HttpRequest.newBuilder(to)
                .header("Authorization", "Bearer " + token)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build(),
            HttpResponse.BodyHandlers.ofString());
  }
}
