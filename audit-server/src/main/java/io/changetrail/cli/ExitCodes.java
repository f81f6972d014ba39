// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

import java.util.Map;
import java.util.TreeMap;

/** What the process ends with; scripts rely on these. */
final class ExitCodes {
  static final int OK = 0;

  /** The server (or the data directory) said no, or has nothing of that name. */
  static final int REFUSED = 1;

  /** The command line is wrong: nothing was sent. */
  static final int USAGE = 2;

  static final int UNREACHABLE = 3;

  private ExitCodes() {}

  /** For the help of every command. */
  static Map<String, String> explained() {
    return new TreeMap<>(
        Map.of(
            " " + OK, "it worked",
            " " + REFUSED, "the server said no, or there is no such thing",
            " " + USAGE, "the command line is wrong; nothing was done",
            " " + UNREACHABLE, "the server cannot be reached, or did not answer in time"));
  }
}
