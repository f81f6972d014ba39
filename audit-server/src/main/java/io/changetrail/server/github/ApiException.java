// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.github;

import java.io.IOException;
import java.time.Duration;

/** GitHub's API gave no answer that can be used. */
final class ApiException extends IOException {
  private static final long serialVersionUID = 1;

  private final boolean passing;
  private final transient Duration wait;

  private ApiException(String message, boolean passing, Duration wait) {
    super(message);
    this.passing = passing;
    this.wait = wait;
  }

  /** Asking again would give the same: what was asked for is not there, or not for us. */
  static ApiException lasting(String message) {
    return new ApiException(message, false, Duration.ZERO);
  }

  /**
   * Asking again later may help.
   *
   * @param wait at least so long
   */
  static ApiException passing(String message, Duration wait) {
    return new ApiException(message, true, wait);
  }

  boolean isPassing() {
    return passing;
  }

  Duration waiting() {
    return wait;
  }
}
