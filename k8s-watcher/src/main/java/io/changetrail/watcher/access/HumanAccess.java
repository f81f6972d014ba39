// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.access;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Phase;
import io.changetrail.model.Target;
import io.changetrail.watcher.attribution.AuditRecord;
import io.changetrail.watcher.capture.Places;
import io.changetrail.watcher.capture.Selection;
import io.changetrail.watcher.capture.ServiceUses;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What people did by hand to pods, which no object shows afterwards: a shell, a forwarded port, a
 * debug container, a pod deleted or evicted. From the audit log alone.
 */
public final class HumanAccess {
  private static final Map<String, String> SUBRESOURCES =
      Map.of(
          "exec", "exec",
          "attach", "attach",
          "portforward", "port-forward",
          "ephemeralcontainers", "debug",
          "eviction", "evict");

  private final String source;
  private final Places places;
  private final ServiceUses uses;
  private final Selection selection;

  /**
   * @param uses tells which service a pod is of
   * @param selection whose namespaces count
   */
  public HumanAccess(String source, Places places, ServiceUses uses, Selection selection) {
    this.uses = uses;
    this.selection = selection;
    this.source = source;
    this.places = places;
  }

  /** The operation that an entry tells of; empty if it is none, failed, or a controller's. */
  public Optional<AuditEvent> of(JsonNode entry) {
    JsonNode object = entry.path("objectRef");
    String subresource = object.path("subresource").asText("");
    String action =
        subresource.isEmpty() && entry.path("verb").asText().equals("delete")
            ? "delete"
            : SUBRESOURCES.get(subresource);
    int code = entry.at("/responseStatus/code").asInt();
    // A shell goes on for hours: it is told of when it begins.
    boolean begins = subresource.matches("exec|attach|portforward");
    Actor actor = AuditRecord.actor(entry, "/user/username", Actor.Evidence.AUDIT_LOG);
    // A proxy acts for people with an account of its own.
    Actor impersonated =
        entry.has("impersonatedUser")
            ? AuditRecord.actor(entry, "/impersonatedUser/username", Actor.Evidence.AUDIT_LOG)
            : null;
    Actor person = impersonated == null ? actor : impersonated;
    if (action == null
        || !object.path("resource").asText().equals("pods")
        || !selection.includesNamespace(object.path("namespace").asText())
        || person.kind() != Actor.Kind.USER
        || AuditRecord.isDryRun(entry)
        || !entry.path("stage").asText().equals(begins ? "ResponseStarted" : "ResponseComplete")
        || (code != 101 && (code < 200 || code > 299))) {
      return Optional.empty();
    }
    ObjectNode pod =
        JsonNodeFactory.instance.objectNode().put("apiVersion", "v1").put("kind", "Pod");
    pod.putObject("metadata")
        .put("name", object.path("name").asText())
        .put("namespace", object.path("namespace").asText());
    String name = object.path("namespace").asText() + "/" + object.path("name").asText();
    AuditEvent.Builder event =
        AuditEvent.builder(
                new EventRef(source, "audit/" + entry.path("auditID").asText() + "/" + action),
                OffsetDateTime.parse(entry.path("requestReceivedTimestamp").asText()).toInstant(),
                actor,
                Change.of(ChangeKind.OPERATION, Phase.OCCURRED, action)
                    .summary("Pod " + name + ": " + action + " by " + person.id())
                    .build())
            .target(target(pod, "pod/" + name));
    return Optional.of(event.onBehalfOf(impersonated).build());
  }

  private Target target(ObjectNode pod, String uid) {
    Target place = places.of(pod, uid);
    List<String> services = uses.of(pod);
    return services.size() != 1
        ? place
        : new Target(
            services.get(0),
            place.environment(),
            place.region(),
            place.cluster(),
            place.namespace(),
            place.resource());
  }
}
