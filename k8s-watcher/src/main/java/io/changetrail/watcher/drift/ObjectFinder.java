// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.drift;

import io.changetrail.model.AuditEvent;
import io.changetrail.watcher.capture.ClusterWatch;
import io.changetrail.watcher.capture.Observer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds objects that as a whole are not as they were declared. */
public interface ObjectFinder extends Observer {
  /** How the ids of its findings begin. */
  String prefix();

  /** All that it finds now, once everything was seen. */
  List<Finding> found(ClusterWatch watch);

  /** Whether a finding that it does not make any longer is over, and not only out of its sight. */
  boolean isOver(String id);

  /** What ended a finding; {@code null} if that was not seen. */
  @Nullable AuditEvent endedBy(String id);
}
