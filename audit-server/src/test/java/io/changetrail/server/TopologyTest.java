// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.model.EventRef;
import io.changetrail.server.RunningServer.Answer;
import io.changetrail.server.access.Token;
import io.changetrail.server.access.TokenFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who calls whom, from each of the forms in which that is known. */
class TopologyTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final String JAEGER =
      "{\"data\":[{\"parent\":\"checkout\",\"child\":\"payment\",\"callCount\":900},"
          + "{\"parent\":\"checkout\",\"child\":\"mail\",\"callCount\":9}],"
          + "\"total\":0,\"limit\":0,\"offset\":0,\"errors\":null}";
  private static final String ZIPKIN =
      "[{\"parent\":\"checkout\",\"child\":\"payment\",\"callCount\":3,\"errorCount\":1}]";
  private static final String DECLARED =
      "edges:\n  - {from: checkout, to: payment}\n  - {from: checkout, to: mail, weight: 0.2}\n";

  @TempDir private Path data;
  private final Instant fired = Instant.now().minus(Duration.ofMinutes(20));

  /** A trace: checkout calls payment, which calls a database that sends no spans. */
  private static String otlp() {
    return "{\"resourceSpans\":["
        + spans("checkout", "{\"traceId\":\"5b8efff798038103d269b633813fc60c\",\"spanId\":\"a1\"}")
        + ","
        + spans(
            "payment",
            "{\"traceId\":\"5b8efff798038103d269b633813fc60c\",\"spanId\":\"b2\","
                + "\"parentSpanId\":\"a1\"},{\"traceId\":\"5b8efff798038103d269b633813fc60c\","
                + "\"spanId\":\"c3\",\"parentSpanId\":\"b2\",\"kind\":3,\"attributes\":[{\"key\":"
                + "\"peer.service\",\"value\":{\"stringValue\":\"ledger-db\"}}]}")
        + "]}";
  }

  private static String spans(String service, String spans) {
    return "{\"resource\":{\"attributes\":[{\"key\":\"service.name\",\"value\":{\"stringValue\":\""
        + service
        + "\"}}]},\"scopeSpans\":[{\"spans\":["
        + spans
        + "]}]}";
  }

  private static List<String> edges(RunningServer server) throws Exception {
    List<String> edges = new ArrayList<>();
    for (JsonNode edge : server.get("/v1/topology").json().path("edges")) {
      edges.add(
          edge.path("from").asText()
              + ">"
              + edge.path("to").asText()
              + " "
              + edge.path("weight").asText());
    }
    return edges;
  }

  private static Answer put(RunningServer server, String document) throws Exception {
    return server.put("/v1/topology/traces", document);
  }

  @Test
  void R1_jaegersDependenciesAreEdgesWeighedByTheirCalls() throws Exception {
    try (RunningServer server = RunningServer.start(data)) {
      assertThat(put(server, JAEGER).json().path("edges").asInt()).isEqualTo(2);

      assertThat(edges(server)).containsExactly("checkout>mail 0.1", "checkout>payment 1.0");
    }
  }

  @Test
  void R1_zipkinsLinksAndDeclaredEdgesAreUnderstood() throws Exception {
    try (RunningServer server = RunningServer.start(data)) {
      put(server, ZIPKIN);
      assertThat(edges(server)).containsExactly("checkout>payment 1.0");

      put(server, DECLARED);
      assertThat(edges(server)).containsExactly("checkout>mail 0.2", "checkout>payment 1.0");
    }
  }

  @Test
  void R1_spansOfOtlpAreCallsAlsoOneDocumentALine() throws Exception {
    try (RunningServer server = RunningServer.start(data)) {
      put(server, otlp());
      assertThat(edges(server)).containsExactly("checkout>payment 1.0", "payment>ledger-db 1.0");

      String first =
          "{\"resourceSpans\":[" + spans("a", "{\"traceId\":\"1\",\"spanId\":\"1\"}") + "]}";
      String second =
          "{\"resourceSpans\":["
              + spans("b", "{\"traceId\":\"1\",\"spanId\":\"2\",\"parentSpanId\":\"1\"}")
              + "]}";
      put(server, first + "\n" + second + "\n");
      assertThat(edges(server)).containsExactly("a>b 1.0");
    }
  }

  @Test
  void R1_whatWasSentIsThereAfterARestart() throws Exception {
    try (RunningServer server = RunningServer.start(data)) {
      put(server, JAEGER);
    }
    try (RunningServer server = RunningServer.start(data)) {
      assertThat(edges(server)).containsExactly("checkout>mail 0.1", "checkout>payment 1.0");
    }
  }

  @Test
  void R1_whatWasTakenIsReadAgainWhereAnObjectOfTheClusterHasNoNameThatServes() throws Exception {
    String caller =
        """
        {"apiVersion":"apps/v1","kind":"Deployment","metadata":{%s},
         "spec":{"template":{"spec":{"containers":[
           {"env":[{"name":"CART","value":"http://cart:80"}]}]}}}}
        """;
    String objects =
        "[" // the cart, and three that call it
            + "{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{\"name\":\"cart\"}},"
            + caller.formatted("")
            + ","
            + caller.formatted("\"name\":\"" + "n".repeat(300) + "\"")
            + ","
            + caller.formatted("\"name\":\"checkout\"")
            + "]";
    try (RunningServer server = RunningServer.start(data)) {
      Answer taken =
          put(server, "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":" + objects + "}");

      assertThat(taken.json().path("edges").asInt()).as(taken.text()).isEqualTo(1);
    }
    try (RunningServer server = RunningServer.start(data)) {
      assertThat(edges(server)).containsExactly("checkout>cart 0.5");
    }
  }

  @Test
  void R1_theWayFromTheAlertToAChangeLeadsAlongTheCallsAndAFrequentOneIsShorter() throws Exception {
    Path file = Files.writeString(data.resolve("calls.json"), JAEGER);
    try (RunningServer server = RunningServer.start(data, "topology", file.toString())) {
      server.store(
          Events.deployment("p", fired.minusSeconds(60), "payment", "prod").build(),
          Events.deployment("m", fired.minusSeconds(60), "mail", "prod").build());

      JsonNode suspects = correlate(server).path("suspects");

      assertThat(suspects.at("/0/change/services/0").asText()).isEqualTo("payment");
      assertThat(suspects.at("/0/factors").toString()).contains("checkout → payment");
      assertThat(suspects.at("/0/score").asDouble())
          .isGreaterThan(suspects.at("/1/score").asDouble());
    }
  }

  @Test
  void R1_circlesOfCallsAndPartsThatAreMissingAreFine() throws Exception {
    try (RunningServer server = RunningServer.start(data)) {
      put(
          server,
          "[{\"parent\":\"checkout\",\"child\":\"cart\"},{\"parent\":\"cart\",\"child\":\"checkout\"},"
              + "{\"parent\":\"cart\",\"child\":\"cart\"},{\"parent\":\"x\",\"child\":\"y\"}]");
      server.store(Events.deployment("c", fired.minusSeconds(60), "cart", "prod").build());

      assertThat(correlate(server).at("/suspects/0/factors").toString())
          .contains("checkout → cart");
    }
  }

  @Test
  void R1_aFileIsReadAgainWhenItChangesAndABrokenOneLeavesTheOldEdgesAndIsTold() throws Exception {
    Path file = Files.writeString(data.resolve("calls.yaml"), DECLARED);
    Path folder = Files.createDirectory(data.resolve("other"));
    Path namesake = Files.writeString(folder.resolve("calls.yaml"), "edges: [{from: x, to: y}]");
    try (RunningServer server = RunningServer.start(data, "topology", file + "," + namesake)) {
      assertThat(edges(server))
          .containsExactlyInAnyOrder("checkout>mail 0.2", "checkout>payment 1.0", "x>y 1.0");

      Files.writeString(file, "edges:\n  - {from: checkout}\n");
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(server.get("/readyz").json().path("problems"))
                      .singleElement()
                      .asString()
                      .contains("topology", "calls.yaml", "does not name both of its ends"));
      assertThat(server.get("/readyz").status()).isEqualTo(200);
      assertThat(server.get("/metrics").text())
          .contains("changetrail_files_stale{setting=\"topology\"} 1");
      assertThat(edges(server)).contains("checkout>mail 0.2", "checkout>payment 1.0");

      Files.writeString(namesake, "edges: [{from: y, to: z}]");
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(edges(server)).contains("y>z 1.0", "checkout>mail 0.2"));

      Files.writeString(file, "edges: [{from: checkout, to: stock}]");
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(edges(server))
                      .containsExactlyInAnyOrder("checkout>stock 1.0", "y>z 1.0"));
      assertThat(server.get("/readyz").json().path("problems")).isEmpty();

      Files.delete(file);
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(server.get("/readyz").json().path("problems").toString())
                      .contains("cannot read"));
      assertThat(edges(server)).contains("checkout>stock 1.0");
    }
  }

  /** In the form of {@code kubectl get services,deployments,configmaps -o json}; names made up. */
  private static final String SNAPSHOT =
      """
      {"apiVersion": "v1", "kind": "List", "items": [
        {"apiVersion": "v1", "kind": "Service",
         "metadata": {"name": "payment", "namespace": "shop"},
         "spec": {"selector": {"app": "pay"}, "ports": [{"port": 8080}]}},
        {"apiVersion": "v1", "kind": "Service",
         "metadata": {"name": "orders-db", "namespace": "data"},
         "spec": {"clusterIP": "None", "ports": [{"port": 5432}]}},
        {"apiVersion": "v1", "kind": "Service",
         "metadata": {"name": "cart", "namespace": "shop"}, "spec": {"selector": {"app": "cart"}}},
        {"apiVersion": "v1", "kind": "Service",
         "metadata": {"name": "mail", "namespace": "shop"}, "spec": {"type": "ExternalName"}},
        {"apiVersion": "v1", "kind": "Service",
         "metadata": {"name": "debug", "namespace": "shop"}, "spec": {"selector": {"app": "debug"}}},
        {"apiVersion": "v1", "kind": "ConfigMap",
         "metadata": {"name": "checkout-settings", "namespace": "shop"},
         "data": {"application.yaml": "mail:\\n  endpoint: http://mail/send\\n"}},
        {"apiVersion": "apps/v1", "kind": "Deployment",
         "metadata": {"name": "pay-v2", "namespace": "shop",
           "labels": {"app.kubernetes.io/name": "payment-service"}},
         "spec": {"template": {"metadata": {"labels": {"app": "pay", "track": "stable"}},
           "spec": {"containers": [{"name": "pay", "args": ["--db=jdbc:postgresql://pg-0.orders-db.data.svc.cluster.local:5432/orders"]}]}}}},
        {"apiVersion": "apps/v1", "kind": "Deployment",
         "metadata": {"name": "checkout", "namespace": "shop"},
         "spec": {"template": {"metadata": {"labels": {"tier": "front"}},
           "spec": {"volumes": [{"name": "settings", "configMap": {"name": "checkout-settings"}}],
             "containers": [{"name": "c", "env": [
               {"name": "PAYMENT_ADDR", "value": "payment:8080"},
               {"name": "CART_HOST", "value": "cart"},
               {"name": "LOG_LEVEL", "value": "debug"}]}]}}}},
        {"apiVersion": "v1", "kind": "Pod",
         "metadata": {"name": "checkout-1", "namespace": "shop",
           "ownerReferences": [{"kind": "ReplicaSet", "name": "checkout-5f"}]},
         "spec": {"containers": [{"name": "c", "args": ["--to=debug:80"]}]}}]}
      """;

  @Test
  void R1_addressesOfServicesInASnapshotOfKubernetesAreCallsToWhatTheySelect() throws Exception {
    try (RunningServer server = RunningServer.start(data)) {
      Answer answer = put(server, SNAPSHOT);

      assertThat(answer.status()).as(answer.text()).isEqualTo(200);
      assertThat(edges(server))
          .containsExactlyInAnyOrder(
              "checkout>payment-service 0.5",
              "checkout>cart 0.5",
              "checkout>mail 0.5",
              "payment-service>orders-db 0.5");
    }
  }

  @Test
  void R1_hostsThatLeadIntoTheClusterAndPodsThatAPolicyLetsInAreCallsToo() throws Exception {
    try (RunningServer server = RunningServer.start(data)) {
      put(
          server,
          """
          apiVersion: v1
          kind: Service
          metadata: {name: pay, namespace: shop}
          spec: {selector: {app: pay}}
          ---
          apiVersion: networking.k8s.io/v1
          kind: Ingress
          metadata: {name: pay, namespace: shop}
          spec: {rules: [{host: pay.example.com, http: {paths: [{backend: {service: {name: pay}}}]}}]}
          ---
          apiVersion: gateway.networking.k8s.io/v1
          kind: HTTPRoute
          metadata: {name: pay, namespace: edge}
          spec: {hostnames: [gate.example.com], rules: [{backendRefs: [{name: pay, namespace: shop}]}]}
          ---
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: {name: pay, namespace: edge}
          spec: {hosts: [mesh.example.com], http: [{route: [{destination: {host: pay.shop.svc.cluster.local}}]}]}
          ---
          apiVersion: networking.k8s.io/v1
          kind: NetworkPolicy
          metadata: {name: pay, namespace: shop}
          spec:
            podSelector: {matchLabels: {app: pay}}
            ingress:
              - from:
                  - {podSelector: {matchLabels: {app: cart}}}
                  - podSelector: {matchLabels: {app: sweep}}
                    namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: jobs}}
                  - {podSelector: {}}
          ---
          """
              + workload("shop", "pay", "")
              + workload("shop", "cart", "")
              + workload("shop", "web", "args: ['--to=https://pay.example.com/v1']")
              + workload("shop", "app", "args: ['--to=https://gate.example.com']")
              + workload("shop", "bot", "args: ['--to=https://mesh.example.com']")
              + workload("jobs", "sweep", ""));

      assertThat(edges(server))
          .containsExactlyInAnyOrder(
              "web>pay 0.5", "app>pay 0.5", "bot>pay 0.5", "cart>pay 0.5", "sweep>pay 0.5");
    }
  }

  private static String workload(String namespace, String name, String container) {
    return """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: %2$s, namespace: %1$s}
        spec: {template: {metadata: {labels: {app: %2$s}}, spec: {containers: [{%3$s}]}}}
        ---
        """
        .formatted(namespace, name, container);
  }

  @Test
  void R1_whatTheWatcherRecordedOfAClusterIsInTheGraphByItself() throws Exception {
    try (RunningServer server = RunningServer.start(data)) {
      for (JsonNode object : Events.json(SNAPSHOT).path("items")) {
        String name = object.at("/metadata/name").asText();
        String target =
            "{%s\"environment\":\"prod\",\"namespace\":\"%s\",\"resource\":{\"kind\":\"%s\",\"name\":\"%s\"}}"
                .formatted(
                    name.equals("pay-v2") ? "\"service\":\"payments\"," : "",
                    object.at("/metadata/namespace").asText(),
                    object.path("kind").asText(),
                    name);
        Answer kept =
            server.put(
                "/v1/resources",
                "{\"source\":\"/k8s/shop\",\"time\":\"%s\",\"target\":%s,\"state\":%s}"
                    .formatted(fired, target, object));
        assertThat(kept.status()).as(kept.text()).isEqualTo(200);
      }
      server.store(
          Events.deployment("e", fired.minusSeconds(60), "payments", "prod")
              .ref(new EventRef("/k8s/shop", "e"))
              .build());

      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(server.get("/v1/topology").json().path("edges"))
                      .anySatisfy(
                          edge -> {
                            assertThat(edge.path("from").asText()).isEqualTo("checkout");
                            assertThat(edge.path("to").asText()).isEqualTo("payments");
                            assertThat(edge.path("source").asText()).isEqualTo("kubernetes");
                          })
                      .hasSize(4));
      assertThat(correlate(server).at("/suspects/0/factors").toString())
          .contains("on the call path checkout → payments");
    }
  }

  @Test
  void R1_anObjectWhoseNameIsTooLongHidesNoneOfTheOthers() throws Exception {
    String object =
        """
        {"source":"/k8s/shop","time":"%s","target":{"environment":"prod","namespace":"default",
         "resource":{"kind":"%s","name":"%s"}},
         "state":{"apiVersion":"v1","kind":"%s","metadata":{"name":"%s","annotations":{%s}},
         "spec":{"template":{"spec":{"containers":[{"args":["http://cart:80"]}]}}}}}
        """;
    String tooLong = "\"resource.opentelemetry.io/service.name\":\"" + "n".repeat(300) + "\"";
    try (RunningServer server = RunningServer.start(data)) {
      for (String one :
          List.of(
              object.formatted(fired, "Service", "cart", "Service", "cart", ""),
              object.formatted(fired, "Deployment", "odd", "Deployment", "odd", tooLong),
              object.formatted(fired, "Deployment", "web", "Deployment", "web", ""))) {
        assertThat(server.put("/v1/resources", one).status()).as(one).isEqualTo(200);
      }
      server.store(
          Events.deployment("e", fired.minusSeconds(60), "web", "prod")
              .ref(new EventRef("/k8s/shop", "e"))
              .build());

      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(edges(server)).containsExactly("web>cart 0.5"));
    }
  }

  @Test
  void R1_manifestsOneADocumentAreASnapshotToo() throws Exception {
    try (RunningServer server = RunningServer.start(data)) {
      put(
          server,
          """
          apiVersion: v1
          kind: Service
          metadata: {name: cart}
          spec: {selector: {app: cart}}
          ---
          apiVersion: batch/v1
          kind: CronJob
          metadata: {name: sweep}
          spec: {jobTemplate: {spec: {template: {spec: {containers: [{args: ['http://cart']}]}}}}}
          ---
          """);
      assertThat(edges(server)).containsExactly("sweep>cart 0.5");

      Answer mixed = put(server, "edges: []\n---\nedges: []\n");
      assertThat(mixed.status()).isEqualTo(400);
      assertThat(mixed.text()).contains("has 2 documents");
    }
  }

  private JsonNode correlate(RunningServer server) throws Exception {
    Answer answer =
        server.post(
            "/v1/correlate",
            "application/json",
            "{\"service\":\"checkout\",\"environment\":\"prod\",\"alertedAt\":\"" + fired + "\"}");
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return answer.json();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"a\":1}|has none of edges",
        "[{\"parent\":\"a\"}]|does not name both",
        "{\"edges\":[{\"from\":\"a\",\"to\":\"b\",\"weight\":7}]}|weight",
        "{\"data\":[|neither JSON nor YAML",
        "7|has none of edges",
        "{\"edges\":[{\"from\":\"a\\ud800\",\"to\":\"b\"}]}|half a surrogate pair",
      })
  void aDocumentOfAnotherFormIsRefused(String document, String complaint) throws Exception {
    try (RunningServer server = RunningServer.start(data)) {
      Answer answer = put(server, document);

      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.json().path("detail").asText()).contains(complaint);
      assertThat(edges(server)).isEmpty();
    }
    assertThatThrownBy(
            () ->
                RunningServer.start(
                    data,
                    "topology",
                    Files.writeString(data.resolve("wrong"), document).toString()))
        .hasMessageContaining(complaint);
  }

  @Test
  void aSenderMayReplaceWhatItIsMadeForAndAReaderSeesTheirServicesOnly() throws Exception {
    TokenFile tokens = new TokenFile(data.resolve(TokenFile.NAME));
    String sender = token(tokens, new Token.Ingest(List.of("/topology/traces")), null);
    String limited =
        token(tokens, null, new Token.Read(null, List.of("checkout", "payment"), null));
    try (RunningServer server = RunningServer.start(data)) {
      assertThat(put(server.as(sender), JAEGER).status()).isEqualTo(200);
      assertThat(server.as(sender).put("/v1/topology/other", JAEGER).status()).isEqualTo(403);
      assertThat(server.as(sender).put("/v1/topology/..%2Fx", JAEGER).status()).isEqualTo(400);
      assertThat(put(server.as(limited), JAEGER).status()).isEqualTo(403);
      assertThat(edges(server.as(limited))).containsExactly("checkout>payment 1.0");
    }
  }

  @Test
  void whatALimitedReaderIsAnsweredNamesNoServiceThatTheyMayNotSee() throws Exception {
    TokenFile tokens = new TokenFile(data.resolve(TokenFile.NAME));
    String admin = token(tokens, new Token.Ingest(List.of("*")), new Token.Read(null, null, null));
    String limited = token(tokens, null, new Token.Read(null, List.of("checkout", "mail"), null));
    try (RunningServer server = RunningServer.start(data)) {
      put(
          server.as(admin),
          "[{\"parent\":\"checkout\",\"child\":\"payroll\"},"
              + "{\"parent\":\"payroll\",\"child\":\"mail\"}]");
      server
          .as(admin)
          .store(Events.deployment("m", fired.minusSeconds(60), "mail", "prod").build());

      assertThat(correlate(server.as(admin)).toString()).contains("payroll");
      assertThat(correlate(server.as(limited)).toString())
          .contains("mail")
          .doesNotContain("payroll");
    }
  }

  @Test
  void ofADeclaredEdgeThatIsNamedTwiceTheHeavierCounts() throws Exception {
    try (RunningServer server = RunningServer.start(data)) {
      put(server, "edges:\n  - {from: a, to: b, weight: 0.3}\n  - {from: a, to: b, weight: 0.2}\n");

      assertThat(edges(server)).containsExactly("a>b 0.3");
    }
  }

  @Test
  void documentsAreBoundedInNumberAndInTheLengthOfNames() throws Exception {
    try (RunningServer server = RunningServer.start(data)) {
      for (int i = 0; i < 50; i++) {
        assertThat(server.put("/v1/topology/n" + i, ZIPKIN).status()).isEqualTo(200);
      }
      assertThat(server.put("/v1/topology/n50", ZIPKIN).status()).isEqualTo(422);
      assertThat(server.put("/v1/topology/n7", JAEGER).status()).isEqualTo(200);
      Answer long257 = server.put("/v1/topology/n7", ZIPKIN.replace("payment", "x".repeat(257)));
      assertThat(long257.status()).isEqualTo(400);
      assertThat(long257.text()).contains("more than 256 characters");
    }
  }

  private String token(TokenFile tokens, Token.Ingest ingest, Token.Read read) {
    return tokens
        .create(new TokenFile.Grant("test", "default", null, ingest, read, false), fired)
        .secret();
  }
}
