// SPDX-License-Identifier: Apache-2.0
package io.changetrail.watcher.cluster;

import java.io.IOException;

/** The API refused a request. */
public final class ClusterException extends IOException {
  private static final long serialVersionUID = 1L;

  private final int status;

  ClusterException(int status, String message) {
    super(message);
    this.status = status;
  }

  /** The HTTP status. */
  public int status() {
    return status;
  }

  /** The resource version is too old: what happened since is known by a new list only. */
  public boolean isGone() {
    return status == 410;
  }

  /** There is no such object or type. */
  public boolean isNotFound() {
    return status == 404;
  }

  /** RBAC does not allow it. */
  public boolean isForbidden() {
    return status == 403;
  }

  /** The credential is not one that the API knows. */
  boolean isUnauthorized() {
    return status == 401;
  }

  /** The object was changed by somebody else in between. */
  public boolean isConflict() {
    return status == 409;
  }
}
