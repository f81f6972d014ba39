// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store;

import io.changetrail.model.AuditEvent;
import io.changetrail.model.Target;
import java.util.Optional;

/**
 * Names one resource whose state a source keeps: its {@code uid} where it has one, else its whole
 * path.
 *
 * @param key opaque to the store
 */
public record ResourceKey(String source, String key) {

  /** The resource that an event changes, if it names exactly one. */
  public static Optional<ResourceKey> of(AuditEvent event) {
    if (event.targets().size() != 1 || event.targets().get(0).resource() == null) {
      return Optional.empty();
    }
    return of(event.ref().source(), event.targets().get(0));
  }

  /** The resource of a target. */
  public static Optional<ResourceKey> of(String source, Target target) {
    return Optional.ofNullable(target.resource())
        .map(
            resource ->
                new ResourceKey(
                    source,
                    resource.uid() != null
                        ? resource.kind() + "/uid/" + resource.uid()
                        : String.join(
                            "/",
                            resource.kind(),
                            "name",
                            target.cluster() == null ? "" : target.cluster(),
                            target.namespace() == null ? "" : target.namespace(),
                            target.environment() == null ? "" : target.environment(),
                            resource.name())));
  }
}
