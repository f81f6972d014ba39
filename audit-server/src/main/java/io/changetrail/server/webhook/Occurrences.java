// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.source.WebhookProvider.Told;
import io.changetrail.store.AuditStore;
import io.changetrail.store.Field;
import io.changetrail.store.Query;
import io.changetrail.store.Scope;
import io.changetrail.store.StoredEvent;
import io.changetrail.store.View;
import java.time.Duration;

/**
 * Knows an occurrence again of which only deliveries tell when it was. One hook tells each
 * occurrence once, so what it tells twice happened twice; what another hook tells at nearly the
 * same moment, and alike in all else, is the same.
 */
final class Occurrences {
  /** How far apart the deliveries of one occurrence may be made. */
  private static final Duration APART = Duration.ofSeconds(2);

  private final AuditStore store;

  Occurrences(AuditStore store) {
    this.store = store;
  }

  /** Whether an event is stored already, under its id or as another hook told it. */
  boolean isKnown(String tenant, AuditEvent told) {
    Scope scope = Scope.of(tenant);
    if (store.find(scope, told.ref(), View.RAW).isPresent()) {
      return true;
    }
    Query near =
        Query.all()
            .where(Field.SOURCE, told.ref().source())
            .where(Field.KIND, told.change().kind().name())
            .between(told.time().minus(APART), told.time().plus(APART));
    return store
        .search(scope, near, View.RAW, AuditStore.Order.NEWEST_FIRST, null, AuditStore.MAX_PAGE)
        .events()
        .stream()
        .map(StoredEvent::event)
        .anyMatch(stored -> isAlike(stored, told) && !isOfTheSameHook(stored, told));
  }

  private static boolean isAlike(AuditEvent one, AuditEvent other) {
    return one.change().equals(other.change())
        && one.actor().equals(other.actor())
        && one.targets().equals(other.targets())
        && one.provenance().equals(other.provenance());
  }

  private static boolean isOfTheSameHook(AuditEvent one, AuditEvent other) {
    JsonNode hook = one.attributes().get(Told.HOOK);
    return hook != null && hook.equals(other.attributes().get(Told.HOOK));
  }
}
