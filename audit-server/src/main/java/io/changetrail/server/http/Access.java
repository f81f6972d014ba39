// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.http;

/** What a {@link Caller} must be allowed to do in order to reach a route. */
public enum Access {
  /** Nothing: health and metrics. */
  PUBLIC,
  /** Nothing by its header fields: the endpoint itself finds the sender by its signature. */
  SIGNED,
  /** Send events. */
  INGEST,
  /** See events, within a scope. */
  READ,
  /** Say which names mean the same. */
  CATALOGUE,
  /** Operate the server. */
  ADMIN
}
