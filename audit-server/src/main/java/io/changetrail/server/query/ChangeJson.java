// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.query;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Provenance;
import io.changetrail.model.Target;
import io.changetrail.model.catalogue.Catalogue;
import io.changetrail.model.grouping.ExposureStep;
import io.changetrail.model.grouping.Observation;
import io.changetrail.model.grouping.ObservedChange;
import java.util.Comparator;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;

/** A grouped change as answers show it. */
public final class ChangeJson {
  private ChangeJson() {}

  /** The change, with canonical names beside those that the sources used. */
  public static ObjectNode of(ObservedChange change, Catalogue catalogue) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("id", change.id());
    json.put("kind", change.kind().name());
    json.put("start", change.start().toString());
    EventJson.put(json, "end", change.end());
    if (change.outcome() != null) {
      json.put("outcome", change.outcome().wireName());
    }
    json.put("rollback", change.isRollback());
    if (!change.undoes().isEmpty()) {
      add(json.putArray("rollbackOf"), change.undoes());
    }
    EventJson.put(json, "rolledBackBy", change.undoneBy());
    json.put("summary", change.summary());
    json.put("reason", change.reason());
    json.set("actor", EventJson.of(actor(change)));
    add(json.putArray("services"), services(change, catalogue));
    add(json.putArray("environments"), environments(change, catalogue));
    ArrayNode targets = json.putArray("targets");
    change.targets().forEach(target -> targets.add(EventJson.of(target)));
    first(change, event -> event.provenance().commit().map(Provenance.Vcs::revision))
        .ifPresent(revision -> json.put("revision", revision));
    first(change, event -> event.provenance().run().map(Provenance.Build::url))
        .ifPresent(url -> json.put("buildUrl", url));
    first(
            change,
            event ->
                event.provenance().artifacts().stream()
                    .map(Provenance.Artifact::digest)
                    .filter(java.util.Objects::nonNull)
                    .findFirst())
        .ifPresent(digest -> json.put("digest", digest));
    if (!change.exposure().isEmpty()) {
      ArrayNode exposure = json.putArray("exposure");
      for (ExposureStep step : change.exposure()) {
        exposure
            .addObject()
            .put("time", step.time().toString())
            .put("rollout", step.rollout())
            .put("event", step.observation().eventId());
      }
    }
    add(json.putArray("events"), change.observations().stream().map(Observation::eventId).toList());
    return json;
  }

  /** Who did it: of all observations the one with the best evidence, people before machines. */
  public static Actor actor(ObservedChange change) {
    return change.observations().stream()
        .map(Observation::event)
        .flatMap(event -> Stream.concat(event.principal().stream(), Stream.of(event.actor())))
        .min(
            Comparator.comparing((Actor actor) -> actor.evidence() == Actor.Evidence.UNKNOWN)
                .thenComparing(actor -> actor.kind() != Actor.Kind.USER)
                .thenComparing(Actor::evidence))
        .orElse(Actor.unknown());
  }

  /** Canonical names, in alphabetical order. */
  public static Set<String> services(ObservedChange change, Catalogue catalogue) {
    return names(change, catalogue::service);
  }

  /** Canonical names, in alphabetical order. */
  public static Set<String> environments(ObservedChange change, Catalogue catalogue) {
    return names(change, target -> target.environmentName().map(catalogue::environment));
  }

  private static Set<String> names(
      ObservedChange change, Function<Target, Optional<String>> canonical) {
    Set<String> names = new TreeSet<>();
    change.targets().forEach(target -> canonical.apply(target).ifPresent(names::add));
    return names;
  }

  private static Optional<String> first(
      ObservedChange change, Function<AuditEvent, Optional<String>> part) {
    return change.observations().stream()
        .map(Observation::event)
        .map(part)
        .flatMap(Optional::stream)
        .findFirst();
  }

  private static void add(ArrayNode array, Iterable<String> texts) {
    texts.forEach(array::add);
  }
}
