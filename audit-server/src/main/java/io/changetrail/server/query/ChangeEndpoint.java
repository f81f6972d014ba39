// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.query;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.Target;
import io.changetrail.model.catalogue.Catalogue;
import io.changetrail.model.grouping.ObservedChange;
import io.changetrail.server.catalogue.Catalogues;
import io.changetrail.server.http.Endpoint;
import io.changetrail.server.http.Problem;
import io.changetrail.server.http.Request;
import io.changetrail.server.http.Response;
import io.changetrail.store.AuditStore;
import io.changetrail.store.StoredEvent;
import io.changetrail.store.View;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /v1/changes/{eventId}}: the change that an event observes, with all that observe it.
 */
public final class ChangeEndpoint implements Endpoint {
  private final AuditStore store;
  private final RecordedChanges changes;
  private final Catalogues catalogue;

  private final ChangeLinks links;

  public ChangeEndpoint(
      AuditStore store, RecordedChanges changes, Catalogues catalogue, ChangeLinks links) {
    this.links = links;
    this.store = store;
    this.changes = changes;
    this.catalogue = catalogue;
  }

  @Override
  public Response handle(Request request) {
    request.query().only(List.of());
    String id = request.pathParameter("eventId");
    Catalogue known = catalogue.of(request.caller().tenant());
    StoredEvent event =
        store
            .get(request.scope(), id, View.FOLDED)
            .orElseThrow(
                () ->
                    Problem.notFound(
                            "there is no event of this id, or not within what the credential may"
                                + " read")
                        .asException());
    return changes
        .around(request.scope(), event, environments(event, known), known, request.received())
        .changes()
        .stream()
        .filter(change -> observes(change, id))
        .findFirst()
        .map(change -> Response.json(200, json(change, known)))
        .orElseThrow(
            () ->
                Problem.notFound(
                        "the event is no change of its own: it amends another, or conflicts")
                    .asException());
  }

  private ObjectNode json(ObservedChange change, Catalogue known) {
    ObjectNode json = ChangeJson.of(change, known);
    Map<String, String> filled = links.of(change, known);
    if (!filled.isEmpty()) {
      ObjectNode named = json.putObject("links");
      filled.forEach(named::put);
    }
    return json;
  }

  private static boolean observes(ObservedChange change, String eventId) {
    return change.observations().stream().anyMatch(seen -> seen.eventId().equals(eventId));
  }

  /** All names of the event's environments; {@code null} if it names none. */
  private static @Nullable Set<String> environments(StoredEvent event, Catalogue known) {
    Set<String> names = new LinkedHashSet<>();
    for (Target target : event.event().targets()) {
      target.environmentName().map(known::environmentNames).ifPresent(names::addAll);
    }
    return names.isEmpty() ? null : names;
  }
}
