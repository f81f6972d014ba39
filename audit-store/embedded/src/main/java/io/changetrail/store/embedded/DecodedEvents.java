// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store.embedded;

import io.changetrail.model.AuditEvent;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Events that were read lately: during an incident everybody asks about the same hours, and to
 * decode an event takes several times as long as to read its row. An event counts as known only if
 * its row still holds what it was decoded from, so nothing has to be told of changes.
 */
final class DecodedEvents {
  /** Enough for some thousands of events. */
  static final int USUAL_BYTES = 4 << 20;

  private record Known(byte[] body, byte @Nullable [] personal, AuditEvent event) {
    int bytes() {
      return body.length + (personal == null ? 0 : personal.length);
    }
  }

  private final Map<Long, Known> lately = new LinkedHashMap<>(16, 0.75f, true);
  private final int mostBytes;
  private int bytes;

  /**
   * @param mostBytes how much is kept, as it lies in the file; in memory it is some ten times as
   *     much
   */
  DecodedEvents(int mostBytes) {
    this.mostBytes = mostBytes;
  }

  synchronized Optional<AuditEvent> find(Events.Row row) {
    Known known = lately.get(row.seq());
    return known != null
            && Arrays.equals(known.body(), row.body())
            && Arrays.equals(known.personal(), row.personal())
        ? Optional.of(known.event())
        : Optional.empty();
  }

  synchronized void put(Events.Row row, AuditEvent event) {
    Known known = new Known(row.body(), row.personal(), event);
    Known before = lately.put(row.seq(), known);
    bytes += known.bytes() - (before == null ? 0 : before.bytes());
    Iterator<Known> eldest = lately.values().iterator();
    while (bytes > mostBytes && eldest.hasNext()) {
      bytes -= eldest.next().bytes();
      eldest.remove();
    }
  }

  /** Nothing of what was erased stays in memory. */
  synchronized void forget() {
    lately.clear();
    bytes = 0;
  }
}
