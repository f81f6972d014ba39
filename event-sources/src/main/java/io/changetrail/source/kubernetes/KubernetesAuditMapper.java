// SPDX-License-Identifier: Apache-2.0
package io.changetrail.source.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.EventRef;
import io.changetrail.model.InvalidEventException;
import io.changetrail.model.Provenance;
import io.changetrail.model.Resource;
import io.changetrail.model.Target;
import io.changetrail.source.Payload;
import java.util.List;
import java.util.Set;
import java.util.function.BinaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Entries of the Kubernetes API server's audit log as audit events: who changed which workload or
 * ConfigMap, and to what. Thread-safe.
 *
 * <p>The log must be at level {@code RequestResponse} for {@code deployments}, {@code
 * statefulsets}, {@code daemonsets} and {@code configmaps}, because only the object tells what was
 * changed. It shows the object after the request; whoever knows the object before hands it in and
 * gets the difference. Requests that failed, were dry runs or changed nothing that was declared
 * (status, leader election, autoscaling, the cluster's own root certificates) give no event.
 *
 * <p>A change of a workload's template is a deployment that was <em>started</em>: whether the
 * rollout completed is not in the request. States are as the API server logged them; a {@code
 * Redactor} must see the event before anything keeps it.
 *
 * @see <a href="https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/">
 *     audit.k8s.io/v1</a>
 */
public final class KubernetesAuditMapper {
  private static final Set<String> WRITES = Set.of("create", "update", "patch", "delete");
  private static final String AUTOSCALER =
      "system:serviceaccount:kube-system:horizontal-pod-autoscaler";

  private final BinaryOperator<String> environments;

  /** Each cluster is an environment of its own, under its name; the catalogue may alias it. */
  public KubernetesAuditMapper() {
    this((cluster, namespace) -> cluster);
  }

  /**
   * A mapper for clusters that hold several environments.
   *
   * @param environments the environment of a cluster's namespace
   */
  public KubernetesAuditMapper(BinaryOperator<String> environments) {
    this.environments = environments;
  }

  /** {@link #map(JsonNode, String, JsonNode)} where the object before is not known. */
  public List<AuditEvent> map(JsonNode auditEvent, String cluster) {
    return map(auditEvent, cluster, null);
  }

  /**
   * The events that an entry tells of; none where it tells of no change.
   *
   * @param cluster name of the cluster; the events' source is {@code /k8s/<cluster>}
   * @param before the object as it was before the request, as the API serves it; {@code null} where
   *     not known
   * @throws InvalidEventException if the entry lacks what its level should have logged
   */
  public List<AuditEvent> map(JsonNode auditEvent, String cluster, @Nullable JsonNode before) {
    Payload entry = Payload.of(auditEvent);
    ObjectKind kind = ObjectKind.ofResource(entry.text("/objectRef/resource"));
    if (kind == null || !succeeded(entry) || isNoise(entry)) {
      return List.of();
    }
    Written written = new Written(kind, entry, before);
    Change change = written.change();
    if (change == null) {
      return List.of();
    }
    String namespace = entry.required("/objectRef/namespace");
    Target target =
        new Target(
            written.service(),
            environments.apply(cluster, namespace),
            null,
            cluster,
            namespace,
            new Resource(kind.kindName(), written.name(), written.uid()));
    return List.of(
        AuditEvent.builder(
                new EventRef("/k8s/" + cluster, written.id()),
                entry.time("/stageTimestamp", "/requestReceivedTimestamp"),
                actor(entry, "/user/username"),
                change)
            .onBehalfOf(
                entry.text("/impersonatedUser/username") == null
                    ? null
                    : actor(entry, "/impersonatedUser/username"))
            .target(target)
            .provenance(new Provenance(written.commit(), null, written.artifacts()))
            .build());
  }

  private static boolean succeeded(Payload entry) {
    String verb = entry.text("/verb");
    int code = entry.at("/responseStatus/code").node().asInt();
    return "ResponseComplete".equals(entry.text("/stage"))
        && verb != null
        && WRITES.contains(verb)
        && code >= 200
        && code < 300;
  }

  private static boolean isNoise(Payload entry) {
    String subresource = entry.text("/objectRef/subresource");
    String uri = entry.text("/requestURI");
    return (subresource != null && !subresource.equals("scale"))
        || AUTOSCALER.equals(entry.text("/user/username"))
        || (uri != null && uri.contains("dryRun=All"));
  }

  /** The API server authenticated the user of this very request. */
  private static Actor actor(Payload entry, String pointer) {
    String user = entry.required(pointer);
    String agent = entry.text("/userAgent");
    Actor.Kind kind =
        user.startsWith("system:serviceaccount:")
            ? Actor.Kind.SERVICE
            : user.startsWith("system:") ? Actor.Kind.SYSTEM : Actor.Kind.USER;
    String via = agent == null ? null : agent.split(" ", 2)[0];
    return new Actor(
        user,
        null,
        kind,
        via == null || via.isBlank() || via.length() > 512 ? null : via,
        Actor.Evidence.AUDIT_LOG);
  }
}
