// SPDX-License-Identifier: Apache-2.0
package io.changetrail.action.shipping;

import io.changetrail.model.AuditEvent;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of the events of a job.
 *
 * @param accepted how many the server has of those that were sent now
 * @param refused how many it will never take as they are
 * @param unsent those that it does not have, without their secrets; the refused too
 * @param trouble what keeps it from having them; {@code null} if nothing does
 */
public record Shipment(
    long accepted, long refused, List<AuditEvent> unsent, @Nullable String trouble) {
  public Shipment {
    unsent = List.copyOf(unsent);
  }

  public boolean isComplete() {
    return unsent.isEmpty();
  }
}
