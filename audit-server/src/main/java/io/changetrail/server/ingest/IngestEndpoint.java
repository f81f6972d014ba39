// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.ingest;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.AuditEvent;
import io.changetrail.model.InvalidEventException;
import io.changetrail.model.codec.Decoded;
import io.changetrail.model.codec.ExpectedState;
import io.changetrail.server.http.Endpoint;
import io.changetrail.server.http.Problem;
import io.changetrail.server.http.Request;
import io.changetrail.server.http.Response;
import io.changetrail.store.AppendResult;
import io.changetrail.store.AppendResult.Status;
import io.changetrail.store.AuditStore;
import io.changetrail.store.NewEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /v1/events}: answered once every accepted event is durable. One bad event never
 * blocks the others of its batch.
 */
public final class IngestEndpoint implements Endpoint {
  /** More in one request would hold a thread for too long. */
  static final int MAX_EVENTS = 5000;

  private final AuditStore store;
  private final Acceptance acceptance;
  private final IngestObserver observer;

  public IngestEndpoint(AuditStore store, Acceptance acceptance, IngestObserver observer) {
    this.store = store;
    this.acceptance = acceptance;
    this.observer = observer;
  }

  @Override
  public Response handle(Request request) {
    request.query().only(List.of());
    EventDecoding.Received received = EventDecoding.decode(request);
    if (received.entries().size() > MAX_EVENTS) {
      throw Problem.tooLarge(
              "has "
                  + received.entries().size()
                  + " events, a batch has at most "
                  + MAX_EVENTS
                  + "; split it")
          .asException();
    }
    Tally tally = new Tally();
    List<NewEvent> events = new ArrayList<>();
    List<Decoded> appended = new ArrayList<>();
    @Nullable Duration offset = ClockOffset.of(request);
    Instant sent = ClockOffset.sent(request.received(), offset);
    for (Decoded entry : received.entries()) {
      try {
        AuditEvent event = event(entry);
        events.add(
            new NewEvent(
                request.caller().tenant(),
                acceptance.accept(request.caller(), ExpectedState.without(event), sent),
                request.received(),
                offset,
                ExpectedState.of(event).orElse(null)));
        appended.add(entry);
      } catch (InvalidEventException e) {
        if (!received.isBatch()) {
          observer.ingested(Map.of(Status.REJECTED, 1), 0);
          throw e;
        }
        tally.reject(entry, e);
      }
    }
    List<AppendResult> results = events.isEmpty() ? List.of() : store.append(events);
    for (int i = 0; i < results.size(); i++) {
      tally.count(appended.get(i), results.get(i));
    }
    observer.ingested(tally.counts, tally.lastSeq);
    return Response.json(202, tally.answer());
  }

  private static AuditEvent event(Decoded entry) {
    if (entry.event() != null) {
      return entry.event();
    }
    throw entry.error() != null
        ? entry.error()
        : new InvalidEventException("body", "is not an event");
  }

  /** Counts and explains what became of each event. */
  private static final class Tally {
    private final Map<Status, Integer> counts = new EnumMap<>(Status.class);
    private final ArrayNode errors = JsonNodeFactory.instance.arrayNode();
    private long lastSeq;

    void reject(Decoded entry, InvalidEventException why) {
      counts.merge(Status.REJECTED, 1, Integer::sum);
      error(entry, Status.REJECTED, why.getMessage()).put("field", why.field());
    }

    void count(Decoded entry, AppendResult result) {
      counts.merge(result.status(), 1, Integer::sum);
      lastSeq = Math.max(lastSeq, result.seq());
      String detail = result.detail();
      switch (result.status()) {
        case ACCEPTED, DUPLICATE -> {}
        case CONFLICTING ->
            error(
                    entry,
                    Status.CONFLICTING,
                    detail != null
                        ? detail
                        : "another content is stored under this source and id; both are kept, this"
                            + " one is flagged as conflicting. Give each event an id of its own")
                .put("field", "id");
        case SUPERSEDED, REJECTED ->
            error(entry, result.status(), detail != null ? detail : "the store did not take it");
      }
    }

    private ObjectNode error(Decoded entry, Status status, @Nullable String detail) {
      return errors
          .addObject()
          .put("index", entry.index())
          .put("id", entry.id())
          .put("status", status.name().toLowerCase(Locale.ROOT))
          .put("detail", detail);
    }

    ObjectNode answer() {
      ObjectNode answer = JsonNodeFactory.instance.objectNode();
      answer.put("accepted", count(Status.ACCEPTED));
      answer.put("duplicate", count(Status.DUPLICATE));
      answer.put("conflicting", count(Status.CONFLICTING));
      answer.put("rejected", count(Status.REJECTED) + count(Status.SUPERSEDED));
      answer.set("errors", errors);
      return answer;
    }

    private int count(Status status) {
      return counts.getOrDefault(status, 0);
    }
  }

  /** Is told what came in: for metrics, and to wake those who wait for events. */
  @FunctionalInterface
  public interface IngestObserver {
    /**
     * A request was dealt with, and its events are durable.
     *
     * @param lastSeq the highest place given out; 0 if nothing was stored
     */
    void ingested(Map<Status, Integer> counts, long lastSeq);
  }
}
