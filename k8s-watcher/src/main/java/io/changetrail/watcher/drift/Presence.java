// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.drift;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which objects are there, as the watch has told or the cluster has answered. Not thread-safe.
 *
 * <p>An answer may be ahead of the watch, which alone knows who created the object; some objects
 * are never told of by the watch.
 */
final class Presence {
  /** How long a watch may take to tell of an object that the cluster knows. */
  static final Duration WATCH_LAG = Duration.ofSeconds(15);

  private final InstantSource clock;
  private final Map<String, Known> byKey = new HashMap<>();

  /**
   * @param answered when the cluster first said so; {@code null} once the watch has
   */
  private record Known(String uid, @Nullable Instant answered) {}

  Presence(InstantSource clock) {
    this.clock = clock;
  }

  void seen(String key, String uid) {
    byKey.put(key, new Known(uid, null));
  }

  void answered(String key, String uid) {
    byKey.putIfAbsent(key, new Known(uid, clock.instant()));
  }

  /** Whether none is there now: one of the same name may have taken its place. */
  boolean gone(String key, String uid) {
    Known known = byKey.get(key);
    if (known != null && !known.uid().equals(uid)) {
      return false;
    }
    byKey.remove(key);
    return true;
  }

  boolean isKnown(String key) {
    return byKey.containsKey(key);
  }

  /** Whether it is there and the watch has told, or will not tell, of it. */
  boolean isSettled(String key) {
    Known known = byKey.get(key);
    return known != null
        && (known.answered() == null
            || !clock.instant().isBefore(known.answered().plus(WATCH_LAG)));
  }
}
