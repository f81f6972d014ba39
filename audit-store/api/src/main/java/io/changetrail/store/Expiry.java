// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store;

import io.changetrail.model.ChangeKind;
import java.time.Instant;
import java.util.Map;

/**
 * What may go: per kind of change the instant before which events are deleted.
 *
 * @param before by kind
 * @param otherwise for kinds not in {@code before}
 * @param dryRun count only
 */
public record Expiry(Map<ChangeKind, Instant> before, Instant otherwise, boolean dryRun) {
  public Expiry {
    before = Map.copyOf(before);
  }

  public Instant cutoff(ChangeKind kind) {
    return before.getOrDefault(kind, otherwise);
  }
}
