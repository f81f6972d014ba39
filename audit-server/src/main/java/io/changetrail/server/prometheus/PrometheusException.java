// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.prometheus;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Nothing could be had of a Prometheus server; the message says why, in words for an answer. */
final class PrometheusException extends IOException {
  private static final long serialVersionUID = 1L;

  private final String words;

  PrometheusException(String words) {
    this(words, null);
  }

  PrometheusException(String words, @Nullable Throwable cause) {
    super(words, cause);
    this.words = words;
  }

  String words() {
    return words;
  }
}
