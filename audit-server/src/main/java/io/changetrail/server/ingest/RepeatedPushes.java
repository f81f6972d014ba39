// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.ingest;

import io.changetrail.model.AuditEvent;
import io.changetrail.model.Change;
import io.changetrail.model.ChangeKind;
import io.changetrail.model.EventRef;
import io.changetrail.store.AuditStore;
import io.changetrail.store.Field;
import io.changetrail.store.Query;
import io.changetrail.store.Scope;
import io.changetrail.store.StoredEvent;
import io.changetrail.store.View;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Tells a push from an earlier one between the same two commits: a branch that was moved forth, set
 * back and moved forth again. A push's id is made of the branch and of what stood there before and
 * after, as that is all that whoever tells of it has in common; so the later one gets its moment
 * into its id. Hooks and a repository's history may give the moment a little differently, and a
 * push that is told again has to stay one.
 */
public final class RepeatedPushes {
  /** How far apart the moments of one push may be; a branch takes longer to go there and back. */
  private static final Duration APART = Duration.ofMinutes(1);

  private static final Pattern SECONDS = Pattern.compile("-[0-9]{1,12}");

  private final AuditStore store;

  public RepeatedPushes(AuditStore store) {
    this.store = store;
  }

  /**
   * An event under the id that it has, or is to have, in the store.
   *
   * @param told as its sender has it; anything but a push stays as it is
   */
  public AuditEvent identified(String tenant, AuditEvent told) {
    return identified(tenant, told, Map.of());
  }

  /**
   * The same where others are about to be stored.
   *
   * @param coming those, by their ids
   */
  public AuditEvent identified(String tenant, AuditEvent told, Map<EventRef, AuditEvent> coming) {
    if (!told.change().kind().equals(ChangeKind.CODE)
        || !List.of("push", Change.FORCE_PUSH).contains(told.change().action())) {
      return told;
    }
    Scope scope = Scope.of(tenant);
    Optional<AuditEvent> first =
        store
            .find(scope, told.ref(), View.RAW)
            .map(StoredEvent::event)
            .or(() -> Optional.ofNullable(coming.get(told.ref())));
    if (first.isEmpty()
        || Duration.between(first.get().time(), told.time()).abs().compareTo(APART) <= 0) {
      return told;
    }
    String id = told.ref().id();
    EventRef ref =
        store
            .search(
                scope,
                near(told),
                View.RAW,
                AuditStore.Order.OLDEST_FIRST,
                null,
                AuditStore.MAX_PAGE)
            .events()
            .stream()
            .map(stored -> stored.event().ref())
            .filter(
                known ->
                    known.id().startsWith(id)
                        && SECONDS.matcher(known.id().substring(id.length())).matches())
            .findFirst()
            .orElse(new EventRef(told.ref().source(), id + "-" + told.time().getEpochSecond()));
    return told.toBuilder().ref(ref).build();
  }

  private static Query near(AuditEvent told) {
    return Query.all()
        .where(Field.SOURCE, told.ref().source())
        .where(Field.KIND, told.change().kind().name())
        .between(told.time().minus(APART), told.time().plus(APART));
  }
}
