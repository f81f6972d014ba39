// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.catalogue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Phase;
import io.changetrail.model.Resource;
import io.changetrail.model.Target;
import io.changetrail.model.catalogue.Alias;
import io.changetrail.model.diff.StructuralDiff;
import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * That somebody said an alias, or took it back. It is kept as the state of a resource, which a
 * store never lets expire while the resource lives.
 */
final class AliasEvent {
  private AliasEvent() {}

  /** Somebody says it. */
  static AuditEvent said(Alias alias, String by, Instant now) {
    return event(alias, "create", null, json(alias), by, now);
  }

  /** Somebody takes it back. */
  static AuditEvent takenBack(Alias alias, String by, Instant now) {
    return event(alias, "delete", json(alias), null, by, now);
  }

  private static AuditEvent event(
      Alias alias,
      String action,
      @Nullable JsonNode before,
      @Nullable JsonNode after,
      String by,
      Instant now) {
    return AuditEvent.builder(
            new EventRef(Catalogues.SOURCE, UUID.randomUUID().toString()),
            now,
            Actor.user(by, Actor.Evidence.AUTHENTICATED),
            Change.of(ChangeKind.ACTIVITY, Phase.OCCURRED, action)
                .summary((after == null ? "No more: " : "") + sentence(alias))
                .state(StructuralDiff.between(before, after))
                .build())
        .target(
            new Target(
                null,
                null,
                null,
                null,
                null,
                new Resource(kind(alias.kind()) + "_alias", alias.name(), null)))
        .build();
  }

  private static String sentence(Alias alias) {
    return alias.name().equals(alias.of())
        ? alias.name() + " is " + article(alias.kind()) + " of its own"
        : alias.name() + " is a name of the " + kind(alias.kind()) + " " + alias.of();
  }

  private static String article(Alias.Kind kind) {
    return kind == Alias.Kind.SERVICE ? "a service" : "an environment";
  }

  static String kind(Alias.Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  static ObjectNode json(Alias alias) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("kind", kind(alias.kind()))
        .put("name", alias.name())
        .put("of", alias.of());
  }

  static Alias read(JsonNode said) {
    return new Alias(
        Alias.Kind.valueOf(said.path("kind").asText().toUpperCase(Locale.ROOT)),
        said.path("name").asText(),
        said.path("of").asText());
  }
}
