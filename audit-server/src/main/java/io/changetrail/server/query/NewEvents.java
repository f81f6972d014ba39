// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.query;

import io.changetrail.store.AuditStore;
import io.changetrail.store.Scope;
import io.changetrail.store.StoredEvent;
import java.util.List;

/**
 * What came behind a place in the order of the store.
 *
 * @param events those that the reader may see, in order
 * @param upTo the place behind which to look next
 */
record NewEvents(List<StoredEvent> events, long upTo) {

  /**
   * Looks behind a place.
   *
   * @param limit how many events at most
   */
  static NewEvents behind(AuditStore store, Scope scope, long place, int limit) {
    // Asked for first, so that the read has all up to it. Who may see little would else look again
    // each time at all that came since the last event that they may see.
    long last = store.health().lastSeq();
    List<StoredEvent> events = store.readFrom(scope, place, limit);
    long seen = events.isEmpty() ? place : events.get(events.size() - 1).seq();
    return new NewEvents(events, events.size() == limit ? seen : Math.max(seen, last));
  }
}
