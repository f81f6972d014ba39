// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.query;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.Resource;
import io.changetrail.server.catalogue.Catalogues;
import io.changetrail.server.http.Endpoint;
import io.changetrail.server.http.Parameters;
import io.changetrail.server.http.Problem;
import io.changetrail.server.http.Request;
import io.changetrail.server.http.Response;
import io.changetrail.store.AuditStore;
import io.changetrail.store.AuditStore.Order;
import io.changetrail.store.Field;
import io.changetrail.store.Query;
import io.changetrail.store.Scope;
import io.changetrail.store.StoredEvent;
import io.changetrail.store.View;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * {@code GET /v1/lineage}: the chain around an event, or around everything that the filters find:
 * with a service, an environment and a span it is the chain of an incident.
 */
public final class LineageEndpoint implements Endpoint {
  private static final int MAX_SEEDS = 100;

  private final AuditStore store;
  private final Catalogues catalogue;

  public LineageEndpoint(AuditStore store, Catalogues catalogue) {
    this.store = store;
    this.catalogue = catalogue;
  }

  @Override
  public Response handle(Request request) {
    Parameters parameters = request.query();
    Filters.only(parameters, "event", "flag");
    Optional<String> event = parameters.one("event");
    List<StoredEvent> seeds =
        event.isPresent()
            ? List.of(
                store
                    .get(request.scope(), event.get(), View.FOLDED)
                    .orElseThrow(
                        () ->
                            Problem.notFound("there is no such event to start from").asException()))
            : found(request, parameters);
    Lineage lineage = new Lineage(store, request.scope()).walk(seeds, "start");
    ObjectNode answer = chain(lineage);
    lineage
        .roots(catalogue.of(request.caller().tenant()))
        .ifPresent(
            roots -> {
              answer.set("provenance", roots.toJson());
              ArrayNode missing = answer.putArray("missing");
              roots.missing().forEach(missing::add);
              lineage.cutOff().forEach(missing::add);
            });
    return Response.json(200, answer);
  }

  /** The chain around some events, as {@code GET /v1/lineage} answers it. */
  public static ObjectNode chain(AuditStore store, Scope scope, List<StoredEvent> seeds) {
    return chain(new Lineage(store, scope).walk(seeds, "start"));
  }

  private static ObjectNode chain(Lineage lineage) {
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    ArrayNode steps = answer.putArray("steps");
    for (Lineage.Step step : lineage.steps()) {
      ObjectNode json = steps.addObject();
      json.put("stage", step.stage().name().toLowerCase(Locale.ROOT));
      json.put("relation", step.relation());
      json.set("event", EventJson.of(step.event()));
    }
    ArrayNode edges = answer.putArray("edges");
    for (Lineage.Edge edge : lineage.edges()) {
      edges
          .addObject()
          .put("from", edge.from())
          .put("to", edge.to())
          .put("relation", edge.relation());
    }
    ArrayNode missing = answer.putArray("missing");
    lineage.missing().forEach(missing::add);
    return answer;
  }

  private List<StoredEvent> found(Request request, Parameters parameters) {
    Query query = Filters.query(parameters, catalogue.of(request.caller().tenant()));
    Optional<String> flag = parameters.one("flag");
    if (flag.isPresent()) {
      query = query.where(Field.RESOURCE, Resource.FEATURE_FLAG + "/" + flag.get());
    }
    if (query.equals(Query.all())) {
      throw Problem.field(
              "event",
              "is required, or one of the filters, for example revision, digest, build, flag, or"
                  + " service with environment, from and to")
          .asException();
    }
    return store
        .search(request.scope(), query, View.FOLDED, Order.NEWEST_FIRST, null, MAX_SEEDS)
        .events();
  }
}
