// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.capture;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.watcher.cluster.ResourceType;
import io.changetrail.watcher.recorded.RecordedState;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Sees every object that is listed or watched, also where nothing that was declared changed. */
public interface Observer {
  /**
   * An object as it is now.
   *
   * @param recordedSince when the state that is recorded of it began
   * @param shipped the event of what changed; {@code null} if nothing did
   */
  void seen(
      ResourceType type, ObjectNode object, Instant recordedSince, @Nullable AuditEvent shipped);

  /** All that was recorded is about to be handed over, anew where it was before. */
  default void recalling() {}

  /** A state that was recorded and is not that of an object, before anything is seen. */
  default void recorded(RecordedState state) {}

  /**
   * An object is gone.
   *
   * @param shipped the event of that
   */
  void gone(ResourceType type, String uid, AuditEvent shipped);

  /** An object as it is now that is not among those that are told of. */
  default void passedOver(ResourceType type, ObjectNode object) {}

  /** An object is gone, and that is not told. */
  default void vanished(ResourceType type, ObjectNode object) {}

  /**
   * All objects of a type were seen or passed over: those with these uids are all there are.
   *
   * @param namespace where there are no others; {@code null} for everywhere
   */
  default void listed(ResourceType type, @Nullable String namespace, Set<String> uids) {}
}
