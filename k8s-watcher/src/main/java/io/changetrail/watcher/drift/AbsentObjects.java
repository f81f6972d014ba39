// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.drift;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Resource;
import io.changetrail.watcher.capture.ClusterWatch;
import io.changetrail.watcher.capture.Selection;
import io.changetrail.watcher.cluster.Cluster;
import io.changetrail.watcher.cluster.ResourceType;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Objects that a directory of manifests declares and that are not there. Thread-safe. */
public final class AbsentObjects implements ObjectFinder {
  private static final System.Logger LOG = System.getLogger(AbsentObjects.class.getName());
  private static final String PREFIX = "absent/";

  /** A tool may have deleted what the checkout that is looked at does not know of yet. */
  private static final Duration CHECKOUT_LAG = Duration.ofMinutes(1);

  /** What is there for a moment only, while a tool applies the rest. */
  private static final List<String> HOOKS = List.of("helm.sh/hook", "argocd.argoproj.io/hook");

  private final List<ManifestDirectory> directories;
  private final Selection selection;
  private final Cluster cluster;
  private final InstantSource clock;

  /** Of declared objects. */
  private final Presence present;

  /** Events of the deletion of declared objects that are not there, and of their creation. */
  private final Map<String, AuditEvent> deletions = new HashMap<>();

  private final Map<String, AuditEvent> creations = new HashMap<>();

  /** What was declared when it was looked last; {@code null} before that can be known. */
  private @Nullable Set<String> declared;

  /**
   * @param selection of objects that are told of at all
   * @param cluster is asked before an object is called absent
   */
  public AbsentObjects(
      List<ManifestDirectory> directories,
      Selection selection,
      Cluster cluster,
      InstantSource clock) {
    this.directories = List.copyOf(directories);
    this.selection = selection;
    this.cluster = cluster;
    this.clock = clock;
    this.present = new Presence(clock);
  }

  @Override
  public String prefix() {
    return PREFIX;
  }

  @Override
  public synchronized void seen(
      ResourceType type, ObjectNode object, Instant recordedSince, @Nullable AuditEvent shipped) {
    for (String key : isThere(object)) {
      deletions.remove(key);
      if (shipped != null && shipped.change().state().before() == null) {
        creations.put(key, shipped);
      }
    }
  }

  /** Whatever keeps an object from being told of, it is there. */
  @Override
  public synchronized void passedOver(ResourceType type, ObjectNode object) {
    isThere(object).forEach(deletions::remove);
  }

  /** What an object is declared as that was seen. */
  private List<String> isThere(ObjectNode object) {
    List<String> keys = new ArrayList<>();
    for (ManifestDirectory directory : directories) {
      String key = directory.key(object);
      if (directory.declares(key)) {
        present.seen(key, object.at("/metadata/uid").asText());
        keys.add(key);
      }
    }
    return keys;
  }

  @Override
  public synchronized void gone(ResourceType type, String uid, AuditEvent shipped) {
    Resource resource = shipped.targets().get(0).resource();
    if (resource == null) {
      return;
    }
    for (ManifestDirectory directory : directories) {
      String key = directory.key(type, shipped.targets().get(0).namespace(), resource.name());
      if (directory.declares(key) && present.gone(key, uid)) {
        creations.remove(key);
        deletions.put(key, shipped);
      }
    }
  }

  @Override
  public synchronized void vanished(ResourceType type, ObjectNode object) {
    for (ManifestDirectory directory : directories) {
      String key = directory.key(object);
      if (present.gone(key, object.at("/metadata/uid").asText())) {
        creations.remove(key);
      }
    }
  }

  @Override
  public synchronized void listed(ResourceType type, @Nullable String namespace, Set<String> uids) {
    String all = ManifestDirectory.type(type) + "/";
    present.onlyThese(namespace == null ? all : all + namespace + "/", uids);
  }

  @Override
  public List<Finding> found(ClusterWatch watch) {
    List<Finding> found = new ArrayList<>();
    Set<String> all = new HashSet<>();
    boolean known = true;
    for (ManifestDirectory directory : directories) {
      known &= directory.isRead();
      for (ManifestDirectory.Place place : directory.declared()) {
        if (all.add(place.key())) {
          absent(directory, place, watch).ifPresent(found::add);
        }
      }
    }
    synchronized (this) {
      declared = known ? all : null;
      if (known) {
        present.keepOnly(all);
      }
    }
    return found;
  }

  private Optional<Finding> absent(
      ManifestDirectory directory, ManifestDirectory.Place place, ClusterWatch watch) {
    ResourceType type =
        isPresent(place.key())
            ? null
            : watch.listed(one -> ManifestDirectory.type(one).equals(place.type())).orElse(null);
    ObjectNode object = type == null ? null : directory.object(place.key()).orElse(null);
    if (type == null || object == null || place.since().isAfter(clock.instant())) {
      return Optional.empty();
    }
    if (type.namespaced()) {
      object.withObject("/metadata").put("namespace", place.namespace());
    } else {
      object.withObject("/metadata").remove("namespace");
    }
    JsonNode annotations = object.at("/metadata/annotations");
    AuditEvent deletion = deletion(place.key());
    if ((deletion != null
            && directory
                    .lag(CHECKOUT_LAG)
                    .compareTo(Duration.between(deletion.time(), clock.instant()))
                > 0)
        || !selection.includes(object)
        || HOOKS.stream().anyMatch(annotations::has)
        || !isAbsent(type, place)) {
      return Optional.empty();
    }
    return Optional.of(
        new Finding(
            PREFIX + place.key(),
            object,
            "present",
            null,
            directory.where(place.key()),
            deletion == null ? place.since() : deletion.time(),
            deletion));
  }

  private synchronized @Nullable AuditEvent deletion(String key) {
    return deletions.get(key);
  }

  private synchronized boolean isPresent(String key) {
    return present.isKnown(key);
  }

  /** The watch may not have told of it yet, so the cluster is asked once. */
  private boolean isAbsent(ResourceType type, ManifestDirectory.Place place) {
    synchronized (this) {
      if (present.isAbsent(place.key())) {
        return true;
      }
    }
    try {
      Optional<JsonNode> live = cluster.find(type.path(place.namespace(), place.name()));
      synchronized (this) {
        live.ifPresentOrElse(
            object -> present.answered(place.key(), object.at("/metadata/uid").asText()),
            () -> present.answeredAbsent(place.key()));
        return present.isAbsent(place.key());
      }
    } catch (IOException e) {
      LOG.log(
          System.Logger.Level.DEBUG,
          "whether {0} is there cannot be read: {1}",
          place.key(),
          String.valueOf(e.getMessage()));
      return false;
    }
  }

  @Override
  public synchronized boolean isOver(String id) {
    String key = id.substring(PREFIX.length());
    return declared != null && (!declared.contains(key) || present.isSettled(key));
  }

  @Override
  public synchronized @Nullable AuditEvent endedBy(String id) {
    return creations.remove(id.substring(PREFIX.length()));
  }
}
