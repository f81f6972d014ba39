// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.query;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.server.http.Endpoint;
import io.changetrail.server.http.Request;
import io.changetrail.server.http.Response;
import io.changetrail.store.AuditStore;
import io.changetrail.store.SourceStatus;
import io.changetrail.store.SourceStatus.Epoch;
import java.util.List;

/**
 * {@code GET /v1/sources}: who reports, since when they were silent, and what of theirs is missing.
 */
public final class SourcesEndpoint implements Endpoint {
  private final AuditStore store;

  public SourcesEndpoint(AuditStore store) {
    this.store = store;
  }

  @Override
  public Response handle(Request request) {
    request.query().only(List.of());
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    ArrayNode sources = answer.putArray("sources");
    store
        .sources(request.scope())
        .forEach(source -> sources.add(json(SourceAccount.of(source, request.received()))));
    return Response.json(200, answer);
  }

  private static ObjectNode json(SourceAccount account) {
    SourceStatus source = account.status();
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("source", source.source());
    json.put("events", source.events());
    EventJson.put(json, "lastTime", source.lastTime());
    EventJson.put(json, "lastIngested", source.lastIngested());
    EventJson.put(json, "lag", source.lag());
    EventJson.put(json, "clockOffset", source.clockOffset());
    EventJson.put(json, "clockUncertainty", source.clockUncertainty());
    EventJson.put(json, "silentSince", account.silent());
    json.put("continuity", account.continuity().wireName());
    json.put("missing", account.missing());
    json.put("behind", account.behind());
    ArrayNode gaps = json.putArray("gaps");
    for (SourceAccount.Gap gap : account.gaps()) {
      ObjectNode entry = gaps.addObject();
      entry.put("installation", gap.installation()).put("epoch", gap.epoch());
      entry.put("first", gap.first()).put("last", gap.last());
      EventJson.put(entry, "after", gap.after());
      EventJson.put(entry, "before", gap.before());
      EventJson.put(entry, "reason", gap.reason());
      EventJson.put(entry, "lostAt", gap.lostAt());
    }
    ArrayNode epochs = json.putArray("epochs");
    source.epochs().forEach(epoch -> epochs.add(json(epoch)));
    return json;
  }

  private static ObjectNode json(Epoch epoch) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("installation", epoch.installation()).put("epoch", epoch.epoch());
    json.put("first", epoch.first()).put("last", epoch.last());
    json.put("declared", epoch.declared()).put("ended", epoch.ended());
    json.put("heard", epoch.heard().toString());
    EventJson.put(json, "heartbeat", epoch.heartbeat());
    EventJson.put(json, "previousEpoch", epoch.previousEpoch());
    if (epoch.previousLast() != null) {
      json.put("previousLast", epoch.previousLast());
    }
    return json;
  }
}
