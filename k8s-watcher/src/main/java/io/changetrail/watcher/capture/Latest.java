// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.capture;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was told of last, by a name, and of the names only the latest: what comes after it comes
 * soon. Not thread-safe.
 */
public final class Latest<V> {
  private static final int MOST = 1000;

  private final Map<String, V> byName = new LinkedHashMap<>();

  /** Puts it in the place of what there was of that name, as the newest of all. */
  public void put(String name, V value) {
    byName.remove(name);
    byName.put(name, value);
    if (byName.size() > MOST) {
      byName.remove(byName.keySet().iterator().next());
    }
  }

  /** {@code null} if there is nothing, or no longer. */
  public @Nullable V get(String name) {
    return byName.get(name);
  }
}
