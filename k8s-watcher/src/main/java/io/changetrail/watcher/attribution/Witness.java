// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.attribution;

import com.fasterxml.jackson.databind.JsonNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.diff.Difference;
import io.changetrail.watcher.cluster.ResourceType;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tells who made a change. */
public interface Witness {
  /**
   * One change, as far as it is known when it is seen.
   *
   * @param since when the state before began
   * @param live whether it is one write that a watch told of; else it may be what several came to
   */
  record Seen(
      ResourceType type,
      JsonNode object,
      List<Difference> differences,
      boolean deleted,
      @Nullable Instant since,
      boolean live) {}

  /** The best that is known now. */
  Attribution attribute(Seen change);

  /** The event was shipped as it is; what is learnt later amends it. */
  void shipped(Seen change, AuditEvent event);
}
