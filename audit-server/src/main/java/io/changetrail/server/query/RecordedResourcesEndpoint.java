// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.query;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.Resource;
import io.changetrail.model.Target;
import io.changetrail.model.content.CanonicalJson;
import io.changetrail.server.http.Endpoint;
import io.changetrail.server.http.Parameters;
import io.changetrail.server.http.Problem;
import io.changetrail.server.http.Request;
import io.changetrail.server.http.Response;
import io.changetrail.store.AuditStore;
import io.changetrail.store.ResourceKey;
import io.changetrail.store.ResourceState;
import io.changetrail.store.Scope;
import io.changetrail.store.View;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * {@code GET /v1/resources}: the states that a source has recorded, for that source alone: what it
 * compares with what it sees when it starts, and when an event of it was superseded. Of a single
 * one also the event that brought the state, so that a source which keeps nothing itself can go on
 * with what it began.
 */
public final class RecordedResourcesEndpoint implements Endpoint {
  /** A page ends behind the state that reaches it; a state may have 1.5 MB. */
  private static final int PAGE_BYTES = 8 << 20;

  /** A state may begin a little later than now, by the clock of its source. */
  private static final Duration AHEAD = Duration.ofDays(1);

  private final AuditStore store;

  public RecordedResourcesEndpoint(AuditStore store) {
    this.store = store;
  }

  @Override
  public Response handle(Request request) {
    Parameters parameters = request.query();
    parameters.only(List.of("source", "kind", "uid", "cursor", "limit"));
    String source = parameters.required("source");
    if (!request.caller().maySendFor(source)) {
      throw Problem.field(
              "source",
              "is not one that the credential '" + request.caller().name() + "' may send for")
          .asException();
    }
    int limit = parameters.number("limit", 1, AuditStore.MAX_PAGE, 500);
    return parameters.one("uid").isPresent()
        ? one(request, source, parameters.required("kind"), parameters.required("uid"))
        : page(request, source, parameters.one("cursor").orElse(""), limit);
  }

  private Response one(Request request, String source, String kind, String uid) {
    Target target = new Target(null, null, null, null, null, new Resource(kind, uid, uid));
    List<ResourceState> found =
        ResourceKey.of(source, target)
            .flatMap(
                key ->
                    store.state(
                        Scope.of(request.caller().tenant()), key, request.received().plus(AHEAD)))
            .filter(state -> state.state() != null)
            .stream()
            .toList();
    ObjectNode answer = answer(request, found, found.size() + 1);
    if (answer.at("/resources/0") instanceof ObjectNode resource) {
      String eventId = found.get(0).eventId();
      Optional.ofNullable(eventId)
          .flatMap(id -> store.get(Scope.of(request.caller().tenant()), id, View.FOLDED))
          .ifPresent(event -> resource.set("event", EventJson.of(event)));
    }
    return Response.json(200, answer);
  }

  private Response page(Request request, String source, String after, int limit) {
    return Response.json(
        200,
        answer(request, store.resources(request.caller().tenant(), source, after, limit), limit));
  }

  private static ObjectNode answer(Request request, List<ResourceState> page, int limit) {
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    ArrayNode resources = answer.putArray("resources");
    int bytes = 0;
    int passed = 0;
    for (; passed < page.size() && bytes < PAGE_BYTES; passed++) {
      ResourceState resource = page.get(passed);
      if (request.caller().vetting().covers(resource.target())) {
        ObjectNode json = json(resource);
        resources.add(json);
        bytes += CanonicalJson.bytes(json).length;
      }
    }
    boolean more = passed < page.size() || page.size() == limit;
    answer.put("nextCursor", more ? page.get(passed - 1).key().key() : null);
    return answer;
  }

  private static ObjectNode json(ResourceState resource) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.set("target", EventJson.of(resource.target()));
    json.put("since", resource.since().toString());
    json.put("hash", resource.hash());
    json.set("state", resource.state());
    return json;
  }
}
