// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.recorded;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.Target;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

/** What was recorded of the objects that one source watches. */
public interface RecordedStates {
  /** Hands over all recorded states, page by page. */
  void forEach(Consumer<RecordedState> taker) throws IOException;

  /** The recorded state of one object. */
  Optional<RecordedState> of(String kind, String uid) throws IOException;

  /** The event that brought the recorded state of an object; empty if that is its first sight. */
  Optional<AuditEvent> lastEvent(String kind, String uid) throws IOException;

  /** Records the state of an object at first sight; one that is recorded already stays. */
  void baseline(Target target, Instant since, ObjectNode state) throws IOException;
}
