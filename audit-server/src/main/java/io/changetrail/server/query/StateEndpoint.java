// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.query;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.StateChange;
import io.changetrail.model.catalogue.Catalogue;
import io.changetrail.model.diff.StructuralDiff;
import io.changetrail.server.catalogue.Catalogues;
import io.changetrail.server.http.Endpoint;
import io.changetrail.server.http.Parameters;
import io.changetrail.server.http.Problem;
import io.changetrail.server.http.Request;
import io.changetrail.server.http.Response;
import io.changetrail.store.AuditStore;
import io.changetrail.store.ResourceKey;
import io.changetrail.store.ResourceState;
import io.changetrail.store.Scope;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /v1/state}: what was in force at an instant, rebuilt from events and baselines; with
 * {@code from} also what changed since then.
 */
public final class StateEndpoint implements Endpoint {
  private final AuditStore store;
  private final Catalogues catalogue;

  public StateEndpoint(AuditStore store, Catalogues catalogue) {
    this.store = store;
    this.catalogue = catalogue;
  }

  @Override
  public Response handle(Request request) {
    Parameters parameters = request.query();
    parameters.only(List.of("service", "environment", "at", "from"));
    Catalogue known = catalogue.of(request.caller().tenant());
    String service = parameters.required("service");
    Optional<String> environment = parameters.one("environment");
    Set<String> services = known.serviceNames(service);
    Set<String> environments = environment.map(known::environmentNames).orElse(Set.of());
    Instant at =
        parameters.one("at").map(text -> Filters.moment("at", text)).orElse(request.received());
    Optional<Instant> from = parameters.one("from").map(text -> Filters.moment("from", text));
    if (from.isPresent() && !from.get().isBefore(at)) {
      throw Problem.field("from", "must be before at").asException();
    }
    Map<ResourceKey, ResourceState> now =
        byKey(store.states(request.scope(), services, environments, at));
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    answer.put("service", known.service(service));
    EventJson.put(answer, "environment", environment.map(known::environment).orElse(null));
    answer.put("at", at.toString());
    ArrayNode resources = answer.putArray("resources");
    now.values().forEach(state -> resources.add(json(state)));
    from.ifPresent(
        earlier -> {
          answer.put("from", earlier.toString());
          answer.set("diff", diff(request.scope(), services, environments, earlier, now));
        });
    return Response.json(200, answer);
  }

  private ArrayNode diff(
      Scope scope,
      Set<String> services,
      Set<String> environments,
      Instant earlier,
      Map<ResourceKey, ResourceState> now) {
    Map<ResourceKey, ResourceState> before =
        byKey(store.states(scope, services, environments, earlier));
    Set<ResourceKey> keys = new LinkedHashSet<>(before.keySet());
    keys.addAll(now.keySet());
    ArrayNode diff = JsonNodeFactory.instance.arrayNode();
    for (ResourceKey key : keys) {
      ResourceState old = before.get(key);
      ResourceState current = now.get(key);
      ResourceState either = current != null ? current : old;
      if (either == null || (old != null && current != null && old.hash().equals(current.hash()))) {
        continue;
      }
      StateChange change = StructuralDiff.between(state(old), state(current));
      ObjectNode json = diff.addObject();
      json.put("change", old == null ? "added" : current == null ? "removed" : "changed");
      json.put("source", key.source());
      json.set("target", EventJson.of(either.target()));
      json.put("summary", StructuralDiff.summary(change));
      json.set("patch", change.patch());
      if (change.before() != null) {
        json.set("before", change.before());
      }
      if (change.after() != null) {
        json.set("after", change.after());
      }
    }
    return diff;
  }

  private static @Nullable JsonNode state(@Nullable ResourceState resource) {
    return resource == null ? null : resource.state();
  }

  private static Map<ResourceKey, ResourceState> byKey(List<ResourceState> states) {
    Map<ResourceKey, ResourceState> byKey = new LinkedHashMap<>();
    states.forEach(state -> byKey.put(state.key(), state));
    return byKey;
  }

  private static ObjectNode json(ResourceState resource) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("source", resource.key().source());
    json.set("target", EventJson.of(resource.target()));
    json.put("since", resource.since().toString());
    json.put("hash", resource.hash());
    json.set("state", resource.state());
    EventJson.put(json, "eventId", resource.eventId());
    return json;
  }
}
