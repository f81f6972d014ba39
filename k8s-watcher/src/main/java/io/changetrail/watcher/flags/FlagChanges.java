// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.flags;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.EventRef;
import io.changetrail.model.Links;
import io.changetrail.model.Resource;
import io.changetrail.model.Target;
import io.changetrail.model.content.CanonicalContent;
import io.changetrail.model.diff.StructuralDiff;
import io.changetrail.source.openfeature.FlagFile;
import io.changetrail.watcher.attribution.Witness;
import io.changetrail.watcher.capture.CanonicalState;
import io.changetrail.watcher.capture.Observer;
import io.changetrail.watcher.cluster.ResourceType;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Flags in ConfigMaps and in objects of the OpenFeature operator: each that changed has an event of
 * its own, caused by that of its object. What cannot be read is named, and compared with what was
 * there before once it can be read again. Thread-safe.
 */
public final class FlagChanges implements Observer {
  private static final System.Logger LOG = System.getLogger(FlagChanges.class.getName());

  private final CanonicalState canonical;
  private final Witness witness;
  private final Consumer<AuditEvent> shipper;

  /** The flags of each object that could be read last, by uid and place. */
  private final Map<String, Map<String, FlagFile>> held = new HashMap<>();

  /** What was complained of, by uid and place. */
  private final Map<String, Map<String, String>> troubles = new HashMap<>();

  /**
   * @param shipper takes events and returns at once
   */
  public FlagChanges(CanonicalState canonical, Witness witness, Consumer<AuditEvent> shipper) {
    this.canonical = canonical;
    this.witness = witness;
    this.shipper = shipper;
  }

  @Override
  public synchronized void seen(
      ResourceType type, ObjectNode object, Instant recordedSince, @Nullable AuditEvent shipped) {
    String uid = object.at("/metadata/uid").asText();
    if (!FlagDocument.mayHold(object)
        || (!held.containsKey(uid) && shipped == null && FlagDocument.of(object).isEmpty())) {
      return;
    }
    Map<String, FlagDocument> documents = FlagDocument.of(canonical.whole(object, null));
    Map<String, FlagFile> before = held.get(uid);
    if (shipped != null) {
      JsonNode state = shipped.change().state().before();
      Map<String, FlagDocument> recorded = state == null ? Map.of() : FlagDocument.of(state);
      Map<String, FlagFile> old = before == null ? readable(recorded) : before;
      TreeSet<String> places = new TreeSet<>(old.keySet());
      places.addAll(documents.keySet());
      for (String place : places) {
        FlagDocument now = documents.get(place);
        FlagDocument was = recorded.get(place);
        boolean compared =
            (now == null || now.file() != null)
                && (was == null || was.file() != null || old.containsKey(place));
        if (compared) {
          tell(place, old.get(place), now == null ? null : now.file(), shipped, object, type);
        }
      }
    }
    Map<String, FlagFile> readable = readable(documents);
    if (before != null) {
      // What cannot be read now is compared with what could be read last.
      before.forEach(
          (place, file) -> {
            if (documents.containsKey(place)) {
              readable.putIfAbsent(place, file);
            }
          });
    }
    if (readable.isEmpty()) {
      held.remove(uid);
    } else {
      held.put(uid, readable);
    }
    complain(uid, object, documents);
  }

  private static Map<String, FlagFile> readable(Map<String, FlagDocument> documents) {
    Map<String, FlagFile> files = new HashMap<>();
    documents.forEach(
        (place, document) -> {
          FlagFile file = document.file();
          if (file != null) {
            files.put(place, file);
          }
        });
    return files;
  }

  private void complain(String uid, ObjectNode object, Map<String, FlagDocument> documents) {
    Map<String, String> now = new HashMap<>();
    documents.forEach(
        (place, document) -> {
          String trouble = document.trouble();
          if (trouble != null) {
            now.put(place, trouble);
            if (!trouble.equals(troubles.getOrDefault(uid, Map.of()).get(place))) {
              LOG.log(
                  System.Logger.Level.WARNING,
                  "{0} {1}/{2}: {3} seems to hold flags and {4}; what becomes of them is told once"
                      + " they can be read",
                  object.path("kind").asText(),
                  object.at("/metadata/namespace").asText("-"),
                  object.at("/metadata/name").asText(),
                  place,
                  trouble);
            }
          }
        });
    if (now.isEmpty()) {
      troubles.remove(uid);
    } else {
      troubles.put(uid, now);
    }
  }

  private void tell(
      String place,
      @Nullable FlagFile before,
      @Nullable FlagFile after,
      AuditEvent shipped,
      ObjectNode object,
      @Nullable ResourceType type) {
    if (before == null && after == null) {
      return;
    }
    Target of = shipped.targets().get(0);
    for (FlagFile.Changed changed :
        FlagFile.changes(before, after, of.service(), of.environment())) {
      String key = changed.flag().key();
      String hash = CanonicalContent.hash(TextNode.valueOf(place + "\n" + key)).substring(0, 16);
      AuditEvent event =
          changed
              .flag()
              .event(
                  new EventRef(shipped.ref().source(), shipped.ref().id() + "/flag/" + hash),
                  shipped.time(),
                  shipped.actor(),
                  changed.change().toBuilder()
                      .observedLate(shipped.change().observedLate())
                      .reason(shipped.change().reason())
                      .build())
              .targets(
                  List.of(
                      new Target(
                          of.service(),
                          of.environment(),
                          of.region(),
                          of.cluster(),
                          of.namespace(),
                          new Resource(Resource.FEATURE_FLAG, key, null))))
              .onBehalfOf(shipped.onBehalfOf())
              .observedTime(shipped.observedTime())
              .provenance(shipped.provenance())
              .links(new Links(null, null, List.of(shipped.ref()), Map.of()))
              .build();
      shipper.accept(event);
      if (type != null) {
        witness.shipped(
            new Witness.Seen(
                type,
                object,
                StructuralDiff.differences(shipped.change().state()),
                false,
                null,
                shipped.change().observedLate() == null),
            event);
      }
    }
  }

  @Override
  public synchronized void gone(ResourceType type, String uid, AuditEvent shipped) {
    Map<String, FlagFile> before = held.remove(uid);
    troubles.remove(uid);
    JsonNode state = shipped.change().state().before();
    if (before == null && state != null && FlagDocument.mayHold(state)) {
      before = readable(FlagDocument.of(state));
    }
    if (before != null) {
      before.forEach(
          (place, file) ->
              tell(place, file, null, shipped, JsonNodeFactory.instance.objectNode(), null));
    }
  }
}
