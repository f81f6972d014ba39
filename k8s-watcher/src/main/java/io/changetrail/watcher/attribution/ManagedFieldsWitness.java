// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.attribution;

import io.changetrail.model.AuditEvent;
import java.time.Instant;

/** Knows what the object itself tells: the tool that owns the changed fields. */
public final class ManagedFieldsWitness implements Witness {
  @Override
  public Attribution attribute(Seen change) {
    if (change.deleted()) {
      return Attribution.unknown();
    }
    Instant since = change.since() == null ? Instant.EPOCH : change.since();
    return FieldManagers.of(change.object(), change.differences(), since)
        .map(write -> new Attribution(write.actor(), null, write.time()))
        .orElseGet(Attribution::unknown);
  }

  @Override
  public void shipped(Seen change, AuditEvent event) {}
}
