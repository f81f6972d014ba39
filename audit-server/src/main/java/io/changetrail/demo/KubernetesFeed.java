// SPDX-License-Identifier: Apache-2.0
package io.changetrail.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.source.kubernetes.KubernetesAuditMapper;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.LongSupplier;

/** What the API server of the shop's cluster would have logged. */
final class KubernetesFeed {
  private static final String CLUSTER = "eu1";
  private static final String DEPLOYER = "system:serviceaccount:ci:deployer";
  private static final int REPLICAS = 4;

  private static final Template AUDIT = new Template("kubernetes-audit");
  private static final Template DEPLOYMENT = new Template("kubernetes-deployment");
  private static final Template SCALE = new Template("kubernetes-scale");
  private static final Template CONFIG_MAP = new Template("kubernetes-configmap");

  /** One cluster for all environments: the namespace {@code shop-prd} is of {@code prd}. */
  private final KubernetesAuditMapper mapper =
      new KubernetesAuditMapper(
          (cluster, namespace) -> namespace.substring(namespace.lastIndexOf('-') + 1));

  private final LongSupplier versions;
  private final List<AuditEvent> events;
  private final Map<Object, Integer> replicas = new HashMap<>();

  KubernetesFeed(LongSupplier versions, List<AuditEvent> events) {
    this.versions = versions;
    this.events = events;
  }

  /** The CI's service account sets the image of a release. */
  void rolledOut(Release release, String environment, Instant at) {
    Map<String, Object> object = workload(release.service(), environment);
    object.put("image", release.previousImage());
    ObjectNode before = DEPLOYMENT.fill(object);
    object.put("image", release.image());
    object.put("generation", generation(object) + 1);
    object.put("resourceVersion", version());
    log("deployments", "", object, DEPLOYMENT.fill(object), before, DEPLOYER, at);
  }

  /**
   * Someone sets the number of replicas.
   *
   * @param running the release that runs, and goes on running
   */
  void scaled(Release running, String environment, int to, String person, Instant at) {
    Map<String, Object> object = workload(running.service(), environment);
    object.put("image", running.image());
    ObjectNode before = DEPLOYMENT.fill(object);
    object.put("replicas", to);
    object.put("resourceVersion", version());
    replicas.put(object.get("uid"), to);
    log("deployments", "scale", object, SCALE.fill(object), before, person, at);
  }

  private Map<String, Object> workload(ShopService service, String environment) {
    long generation = versions.getAsLong();
    Map<String, Object> object = object(service.workload(), environment);
    object.put("replicas", replicas.getOrDefault(object.get("uid"), REPLICAS));
    object.put("generation", generation);
    object.put("observed", generation);
    return object;
  }

  private static long generation(Map<String, Object> object) {
    return (Long) Objects.requireNonNull(object.get("generation"));
  }

  /** One key of the service's ConfigMap gets another value. */
  void configured(
      ShopService service,
      String environment,
      String key,
      String from,
      String to,
      String person,
      Instant at) {
    String name = service.workload() + "-config";
    Map<String, Object> object = object(name, environment);
    object.put("app", service.workload());
    object.put("data", data(key, from));
    ObjectNode before = CONFIG_MAP.fill(object);
    object.put("data", data(key, to));
    object.put("resourceVersion", version());
    log("configmaps", "", object, CONFIG_MAP.fill(object), before, person, at);
  }

  private static ObjectNode data(String key, String value) {
    return JsonNodeFactory.instance.objectNode().put("LOG_LEVEL", "info").put(key, value);
  }

  private Map<String, Object> object(String name, String environment) {
    Map<String, Object> object = new HashMap<>();
    object.put("name", name);
    object.put("namespace", "shop-" + environment);
    object.put("uid", uuid(name + " " + environment));
    object.put("resourceVersion", version());
    return object;
  }

  private String version() {
    return Long.toString(versions.getAsLong());
  }

  private void log(
      String resource,
      String subresource,
      Map<String, Object> object,
      JsonNode after,
      JsonNode before,
      String user,
      Instant at) {
    Map<String, Object> entry = new HashMap<>(object);
    entry.putAll(
        Map.of(
            "auditId", uuid("audit " + object.get("resourceVersion")),
            "uri", "/apis/namespaces/" + object.get("namespace") + "/" + resource,
            "user", user,
            "agent", user.equals(DEPLOYER) ? "helm/v3.18" : "kubectl/v1.33.1 (linux/amd64)",
            "resource", resource,
            "subresource", subresource,
            "object", after,
            "time", at));
    events.addAll(mapper.map(AUDIT.fill(entry), CLUSTER, before));
  }

  private static String uuid(String of) {
    return UUID.nameUUIDFromBytes(of.getBytes(StandardCharsets.UTF_8)).toString();
  }
}
