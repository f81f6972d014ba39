// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.capture;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The annotation {@code kubernetes.io/change-cause}, which stays at an object until somebody writes
 * another: the reason of a change it is only if it came with that change. Not thread-safe.
 *
 * @see <a
 *     href="https://kubernetes.io/docs/reference/labels-annotations-taints/#change-cause">change-cause</a>
 */
final class ChangeCauses {
  private static final String POINTER = "/metadata/annotations/kubernetes.io~1change-cause";
  private static final int MOST = 8192;

  /** What each object said when it was seen last; the empty string if it said nothing. */
  private final Map<String, String> seen = new HashMap<>();

  /** The reason of a change; {@code null} if it has none, or an older one's, or nobody knows. */
  @Nullable String ofChange(String uid, JsonNode object, ObjectChange change) {
    String cause = text(object);
    if (change.after() == null || cause.isBlank()) {
      return null;
    }
    // After a restart it is not known what an object said before.
    String before = change.before() == null ? "" : seen.getOrDefault(uid, cause);
    return before.equals(cause) ? null : cause;
  }

  void seen(String uid, JsonNode object) {
    seen.put(uid, text(object).intern());
  }

  void forget(String uid) {
    seen.remove(uid);
  }

  private static String text(JsonNode object) {
    String cause = object.at(POINTER).asText("");
    return cause.length() > MOST || cause.indexOf(0) >= 0 ? "" : cause;
  }
}
