// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store;

import org.jspecify.annotations.Nullable;

/**
 * What became of one event of a batch.
 *
 * @param eventId the event's opaque id; also for duplicates (the one stored first)
 * @param seq its place in the order of the store, from 1; 0 if nothing was stored
 * @param detail for people, where the status needs explaining
 */
public record AppendResult(Status status, String eventId, long seq, @Nullable String detail) {

  /** What became of it. */
  public enum Status {
    /** Stored and durable. */
    ACCEPTED,
    /** The same event with the same content is stored already. */
    DUPLICATE,
    /**
     * Another content is stored under the same source and id. This one is kept apart under an
     * {@code eventId} of its own and flagged.
     */
    CONFLICTING,
    /** The resource's state is not the expected one any more; nothing was stored. */
    SUPERSEDED,
    /** The store could not take this event; {@code detail} says why. */
    REJECTED
  }
}
