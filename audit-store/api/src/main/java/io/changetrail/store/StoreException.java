// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store;

/** The store cannot be opened or has failed; the message says what to do. */
public final class StoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public StoreException(String message) {
    super(message);
  }

  public StoreException(String message, Throwable cause) {
    super(message, cause);
  }
}
