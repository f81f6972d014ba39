// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.attribution;

import io.changetrail.model.Actor;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.model.Folding;
import io.changetrail.model.Phase;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Who made a change, and when.
 *
 * @param onBehalfOf whom the actor impersonated, or for whom a tool acted
 * @param time when it happened; {@code null} where nothing tells
 */
public record Attribution(Actor actor, @Nullable Actor onBehalfOf, @Nullable Instant time) {
  /** Nothing tells who it was. */
  public static Attribution unknown() {
    return new Attribution(Actor.unknown(), null, null);
  }

  /** What tells of it once the event of the change was shipped. */
  AuditEvent amending(EventRef event, ChangeKind kind, Instant otherwise) {
    return AuditEvent.builder(
            new EventRef(event.source(), event.id() + "/who/" + actor.evidence().wireName()),
            time == null ? otherwise : time,
            actor,
            Change.of(kind, Phase.OCCURRED, Folding.AMEND).summary("by " + actor.id()).build())
        .onBehalfOf(onBehalfOf)
        .amends(event)
        .build();
  }
}
