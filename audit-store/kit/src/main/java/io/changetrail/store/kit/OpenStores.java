// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store.kit;

import io.changetrail.store.AuditStore;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One store for each test class. Two test engines run it, and both make instances of it as they
 * like, so it is kept here and closed when the JVM ends.
 */
final class OpenStores {
  private static final Map<Class<?>, AuditStore> OPEN = new ConcurrentHashMap<>();

  static {
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> OPEN.values().forEach(AuditStore::close)));
  }

  private OpenStores() {}

  static AuditStore of(StoreUnderTest test) {
    return OPEN.computeIfAbsent(test.getClass(), ignored -> test.open("shared"));
  }
}
