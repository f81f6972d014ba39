// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store.embedded;

import io.changetrail.model.AuditEvent;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Events that were read lately: during an incident everybody asks about the same hours, and to
 * decode an event takes several times as long as to read its row. An event counts as known only if
 * its row still holds what it was decoded from, so nothing has to be told of changes.
 *
 * <p>What is read once, as by a walk over months, is not kept: it would push out what is asked for
 * again, and each collection of garbage would copy it. Only the second reading counts, as in 2Q
 * (Johnson and Shasha, VLDB 1994).
 */
final class DecodedEvents {
  /** Enough for some thousands of events. */
  static final int USUAL_BYTES = 4 << 20;

  private record Known(byte[] body, byte @Nullable [] personal, AuditEvent event) {
    int bytes() {
      return body.length + (personal == null ? 0 : personal.length);
    }
  }

  /** Of so many that were read once it is remembered that they were. */
  private static final int MOST_ONCE = 20_000;

  private final Map<Long, Known> lately = new LinkedHashMap<>(16, 0.75f, true);

  /** The seqs of events that were read once, oldest first. */
  private final Set<Long> once = new LinkedHashSet<>();

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

  /** Keeps the event if it was read before, unless it alone is larger than all that may be kept. */
  synchronized void put(Events.Row row, AuditEvent event) {
    Known known = new Known(row.body(), row.personal(), event);
    if (known.bytes() > mostBytes || (!lately.containsKey(row.seq()) && !isReadAgain(row.seq()))) {
      return;
    }
    Known before = lately.put(row.seq(), known);
    bytes += known.bytes() - (before == null ? 0 : before.bytes());
    Iterator<Known> eldest = lately.values().iterator();
    while (bytes > mostBytes && eldest.hasNext()) {
      bytes -= eldest.next().bytes();
      eldest.remove();
    }
  }

  private boolean isReadAgain(long seq) {
    if (once.remove(seq)) {
      return true;
    }
    once.add(seq);
    if (once.size() > MOST_ONCE) {
      Iterator<Long> eldest = once.iterator();
      eldest.next();
      eldest.remove();
    }
    return false;
  }

  /** Nothing of what was erased stays in memory. */
  synchronized void forget() {
    lately.clear();
    bytes = 0;
  }
}
