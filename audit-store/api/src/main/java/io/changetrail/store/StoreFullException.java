// SPDX-License-Identifier: Apache-2.0
package io.changetrail.store;

/** No space is left for new events. Nothing of the batch was stored; retry when space was freed. */
public final class StoreFullException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public StoreFullException(String message, Throwable cause) {
    super(message, cause);
  }
}
