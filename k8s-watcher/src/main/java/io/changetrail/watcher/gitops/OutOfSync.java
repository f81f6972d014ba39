// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.gitops;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Resource;
import io.changetrail.watcher.capture.ClusterWatch;
import io.changetrail.watcher.capture.Latest;
import io.changetrail.watcher.capture.Selection;
import io.changetrail.watcher.cluster.ResourceType;
import io.changetrail.watcher.drift.Finding;
import io.changetrail.watcher.drift.ObjectFinder;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What Argo CD finds out of sync. Where it compares with what it applied last, or found it in sync
 * with what is declared before, the live object was changed; else what is declared was, and will
 * mostly be applied soon. Thread-safe.
 *
 * @see <a href="https://argo-cd.readthedocs.io/en/stable/core_concepts/">Argo CD, core concepts</a>
 */
public final class OutOfSync implements ObjectFinder {
  private static final String PREFIX = "argocd/";

  /** How long what is declared anew may take to be applied. */
  private static final Duration SETTLING = Duration.ofMinutes(10);

  private final Selection selection;
  private final InstantSource clock;

  /** By uid of the application. */
  private final Map<String, Application> applications = new HashMap<>();

  /** The last changes that were seen, by the place of their object. */
  private final Latest<AuditEvent> changes = new Latest<>();

  private boolean isComplete;

  /**
   * An application as it was compared last.
   *
   * @param desired what it was compared with
   * @param out its resources that are out of sync, by id
   */
  private record Application(String desired, Instant at, Map<String, Out> out) {}

  /**
   * A resource that is out of sync.
   *
   * @param first when that was seen first
   * @param isLive whether it is known that the live object was changed, and not what is declared
   */
  private record Out(Finding finding, Instant first, boolean isLive) {}

  /**
   * @param selection whose namespaces count
   */
  public OutOfSync(Selection selection, InstantSource clock) {
    this.selection = selection;
    this.clock = clock;
  }

  @Override
  public String prefix() {
    return PREFIX;
  }

  @Override
  public synchronized void seen(
      ResourceType type, ObjectNode object, Instant recordedSince, @Nullable AuditEvent shipped) {
    if (ArgoCd.is(object)) {
      compared(object);
    } else if (shipped != null) {
      changed(type, shipped);
    }
  }

  @Override
  public synchronized void gone(ResourceType type, String uid, AuditEvent shipped) {
    applications.remove(uid);
    changed(type, shipped);
  }

  private void changed(ResourceType type, AuditEvent shipped) {
    Resource resource = shipped.targets().get(0).resource();
    if (resource != null) {
      changes.put(
          place(type.group(), type.kind(), shipped.targets().get(0).namespace(), resource.name()),
          shipped);
    }
  }

  private static String place(String group, String kind, @Nullable String namespace, String name) {
    return group + "/" + kind + "/" + (namespace == null ? "" : namespace) + "/" + name;
  }

  private void compared(ObjectNode application) {
    String uid = application.at("/metadata/uid").asText();
    JsonNode sync = application.at("/status/sync");
    Application before = applications.get(uid);
    Instant now = clock.instant();
    String desired = "" + sync.path("revision") + sync.path("revisions") + sync.path("comparedTo");
    boolean isSame = before != null && before.desired().equals(desired);
    JsonNode applied = applied(application);
    boolean isApplied = ArgoCd.isOf(sync, applied);
    Instant deployed = ArgoCd.time(applied.path("deployedAt").asText(""));
    Map<String, Out> out = new LinkedHashMap<>();
    for (JsonNode resource : application.at("/status/resources")) {
      if (!resource.path("status").asText().equals("OutOfSync")
          || resource.path("hook").asBoolean()
          || !ArgoCd.isHere(application)) {
        continue;
      }
      String id = PREFIX + uid + "/" + place(resource);
      Out known = before == null ? null : before.out().get(id);
      boolean isLive = isApplied || (known == null ? isSame : known.isLive());
      Instant since =
          known != null
              ? known.finding().since()
              : before != null ? before.at() : deployed != null ? deployed : now;
      out.put(
          id,
          new Out(
              finding(id, application, resource, since),
              known == null ? now : known.first(),
              isLive));
    }
    applications.put(uid, new Application(desired, now, out));
  }

  /** The newest of what was applied whole; missing if nothing was. */
  private static JsonNode applied(JsonNode application) {
    JsonNode history = application.at("/status/history");
    return history.path(history.size() - 1);
  }

  private static String place(JsonNode resource) {
    return place(
        resource.path("group").asText(""),
        resource.path("kind").asText(),
        resource.path("namespace").asText(""),
        resource.path("name").asText());
  }

  private static Finding finding(
      String id, JsonNode application, JsonNode resource, Instant since) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    String group = resource.path("group").asText("");
    object
        .put("apiVersion", (group.isEmpty() ? "" : group + "/") + resource.path("version").asText())
        .put("kind", resource.path("kind").asText());
    ObjectNode metadata = object.putObject("metadata").put("name", resource.path("name").asText());
    if (resource.hasNonNull("namespace")) {
      metadata.put("namespace", resource.path("namespace").asText());
    }
    boolean isExtra = resource.path("requiresPruning").asBoolean();
    boolean isMissing = resource.at("/health/status").asText().equals("Missing");
    String revision =
        ArgoCd.first(
                application.at("/status/sync/revision"), application.at("/status/sync/revisions/0"))
            .asText("");
    return new Finding(
        id,
        object,
        isExtra ? null : isMissing ? "present" : "Synced",
        isMissing ? null : isExtra ? "present" : "OutOfSync",
        "Argo CD application "
            + application.at("/metadata/namespace").asText()
            + "/"
            + application.at("/metadata/name").asText()
            + (revision.isEmpty() ? "" : " at " + Syncs.shortened(revision)),
        since,
        null);
  }

  @Override
  public synchronized List<Finding> found(ClusterWatch watch) {
    isComplete = watch.listed(type -> type.is("argoproj.io", "Application")).isPresent();
    Instant settled = clock.instant().minus(SETTLING);
    List<Finding> found = new ArrayList<>();
    for (Application application : applications.values()) {
      for (Out one : application.out().values()) {
        JsonNode namespace = one.finding().object().at("/metadata/namespace");
        if ((one.isLive() || !one.first().isAfter(settled))
            && (!namespace.isTextual() || selection.includesNamespace(namespace.textValue()))) {
          found.add(causedBy(one.finding()));
        }
      }
    }
    return found;
  }

  private Finding causedBy(Finding finding) {
    JsonNode object = finding.object();
    String apiVersion = object.path("apiVersion").asText();
    int slash = apiVersion.indexOf('/');
    AuditEvent change =
        changes.get(
            place(
                slash < 0 ? "" : apiVersion.substring(0, slash),
                object.path("kind").asText(),
                object.at("/metadata/namespace").asText(""),
                object.at("/metadata/name").asText()));
    // The API server tells of a write in whole seconds.
    return change == null || change.time().isBefore(finding.since().minusSeconds(1))
        ? finding
        : new Finding(
            finding.id(),
            finding.object(),
            finding.declared(),
            finding.live(),
            finding.by(),
            finding.since(),
            change);
  }

  @Override
  public synchronized boolean isOver(String id) {
    return isComplete && applications.values().stream().noneMatch(one -> one.out().containsKey(id));
  }

  @Override
  public @Nullable AuditEvent endedBy(String id) {
    return null; // Argo CD says that it is over, and not by what
  }
}
