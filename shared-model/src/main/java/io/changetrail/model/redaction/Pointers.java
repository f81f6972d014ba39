// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.redaction;

import java.util.ArrayList;
import java.util.List;

/**
 * JSON Pointers and their segments.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6901">RFC 6901</a>
 */
final class Pointers {
  private Pointers() {}

  /** The segments; of what is no pointer, the parts between its slashes. */
  static List<String> segments(String pointer) {
    if (pointer.isEmpty()) {
      return List.of();
    }
    List<String> segments = new ArrayList<>();
    String parts = pointer.charAt(0) == '/' ? pointer.substring(1) : pointer;
    for (String segment : parts.split("/", -1)) {
      segments.add(segment.replace("~1", "/").replace("~0", "~"));
    }
    return segments;
  }

  static String of(Iterable<String> segments) {
    StringBuilder pointer = new StringBuilder();
    for (String segment : segments) {
      pointer.append('/').append(segment.replace("~", "~0").replace("/", "~1"));
    }
    return pointer.toString();
  }
}
