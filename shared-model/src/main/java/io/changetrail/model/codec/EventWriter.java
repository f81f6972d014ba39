// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.codec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Interval;
import io.changetrail.model.Links;
import io.changetrail.model.Origin;
import io.changetrail.model.Outcome;
import io.changetrail.model.Provenance;
import io.changetrail.model.Resource;
import io.changetrail.model.StateChange;
import io.changetrail.model.Target;
import org.jspecify.annotations.Nullable;

/** From an event to its tree on the wire, without what the event does not know. */
final class EventWriter {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private EventWriter() {}

  static ObjectNode write(AuditEvent event) {
    String type = CdEventTypes.typeOf(event);
    String time = event.time().toString();
    String subjectId = subjectId(event);
    ObjectNode envelope = JSON.objectNode();
    envelope.put("specversion", "1.0");
    envelope.put("id", event.ref().id());
    envelope.put("source", event.ref().source());
    envelope.put("type", type);
    envelope.put("subject", subjectId);
    envelope.put("time", time);
    envelope.put("datacontenttype", "application/json");
    put(envelope, "traceparent", event.links().traceparent());
    put(envelope, "tracestate", event.links().tracestate());
    ObjectNode data = envelope.putObject("data");
    ObjectNode context = data.putObject("context");
    context.put("specversion", CdEventTypes.SPEC_VERSION);
    context.put("id", event.ref().id());
    context.put("source", event.ref().source());
    context.put("type", type);
    context.put("timestamp", time);
    ObjectNode subject = data.putObject("subject");
    subject.put("id", subjectId);
    subject.set("content", content(event, type));
    data.putObject("customData").set("changetrail", ours(event));
    return envelope;
  }

  private static String subjectId(AuditEvent event) {
    Provenance.Vcs vcs = event.provenance().vcs();
    Provenance.Build build = event.provenance().build();
    ChangeKind kind = event.change().kind();
    if (kind.equals(ChangeKind.CODE) && vcs != null && vcs.pullRequest() != null) {
      return vcs.pullRequest();
    }
    if (kind.equals(ChangeKind.CODE) && vcs != null && vcs.revision() != null) {
      return vcs.revision();
    }
    if (kind.equals(ChangeKind.BUILD) && build != null && build.runId() != null) {
      return build.runId();
    }
    if (kind.equals(ChangeKind.ARTIFACT) && CdEventTypes.purl(event).isPresent()) {
      return CdEventTypes.purl(event).get();
    }
    if (!event.targets().isEmpty()) {
      Target target = event.targets().get(0);
      Resource resource = target.resource();
      if (target.service() != null) {
        return target.service();
      }
      if (resource != null) {
        return resource.kind() + "/" + resource.name();
      }
      if (target.environment() != null) {
        return target.environment();
      }
    }
    return event.ref().id();
  }

  /** What the CDEvents schema of a standard type wants in {@code subject.content}. */
  private static ObjectNode content(AuditEvent event, String type) {
    ObjectNode content = JSON.objectNode();
    if (!type.startsWith(CdEventTypes.STANDARD)) {
      return content;
    }
    Provenance.Build build = event.provenance().build();
    switch (CdEventTypes.subjectAndPredicate(type)) {
      case "service.deployed", "service.upgraded", "service.rolledback" -> {
        environment(content, event);
        put(content, "artifactId", CdEventTypes.purl(event).orElse(null));
      }
      case "service.removed" -> environment(content, event);
      case "incident.detected", "incident.resolved" -> {
        content.put("description", event.change().summary());
        environment(content, event);
        event.targets().stream()
            .flatMap(target -> target.serviceName().stream())
            .findFirst()
            .ifPresent(service -> content.putObject("service").put("id", service));
      }
      case "change.merged" -> {
        Provenance.Vcs vcs = event.provenance().vcs();
        if (vcs != null && vcs.repository() != null) {
          content.putObject("repository").put("id", vcs.repository());
        }
      }
      case "pipelinerun.queued", "pipelinerun.started", "pipelinerun.finished" -> {
        if (build != null) {
          put(content, "pipelineName", build.pipeline());
          put(content, "uri", build.url());
        }
        Outcome outcome = event.change().outcome();
        if (outcome != null) {
          content.put("outcome", pipelineOutcome(outcome));
        }
      }
      case "environment.modified" ->
          CdEventTypes.environment(event).ifPresent(name -> content.put("name", name));
      default -> {
        // the other types that we emit have no content of their own
      }
    }
    return content;
  }

  private static String pipelineOutcome(Outcome outcome) {
    return switch (outcome) {
      case SUCCESS -> "success";
      case FAILURE -> "failure";
      case ABORTED, DENIED -> "cancel";
      case UNKNOWN -> "error";
    };
  }

  private static void environment(ObjectNode content, AuditEvent event) {
    CdEventTypes.environment(event)
        .ifPresent(name -> content.putObject("environment").put("id", name));
  }

  private static ObjectNode ours(AuditEvent event) {
    ObjectNode node = JSON.objectNode();
    node.set("actor", actor(event.actor()));
    if (event.onBehalfOf() != null) {
      node.set("onBehalfOf", actor(event.onBehalfOf()));
    }
    ArrayNode targets = node.putArray("targets");
    event.targets().forEach(target -> targets.add(target(target)));
    node.set("change", change(event.change()));
    provenance(node, event.provenance());
    links(node, event.links());
    if (event.origin() != null) {
      node.set("origin", origin(event.origin()));
    }
    if (!event.attributes().isEmpty()) {
      ObjectNode attributes = node.putObject("attributes");
      event.attributes().forEach(attributes::set);
    }
    ref(node, "amends", event.amends());
    put(node, "observedTime", event.observedTime());
    return node;
  }

  private static ObjectNode actor(Actor actor) {
    ObjectNode node = JSON.objectNode();
    node.put("id", actor.id());
    put(node, "name", actor.name());
    node.put("kind", actor.kind().wireName());
    put(node, "via", actor.via());
    node.put("evidence", actor.evidence().wireName());
    return node;
  }

  private static ObjectNode target(Target target) {
    ObjectNode node = JSON.objectNode();
    put(node, "service.name", target.service());
    put(node, "deployment.environment.name", target.environment());
    put(node, "cloud.region", target.region());
    put(node, "k8s.cluster.name", target.cluster());
    put(node, "k8s.namespace.name", target.namespace());
    Resource resource = target.resource();
    if (resource != null) {
      ObjectNode child = node.putObject("resource");
      child.put("kind", resource.kind());
      child.put("name", resource.name());
      put(child, "uid", resource.uid());
      if (resource.kind().equals(Resource.FEATURE_FLAG)) {
        node.put("feature_flag.key", resource.name());
      }
    }
    return node;
  }

  private static ObjectNode change(Change change) {
    ObjectNode node = JSON.objectNode();
    node.put("kind", change.kind().name());
    node.put("phase", change.phase().wireName());
    node.put("action", change.action());
    if (change.outcome() != null) {
      node.put("outcome", change.outcome().wireName());
    }
    put(node, "id", change.id());
    node.put("summary", change.summary());
    put(node, "reason", change.reason());
    put(node, "ticket", change.ticket());
    state(node, change.state());
    if (change.rollout() != null) {
      node.put("rollout", change.rollout());
    }
    ref(node, "rollbackOf", change.rollbackOf());
    Interval late = change.observedLate();
    if (late != null) {
      ObjectNode interval = node.putObject("observedLate");
      interval.put("earliest", late.earliest().toString());
      interval.put("latest", late.latest().toString());
    }
    if (change.backfilled()) {
      node.put("backfilled", true);
    }
    return node;
  }

  private static void state(ObjectNode node, StateChange state) {
    set(node, "before", state.before());
    set(node, "after", state.after());
    set(node, "patch", state.patch());
    if (!state.redacted().isEmpty()) {
      ArrayNode redacted = node.putArray("redacted");
      state.redacted().forEach(redacted::add);
    }
    if (state.truncated()) {
      node.put("truncated", true);
    }
  }

  private static void provenance(ObjectNode node, Provenance provenance) {
    Provenance.Vcs vcs = provenance.vcs();
    if (vcs != null) {
      put(node, "vcs.repository.url.full", vcs.repository());
      put(node, "vcs.ref.head.revision", vcs.revision());
      put(node, "vcs.ref.head.name", vcs.ref());
      put(node, "vcs.commit.author", vcs.author());
      put(node, "vcs.commit.message", vcs.message());
      put(node, "vcs.change.id", vcs.pullRequest());
      put(node, "vcs.compare.url.full", vcs.compareUrl());
    }
    Provenance.Build build = provenance.build();
    if (build != null) {
      put(node, "cicd.system.name", build.system());
      put(node, "cicd.pipeline.name", build.pipeline());
      put(node, "cicd.pipeline.run.id", build.runId());
      put(node, "cicd.pipeline.run.url.full", build.url());
      put(node, "cicd.pipeline.task.name", build.stage());
    }
    if (!provenance.artifacts().isEmpty()) {
      ArrayNode artifacts = node.putArray("artifacts");
      for (Provenance.Artifact artifact : provenance.artifacts()) {
        ObjectNode child = artifacts.addObject();
        put(child, "purl", artifact.purl());
        put(child, "digest", artifact.digest());
        put(child, "version", artifact.version());
      }
    }
  }

  private static void links(ObjectNode node, Links links) {
    if (!links.causedBy().isEmpty()) {
      ArrayNode causes = node.putArray("causedBy");
      links.causedBy().forEach(cause -> causes.add(ref(cause)));
    }
    if (!links.urls().isEmpty()) {
      ObjectNode urls = node.putObject("urls");
      links.urls().forEach(urls::put);
    }
  }

  private static ObjectNode origin(Origin origin) {
    ObjectNode node = JSON.objectNode();
    node.put("installation", origin.installation());
    put(node, "replica", origin.replica());
    put(node, "epoch", origin.epoch());
    if (origin.number() > 0) {
      node.put("number", origin.number());
    }
    put(node, "previousEpoch", origin.previousEpoch());
    if (origin.previousLast() != null) {
      node.put("previousLast", origin.previousLast());
    }
    return node;
  }

  private static ObjectNode ref(EventRef ref) {
    return JSON.objectNode().put("source", ref.source()).put("id", ref.id());
  }

  private static void ref(ObjectNode node, String name, @Nullable EventRef ref) {
    if (ref != null) {
      node.set(name, ref(ref));
    }
  }

  private static void put(ObjectNode node, String name, @Nullable Object value) {
    if (value != null) {
      node.put(name, value.toString());
    }
  }

  private static void set(ObjectNode node, String name, @Nullable JsonNode value) {
    if (value != null) {
      node.set(name, value);
    }
  }
}
