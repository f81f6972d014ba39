// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store.embedded;

import io.changetrail.model.AuditEvent;

/** What is known of an event without unpacking it. */
final class Flags {
  /** Another content came first under the same source and id. */
  static final int CONFLICT = 1;

  /** It does not have exactly one target. */
  static final int NOT_ONE_TARGET = 2;

  /** It refers to other events. */
  static final int REFERS = 4;

  static final int AMENDMENT = 8;
  static final int AMENDED = 16;

  /** Its fields are all there is of it. Older files do not say so of theirs. */
  static final int NOTHING_UNMAPPED = 32;

  private Flags() {}

  static int of(AuditEvent event, boolean conflict) {
    boolean refers =
        !event.links().causedBy().isEmpty()
            || event.change().rollbackOf() != null
            || event.amends() != null;
    return (conflict ? CONFLICT : 0)
        | (event.targets().size() == 1 ? 0 : NOT_ONE_TARGET)
        | (refers ? REFERS : 0)
        | (event.isAmendment() ? AMENDMENT : 0)
        | (event.unmapped().isEmpty() ? NOTHING_UNMAPPED : 0);
  }

  static boolean has(int flags, int flag) {
    return (flags & flag) != 0;
  }
}
