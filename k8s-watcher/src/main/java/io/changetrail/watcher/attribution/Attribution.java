// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.attribution;

import io.changetrail.model.Actor;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Who made a change, and when.
 *
 * @param onBehalfOf whom the actor impersonated, or for whom a tool acted
 * @param time when it happened; {@code null} where nothing tells
 */
public record Attribution(Actor actor, @Nullable Actor onBehalfOf, @Nullable Instant time) {
  /** Nothing tells who it was. */
  public static Attribution unknown() {
    return new Attribution(Actor.unknown(), null, null);
  }
}
