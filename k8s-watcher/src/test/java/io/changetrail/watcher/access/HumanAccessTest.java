// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.watcher.capture.Places;
import io.changetrail.watcher.capture.Selection;
import io.changetrail.watcher.capture.ServiceUses;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose doing at a pod is told, and what was none. */
class HumanAccessTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HumanAccess access =
      new HumanAccess(
          "/k8s/test",
          new Places("test", "prod", Map.of(), Places.SERVICE_NAMES),
          new ServiceUses(),
          new Selection(Set.of(), null, Set.of("kube-*"), Map.of(), Map.of()));

  /** As the API server writes one at the level {@code Request}. */
  private static ObjectNode eviction(String user) throws Exception {
    return (ObjectNode)
        JSON.readTree(
            """
            {"kind": "Event", "apiVersion": "audit.k8s.io/v1", "level": "Request",
             "auditID": "2c4a9d1e", "stage": "ResponseComplete", "verb": "create",
             "requestURI": "/api/v1/namespaces/shop/pods/web-1/eviction",
             "user": {"username": "%s"}, "userAgent": "kubectl/v1.36.3 (linux/amd64)",
             "objectRef": {"resource": "pods", "namespace": "shop", "name": "web-1",
               "apiVersion": "v1", "subresource": "eviction"},
             "responseStatus": {"code": 201},
             "requestObject": {"kind": "Eviction", "apiVersion": "policy/v1",
               "metadata": {"name": "web-1", "namespace": "shop"}},
             "requestReceivedTimestamp": "2026-03-04T02:00:00.000000Z"}
            """
                .formatted(user));
  }

  @Test
  void C6_aPersonBehindAProxyThatActsForHerIsTold() throws Exception {
    ObjectNode entry = eviction("system:serviceaccount:cattle-system:rancher");
    assertThat(access.of(entry)).isEmpty();
    entry.putObject("impersonatedUser").put("username", "alice");

    AuditEvent event = access.of(entry).orElseThrow();
    assertThat(event.actor().kind()).isEqualTo(Actor.Kind.SERVICE);
    assertThat(event.onBehalfOf())
        .isNotNull()
        .satisfies(person -> assertThat(person.id()).isEqualTo("alice"));
    assertThat(event.change().summary()).isEqualTo("Pod shop/web-1: evict by alice");
  }

  @ParameterizedTest
  @CsvSource({
    "exec, create, ResponseStarted, 101, exec",
    "attach, get, ResponseStarted, 101, attach",
    "portforward, create, ResponseStarted, 101, port-forward",
    "ephemeralcontainers, patch, ResponseComplete, 200, debug",
    "eviction, create, ResponseComplete, 201, evict"
  })
  void C6_eachWayIntoAPodIsToldOnceAndWhenItBegins(
      String subresource, String verb, String stage, int code, String action) throws Exception {
    ObjectNode entry = eviction("alice").put("verb", verb).put("stage", stage);
    entry.withObject("/objectRef").put("subresource", subresource);
    entry.withObject("/responseStatus").put("code", code);
    assertThat(access.of(entry).orElseThrow().change().action()).isEqualTo(action);
    String other = stage.equals("ResponseStarted") ? "ResponseComplete" : "ResponseStarted";
    assertThat(access.of(entry.deepCopy().put("stage", other))).isEmpty();
    entry.withObject("/responseStatus").put("code", 403);
    assertThat(access.of(entry)).isEmpty();
  }

  @Test
  void C6_theClustersAdministratorIsAPerson() throws Exception {
    assertThat(access.of(eviction("system:admin"))).isPresent();
    assertThat(access.of(eviction("system:kube-scheduler"))).isEmpty();
  }

  @Test
  void C6_namespacesThatAreLeftOutAreLeftOutHereToo() throws Exception {
    ObjectNode entry = eviction("alice");
    assertThat(access.of(entry)).isPresent();
    entry.withObject("/objectRef").put("namespace", "kube-system");
    assertThat(access.of(entry)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/requestObject", "/requestObject/deleteOptions"})
  void C6_aDryRunIsNothingThatWasDone(String options) throws Exception {
    ObjectNode entry = eviction("alice");
    entry.withObject(options).set("dryRun", JSON.valueToTree(List.of("All")));
    assertThat(access.of(entry)).isEmpty();
  }
}
