// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.http;

import io.changetrail.model.AuditEvent;
import io.changetrail.model.Target;

/** What a credential bears out of that which its holder sends, beyond the source. */
public interface Vetting {
  /** For credentials that say of their holder only what it may send for. */
  Vetting NONE =
      new Vetting() {
        @Override
        public AuditEvent vetted(AuditEvent event) {
          return event;
        }

        @Override
        public boolean covers(Target target) {
          return true;
        }
      };

  /**
   * The event as it may be stored. What the credential does not bear out is marked or taken back;
   * nothing is added otherwise, so that an event that comes again by another credential is the
   * same.
   *
   * @throws io.changetrail.model.InvalidEventException if it may not be stored
   */
  AuditEvent vetted(AuditEvent event);

  /** Whether its holder may read and write recorded states of such a target. */
  boolean covers(Target target);
}
