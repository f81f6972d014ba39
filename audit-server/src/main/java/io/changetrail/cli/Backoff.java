// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How long to wait before the next attempt: twice as long each time, up to half a minute, and never
 * exactly, so that the clients of a server that restarts do not all come back at once.
 */
final class Backoff {
  private static final long FIRST = 250;
  private static final long LONGEST = 30_000;

  private long milliseconds = FIRST;

  Duration next() {
    long most = milliseconds;
    milliseconds = Math.min(LONGEST, 2 * most);
    return Duration.ofMillis(ThreadLocalRandom.current().nextLong(most / 2, most + 1));
  }

  /** It worked: begin anew. */
  void reset() {
    milliseconds = FIRST;
  }
}
