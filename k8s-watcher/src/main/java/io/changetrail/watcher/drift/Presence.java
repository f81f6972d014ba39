// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.drift;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which objects are there and which are not, as the watch has told or the cluster has answered. Not
 * thread-safe.
 *
 * <p>An answer may be ahead of the watch, which alone knows who created the object. That one is not
 * there holds until the watch tells of it, so nobody needs to ask again; that one is there is to be
 * asked again where the watch, which would tell of its deletion, does not know it.
 */
final class Presence {
  /** How long a watch may take to tell of an object that the cluster knows. */
  static final Duration WATCH_LAG = Duration.ofSeconds(15);

  private final InstantSource clock;
  private final Map<String, Known> byKey = new HashMap<>();
  private final Set<String> absent = new HashSet<>();

  /**
   * @param answered when the cluster first said so; {@code null} once the watch has
   */
  private record Known(String uid, @Nullable Instant answered) {}

  Presence(InstantSource clock) {
    this.clock = clock;
  }

  void seen(String key, String uid) {
    absent.remove(key);
    byKey.put(key, new Known(uid, null));
  }

  void answered(String key, String uid) {
    Known known = byKey.get(key);
    if (known == null || (known.answered() != null && !known.uid().equals(uid))) {
      byKey.put(key, new Known(uid, clock.instant()));
    }
  }

  /** The cluster has none, unless the watch told of one meanwhile. */
  void answeredAbsent(String key) {
    Known known = byKey.get(key);
    if (known == null || known.answered() != null) {
      byKey.remove(key);
      absent.add(key);
    }
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

  /** Of the objects whose keys begin so, only those with these uids are there. */
  void onlyThese(String prefix, Set<String> uids) {
    byKey
        .entrySet()
        .removeIf(one -> one.getKey().startsWith(prefix) && !uids.contains(one.getValue().uid()));
  }

  /** Forgets all other objects. */
  void keepOnly(Set<String> keys) {
    byKey.keySet().retainAll(keys);
    absent.retainAll(keys);
  }

  /** Whether it is there, so that the cluster need not be asked. */
  boolean isKnown(String key) {
    Known known = byKey.get(key);
    return known != null && (known.answered() == null || !isOld(known.answered()));
  }

  /** Whether it is known not to be there. */
  boolean isAbsent(String key) {
    return absent.contains(key);
  }

  /** Whether it is there and the watch has told, or will not tell, of it. */
  boolean isSettled(String key) {
    Known known = byKey.get(key);
    return known != null && (known.answered() == null || isOld(known.answered()));
  }

  private boolean isOld(Instant answered) {
    return !clock.instant().isBefore(answered.plus(WATCH_LAG));
  }
}
