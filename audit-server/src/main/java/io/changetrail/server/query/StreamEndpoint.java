// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.query;

import io.changetrail.server.catalogue.Catalogues;
import io.changetrail.server.http.Endpoint;
import io.changetrail.server.http.Parameters;
import io.changetrail.server.http.Problem;
import io.changetrail.server.http.Request;
import io.changetrail.server.http.Response;
import io.changetrail.store.AuditStore;
import io.changetrail.store.Matching;
import io.changetrail.store.Query;
import io.changetrail.store.Scope;
import io.changetrail.store.StoredEvent;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/**
 * {@code GET /v1/stream}: events as they are stored, each as sent, in the order of the store.
 * Whoever comes back with the last id that they saw misses none; if the store was restored from a
 * backup that is older, they see what comes from then on.
 *
 * @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html">HTML, server-sent
 *     events</a>
 */
public final class StreamEndpoint implements Endpoint {
  private static final int STEP = 500;

  /** Often enough for proxies, which cut silent connections after a minute. */
  private static final Duration HEARTBEAT = Duration.ofSeconds(15);

  /** Also without a word from {@link Arrivals}: another process may write to the same store. */
  private static final long POLL_MILLISECONDS = 1000;

  /** How long a stream goes on at most after its credential has ended. */
  private static final Duration RECHECK = Duration.ofSeconds(1);

  private final AuditStore store;
  private final Catalogues catalogue;
  private final Arrivals arrivals;
  private final Standing standing;

  /** What somebody may still read. */
  @FunctionalInterface
  public interface Standing {
    /** Empty once the credential was revoked or has expired, or the session has ended. */
    Optional<Scope> now(Request request);
  }

  public StreamEndpoint(
      AuditStore store, Catalogues catalogue, Arrivals arrivals, Standing standing) {
    this.store = store;
    this.catalogue = catalogue;
    this.arrivals = arrivals;
    this.standing = standing;
  }

  @Override
  public Response handle(Request request) {
    Parameters parameters = request.query();
    Filters.only(parameters, "after");
    Query query = Filters.query(parameters, catalogue.of(request.caller().tenant()));
    Optional<String> resume =
        request.headers().one("last-event-id").or(() -> parameters.one("after"));
    long last = store.health().lastSeq();
    // A place that no event has yet is of a store from before a backup was restored.
    long after = resume.map(StreamEndpoint::seq).filter(place -> place < last).orElse(last);
    return Response.stream("text/event-stream", out -> write(out, request, query, after))
        .header("X-Accel-Buffering", "no");
  }

  private static long seq(String text) {
    if (text.matches("\\d{1,18}")) {
      return Long.parseLong(text);
    }
    throw Problem.field("after", "must be the id of an event of this stream: a whole number")
        .asException();
  }

  private void write(OutputStream out, Request request, Query query, long start)
      throws IOException {
    long after = start;
    long beat = System.nanoTime();
    long checked = beat;
    Scope scope = request.scope();
    // At once, so that the reader knows that it is connected; with an id, so that one who loses the
    // connection before the first event misses none either.
    out.write(("retry: 1000\nid: " + after + "\n\n").getBytes(StandardCharsets.UTF_8));
    out.flush();
    try {
      while (!Thread.currentThread().isInterrupted()) {
        if (System.nanoTime() - checked > RECHECK.toNanos()) {
          Optional<Scope> now = standing.now(request);
          if (now.isEmpty()) {
            return; // who comes again is told why
          }
          scope = now.get();
          checked = System.nanoTime();
        }
        NewEvents news = NewEvents.behind(store, scope, after, STEP);
        after = news.upTo();
        for (StoredEvent event : news.events()) {
          if (Matching.matches(query, event.event())) {
            out.write(message(event));
            beat = System.nanoTime();
          }
        }
        if (System.nanoTime() - beat > HEARTBEAT.toNanos()) {
          out.write((": still here\nid: " + after + "\n\n").getBytes(StandardCharsets.UTF_8));
          beat = System.nanoTime();
        }
        out.flush();
        if (news.events().isEmpty()) {
          arrivals.await(after, POLL_MILLISECONDS);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static byte[] message(StoredEvent event) {
    return ("id: " + event.seq() + "\nevent: audit-event\ndata: " + EventJson.of(event) + "\n\n")
        .getBytes(StandardCharsets.UTF_8);
  }
}
