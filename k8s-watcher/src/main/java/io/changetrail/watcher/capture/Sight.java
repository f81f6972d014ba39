// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.capture;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How an object came to be seen.
 *
 * @param unseenSince up to when everything was seen, where changes in between may have been missed;
 *     {@code null} where the change was seen live, or where nothing is known of the time before
 * @param live whether a watch told of it
 * @param atTheLatest when it had happened, as something else shows; {@code null} if that is only
 *     that it was seen
 */
public record Sight(boolean live, @Nullable Instant unseenSince, @Nullable Instant atTheLatest) {
  static final Sight LIVE = new Sight(true, null, null);

  /** By a list, after a time in which nobody watched. */
  static Sight listed(@Nullable Instant unseenSince) {
    return new Sight(false, unseenSince, null);
  }

  /** Of what happened before something else that is seen. */
  Sight before(Instant other) {
    return new Sight(live, unseenSince, other);
  }
}
