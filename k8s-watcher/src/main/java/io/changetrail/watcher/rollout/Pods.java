// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.rollout;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.watcher.capture.ObjectSink;
import io.changetrail.watcher.capture.Sight;
import io.changetrail.watcher.cluster.ResourceType;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Hands pods to the rollouts that they belong to. */
public record Pods(Rollouts rollouts) implements ObjectSink {
  @Override
  public void present(ResourceType type, ObjectNode object, Sight sight) {
    rollouts.pod(object, false);
  }

  @Override
  public void deleted(ResourceType type, ObjectNode object) {
    rollouts.pod(object, true);
  }

  @Override
  public void listed(ResourceType type, @Nullable String namespace, Set<String> uids, Sight sight) {
    rollouts.podsAre(namespace, uids);
  }
}
