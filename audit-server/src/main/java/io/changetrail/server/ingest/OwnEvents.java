// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.ingest;

import io.changetrail.model.AuditEvent;
import io.changetrail.server.ingest.IngestEndpoint.IngestObserver;
import io.changetrail.store.AppendResult;
import io.changetrail.store.AuditStore;
import io.changetrail.store.NewEvent;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Stores events that this server makes, such as an answer or what a person says on a page. */
public final class OwnEvents {
  private final AuditStore store;
  private final Acceptance acceptance;
  private final IngestObserver ingested;

  public OwnEvents(AuditStore store, Acceptance acceptance, IngestObserver ingested) {
    this.store = store;
    this.acceptance = acceptance;
    this.ingested = ingested;
  }

  /**
   * Stores one; durable on return.
   *
   * @return whether it was not stored before
   */
  public boolean append(String tenant, AuditEvent event, Instant now) {
    AppendResult result =
        store.append(List.of(NewEvent.of(tenant, acceptance.ofOurOwn(event, now), now))).get(0);
    ingested.ingested(Map.of(result.status(), 1), result.seq());
    return result.status() == AppendResult.Status.ACCEPTED;
  }
}
