// SPDX-License-Identifier: Apache-2.0
package io.changetrail.jenkins.capture;

import io.changetrail.model.EventRef;
import org.jspecify.annotations.Nullable;

/**
 * The Jenkins controller that the events come from.
 *
 * @param instanceId which stays when the controller is renamed or moves; two controllers never
 *     share it, so equal names of jobs never meet
 * @param rootUrl with a slash at its end; {@code null} where the administrator has not set it
 */
public record Controller(String instanceId, @Nullable String rootUrl) {
  public Controller {
    if (instanceId.isBlank() || instanceId.length() > 200) {
      throw new IllegalArgumentException("an instance id has 1 to 200 characters");
    }
  }

  /** The CloudEvents source of all its events. */
  public String source() {
    return "/jenkins/" + instanceId;
  }

  EventRef ref(String id) {
    return new EventRef(source(), id);
  }

  /** The address of a page; {@code null} where the root is not known, or too long to be kept. */
  @Nullable String url(String path) {
    if (rootUrl == null || !(rootUrl.startsWith("https://") || rootUrl.startsWith("http://"))) {
      return null;
    }
    String url = rootUrl + path;
    return url.length() <= 2048 ? url : null;
  }
}
