// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model;

import java.util.Locale;

/** How a change ended. */
public enum Outcome {
  SUCCESS,
  FAILURE,
  ABORTED,
  DENIED,
  /** A start whose finish never came within its limit. */
  UNKNOWN;

  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
