// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.http;

/**
 * Which threads answer a route. Each lane has threads and a bounded queue of its own, so that a
 * flood in one does not stop the others.
 */
public enum Lane {
  /** The thread that read the request: for answers that neither block nor take long. */
  DIRECT,
  INGEST,
  READ,
  /** A thread for as long as the answer lasts: streams and backups. */
  STREAM
}
