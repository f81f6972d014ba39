// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.http;

import java.util.concurrent.atomic.AtomicLong;

/** Memory that requests in flight share. */
final class Budget {
  /**
   * What one JSON value costs as a tree, generously: the node, its entry in the parent and a name.
   */
  private static final int BYTES_PER_VALUE = 96;

  private final long total;
  private final AtomicLong used = new AtomicLong();

  Budget(long total) {
    this.total = total;
  }

  long total() {
    return total;
  }

  long used() {
    return used.get();
  }

  /** Takes a part if it is free. */
  boolean take(long bytes) {
    while (true) {
      long before = used.get();
      if (before + bytes > total) {
        return false;
      }
      if (used.compareAndSet(before, before + bytes)) {
        return true;
      }
    }
  }

  void giveBack(long bytes) {
    used.addAndGet(-bytes);
  }

  /**
   * What a JSON text may take once it is a tree, counted without parsing it: commas, colons and
   * opening brackets outnumber the values. A few bytes such as {@code [[],[],…]} can make megabytes
   * of objects, so the size of the text alone bounds nothing.
   */
  static long weightOfJson(byte[] text) {
    long values = 1;
    for (byte b : text) {
      if (b == ',' || b == ':' || b == '[' || b == '{') {
        values++;
      }
    }
    return text.length + values * BYTES_PER_VALUE;
  }
}
