// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.query;

import io.changetrail.server.http.Endpoint;
import io.changetrail.server.http.Problem;
import io.changetrail.server.http.Request;
import io.changetrail.server.http.Response;
import io.changetrail.store.AuditStore;
import io.changetrail.store.View;
import java.util.List;

/** {@code GET /v1/events/{eventId}}. An event out of the reader's scope does not exist for them. */
public final class EventEndpoint implements Endpoint {
  private final AuditStore store;

  public EventEndpoint(AuditStore store) {
    this.store = store;
  }

  @Override
  public Response handle(Request request) {
    request.query().only(List.of("view"));
    View view = EventsEndpoint.choice(request.query(), "view", View.class, View.FOLDED);
    return store
        .get(request.scope(), request.pathParameter("eventId"), view)
        .map(event -> Response.json(200, EventJson.of(event)))
        .orElseThrow(
            () ->
                Problem.notFound(
                        "there is no such event, or not within what the credential may read")
                    .asException());
  }
}
