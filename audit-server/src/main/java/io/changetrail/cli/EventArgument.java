// SPDX-License-Identifier: Apache-2.0
package io.changetrail.cli;

/** The id of an event as somebody typed it. */
final class EventArgument {
  private EventArgument() {}

  /** The id, if it can be one. */
  static String checked(String id) {
    if (!id.matches("[\\w.~-]{1,128}")) {
      throw Failure.usage(
          "'" + id + "' is not the id of an event",
          "take it from the last column of `changetrail query`");
    }
    return id;
  }
}
