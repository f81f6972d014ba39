// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.config;

/** A setting that cannot be used; the message names it, where it came from and the remedy. */
public final class InvalidConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public InvalidConfigException(String message) {
    super(message);
  }

  public InvalidConfigException(String message, Throwable cause) {
    super(message, cause);
  }
}
