// SPDX-License-Identifier: Apache-2.0
package io.changetrail.model.catalogue;

/** A catalogue that cannot be used; the message says where and what to do. */
public final class InvalidCatalogueException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  public InvalidCatalogueException(String message) {
    super(message);
  }
}
