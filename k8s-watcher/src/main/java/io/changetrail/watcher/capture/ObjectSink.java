// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.capture;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.watcher.cluster.ResourceType;
import java.io.IOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Takes what lists and watches of a type bring. */
public interface ObjectSink {
  /**
   * All objects of a type are about to be handed over.
   *
   * @param namespace those of this one; {@code null} for everywhere
   */
  default void listing(ResourceType type, @Nullable String namespace) {}

  /** An object as it is now. */
  void present(ResourceType type, ObjectNode object, Sight sight) throws IOException;

  /** An object is gone. */
  void deleted(ResourceType type, ObjectNode object);

  /**
   * All objects of a type were handed over: those with these uids are all there are.
   *
   * @param namespace where there are no others; {@code null} for everywhere
   */
  void listed(ResourceType type, @Nullable String namespace, Set<String> uids, Sight sight)
      throws IOException;
}
