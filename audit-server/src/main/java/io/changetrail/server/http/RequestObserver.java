// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.http;

import java.time.Duration;

/** Is told of every answer; for metrics, logs and the audit of reads. Must not block. */
public interface RequestObserver {

  /**
   * An answer went out.
   *
   * @param route the route's method and template, or {@code none} where the path has no route
   * @param took from the arrival of the header fields to the end of the answer
   */
  void answered(Caller caller, String route, int status, Duration took);
}
