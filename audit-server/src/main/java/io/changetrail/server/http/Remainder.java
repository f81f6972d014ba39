// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.http;

import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;

/**
 * What a client still sends of a body after its answer. It is read and dropped, within bounds: a
 * connection that is closed with bytes unread is reset, and the reset may overtake the answer.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9112#section-9.6">RFC 9112 §9.6</a>
 */
final class Remainder {
  private final Request request;
  private final Runnable whenGone;
  private final long deadline;
  private long allowed;

  /**
   * The remainder of this request.
   *
   * @param whenGone called once: when all was read, or when it gets too much or takes too long
   */
  Remainder(Request request, Limits limits, Runnable whenGone) {
    this.request = request;
    this.whenGone = whenGone;
    this.allowed = 2L * limits.bodyBytes();
    this.deadline = System.nanoTime() + limits.body().toNanos();
  }

  void drop() {
    while (true) {
      Content.Chunk chunk = request.read();
      if (chunk == null) {
        request.demand(this::drop);
        return;
      }
      allowed -= chunk.remaining();
      boolean gone = chunk.isLast() || Content.Chunk.isFailure(chunk);
      chunk.release();
      if (gone || allowed < 0 || System.nanoTime() > deadline) {
        whenGone.run();
        return;
      }
    }
  }
}
