// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.http;

import java.time.Duration;

/**
 * What one client, and all of them together, may take of the server.
 *
 * @param bodyBytes one request's body, compressed or not
 * @param headerBytes one request's line and header fields
 * @param memoryBytes what the bodies of all requests in flight may take, decoded, by estimate
 * @param connections open at the same time
 * @param idle how long a connection may be silent
 * @param body how long one body may take to arrive
 * @param ingestThreads threads that store events
 * @param ingestQueue requests that wait for an ingest thread
 * @param readThreads threads that answer queries
 * @param readQueue requests that wait for a read thread
 * @param streams open at the same time
 * @param drain how long requests in flight may take once the server stops
 */
public record Limits(
    int bodyBytes,
    int headerBytes,
    long memoryBytes,
    int connections,
    Duration idle,
    Duration body,
    int ingestThreads,
    int ingestQueue,
    int readThreads,
    int readQueue,
    int streams,
    Duration drain) {

  /** For the memory that this process was given. */
  public static Limits defaults() {
    return new Limits(
        25 << 20, // GitHub delivers as much
        16 << 10,
        Runtime.getRuntime().maxMemory() / 3,
        2_000,
        Duration.ofSeconds(30),
        Duration.ofSeconds(60),
        32,
        512,
        Math.max(8, 2 * Runtime.getRuntime().availableProcessors()),
        256,
        256,
        Duration.ofSeconds(10));
  }

  /** The same with other limits of memory. */
  public Limits with(int maxBodyBytes, long maxMemoryBytes) {
    return new Limits(
        maxBodyBytes,
        headerBytes,
        maxMemoryBytes,
        connections,
        idle,
        body,
        ingestThreads,
        ingestQueue,
        readThreads,
        readQueue,
        streams,
        drain);
  }
}
