// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.gitops;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.Outcome;
import io.changetrail.watcher.attribution.Attribution;
import io.changetrail.watcher.attribution.FieldManagers;
import io.changetrail.watcher.attribution.Witness;
import io.changetrail.watcher.capture.CanonicalState;
import io.changetrail.watcher.capture.ObjectSink;
import io.changetrail.watcher.capture.Selection;
import io.changetrail.watcher.capture.Sight;
import io.changetrail.watcher.cluster.Cluster;
import io.changetrail.watcher.cluster.ResourceType;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Releases that people or pipelines install with Helm: of each revision that was deployed or failed
 * there is an event with its chart and what changed in its values. Only the metadata of Helm's
 * Secrets are listed; of a new revision its Secret is read, once. Thread-safe.
 */
public final class HelmReleases implements ObjectSink {
  private static final System.Logger LOG = System.getLogger(HelmReleases.class.getName());
  private static final ResourceType SECRET = new ResourceType("", "v1", "Secret", "secrets", true);
  private static final Set<String> ENDED = Set.of("deployed", "failed", "uninstalled");

  private final Cluster cluster;
  private final Selection selection;
  private final CanonicalState canonical;
  private final Witness witness;
  private final Syncs syncs;
  private final InstantSource clock;

  /** The newest revision of each release, and the uid of its Secret. */
  private final Map<String, Newest> newest = new HashMap<>();

  private record Newest(HelmRelease release, String secretUid) {}

  public HelmReleases(
      Cluster cluster,
      Selection selection,
      CanonicalState canonical,
      Witness witness,
      Syncs syncs,
      InstantSource clock) {
    this.cluster = cluster;
    this.selection = selection;
    this.canonical = canonical;
    this.witness = witness;
    this.syncs = syncs;
    this.clock = clock;
  }

  @Override
  public synchronized void present(ResourceType type, ObjectNode secret, Sight sight)
      throws IOException {
    HelmRelease release = HelmRelease.of(secret);
    if (release.name().isEmpty()
        || HelmRelease.isOfFlux(secret)
        || !selection.includesNamespace(release.namespace())) {
      return;
    }
    Newest known = newest.get(release.uid());
    if (known != null && known.release().revision() > release.revision()) {
      return;
    }
    newest.put(release.uid(), new Newest(release, secret.at("/metadata/uid").asText()));
    if (sight.live()) {
      told(release, secret, true);
    }
  }

  @Override
  public synchronized void deleted(ResourceType type, ObjectNode secret) {
    HelmRelease release = HelmRelease.of(secret);
    Newest known = newest.get(release.uid());
    // The oldest go as new ones come; the newest goes with the release.
    if (known != null && known.secretUid().equals(secret.at("/metadata/uid").asText())) {
      newest.remove(release.uid());
      if (selection.includesNamespace(release.namespace())) {
        gone(release, secret, true);
      }
    }
  }

  @Override
  public synchronized void listed(
      ResourceType type, @Nullable String namespace, Set<String> uids, Sight sight)
      throws IOException {
    Set<String> present = new HashSet<>();
    for (Newest one : List.copyOf(newest.values())) {
      HelmRelease release = one.release();
      if ((namespace != null && !release.namespace().equals(namespace))
          || !selection.includesNamespace(release.namespace())) {
        continue;
      }
      if (uids.contains(one.secretUid())) {
        present.add(release.uid());
        String path =
            SECRET.path(
                release.namespace(),
                "sh.helm.release.v1." + release.name() + ".v" + release.revision());
        if (!syncs.lastOf(release.uid()).filter(release.id()::equals).isPresent()) {
          Optional<JsonNode> secret = cluster.find(path);
          if (secret.isPresent()) {
            told(release, secret.get(), false);
          }
        }
      } else {
        newest.remove(release.uid());
      }
    }
    for (String uid : syncs.releases(namespace)) {
      String[] parts = uid.split("/", 3);
      if (!present.contains(uid) && selection.includesNamespace(parts[1])) {
        gone(
            new HelmRelease(parts[1], parts[2], 0, "uninstalled"),
            JsonNodeFactory.instance.objectNode(),
            false);
      }
    }
  }

  /** Tells of a revision that has ended, if it was not told of before. */
  private void told(HelmRelease release, JsonNode listed, boolean live) throws IOException {
    if (!ENDED.contains(release.status())
        || syncs.lastOf(release.uid()).filter(release.id()::equals).isPresent()) {
      return;
    }
    JsonNode secret = listed;
    if (!secret.has("data")) {
      secret =
          cluster
              .find(SECRET.path(release.namespace(), listed.at("/metadata/name").asText()))
              .orElse(null);
    }
    if (secret == null) {
      return; // it went meanwhile, and that is told
    }
    JsonNode content;
    try {
      content = HelmRelease.unpacked(secret);
    } catch (IOException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "release {0} of Helm cannot be read, and is not told of: {1}",
          release.uid(),
          String.valueOf(e.getMessage()));
      return;
    }
    Witness.Seen write =
        new Witness.Seen(SECRET, withoutData(secret), List.of(), false, null, live);
    Attribution by = witness.attribute(write);
    AuditEvent event =
        syncs.released(
            release.object(secret.at("/metadata/resourceVersion").asText()),
            sync(release, content, by.actor(), live ? null : end(secret)),
            live || selection.isBorn(release.namespace()));
    if (event != null) {
      witness.shipped(write, event);
    }
  }

  private static ObjectNode withoutData(JsonNode secret) {
    ObjectNode bare = JsonNodeFactory.instance.objectNode();
    bare.set("metadata", secret.path("metadata"));
    return bare;
  }

  private Sync sync(HelmRelease release, JsonNode content, Actor actor, @Nullable Instant end) {
    JsonNode info = content.path("info");
    JsonNode chart = content.at("/chart/metadata");
    boolean failed = release.status().equals("failed");
    String description = info.path("description").asText("");
    return new Sync(
        release.id(),
        end,
        failed ? Outcome.FAILURE : Outcome.SUCCESS,
        failed && !description.isBlank() ? cut(description) : null,
        null,
        cut(chart.path("name").asText() + " " + chart.path("version").asText()),
        ArgoCd.text(chart.path("appVersion")),
        null,
        actor,
        action(release, description),
        release.namespace(),
        null,
        values(release, content.path("config")));
  }

  /** Helm says so in words. */
  private static String action(HelmRelease release, String description) {
    if (release.status().equals("uninstalled")) {
      return "uninstall";
    }
    return description.startsWith("Rollback")
        ? Change.ROLLBACK
        : release.revision() == 1 ? "install" : "upgrade";
  }

  /**
   * When it was written last at the latest, by the API server's whole seconds: Helm's own labels
   * may be those of an earlier revision.
   */
  private static @Nullable Instant end(JsonNode secret) {
    return FieldManagers.lastWrite(secret).map(write -> write.plusSeconds(1)).orElse(null);
  }

  /** What people gave the chart, without secrets and of a size that can be recorded. */
  private @Nullable JsonNode values(HelmRelease release, JsonNode config) {
    if (!config.isObject() || config.isEmpty()) {
      return null;
    }
    ObjectNode object = release.object("");
    object.set("values", config);
    return canonical.of(object, null).get("values");
  }

  private static String cut(String text) {
    return text.length() <= 1000 ? text : text.substring(0, 999) + "…";
  }

  private void gone(HelmRelease release, JsonNode secret, boolean live) {
    if (syncs.lastOf(release.uid()).isEmpty()) {
      return;
    }
    Instant now = clock.instant();
    Actor actor = Actor.unknown();
    Witness.Seen write = null;
    if (live) {
      write = new Witness.Seen(SECRET, withoutData(secret), List.of(), true, null, true);
      actor = witness.attribute(write).actor();
    }
    AuditEvent event = syncs.uninstalled(release.object(""), actor, now, live);
    if (write != null) {
      witness.shipped(write, event);
    }
  }
}
