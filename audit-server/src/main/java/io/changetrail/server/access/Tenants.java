// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.access;

/** Names of tenants. */
public final class Tenants {
  /** The tenant of who runs a server for one organisation only. */
  public static final String DEFAULT = "default";

  private Tenants() {}
}
