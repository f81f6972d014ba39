// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.query;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.server.http.Endpoint;
import io.changetrail.server.http.Problem;
import io.changetrail.server.http.Request;
import io.changetrail.server.http.Response;
import io.changetrail.store.AuditStore;
import io.changetrail.store.SourceStatus;
import io.changetrail.store.SourceStatus.Epoch;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * {@code GET /v1/sources}: who reports, since when they were silent, and what of theirs is missing.
 * With {@code silent} only those of which nothing came for longer than that.
 */
public final class SourcesEndpoint implements Endpoint {
  private static final Duration LONGEST = Duration.ofDays(3650);

  private final AuditStore store;

  public SourcesEndpoint(AuditStore store) {
    this.store = store;
  }

  @Override
  public Response handle(Request request) {
    request.query().only(List.of("silent"));
    Instant before =
        request
            .query()
            .one("silent")
            .map(SourcesEndpoint::span)
            .map(request.received()::minus)
            .orElse(null);
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    ArrayNode sources = answer.putArray("sources");
    store.sources(request.scope()).stream()
        .filter(source -> before == null || !heardSince(source, before))
        .forEach(source -> sources.add(json(SourceAccount.of(source, request.received()))));
    return Response.json(200, answer);
  }

  private static Duration span(String text) {
    try {
      Duration span = Duration.parse(text);
      if (!span.isNegative() && span.compareTo(LONGEST) <= 0) {
        return span;
      }
    } catch (DateTimeException e) {
      // As wrong as one out of bounds, with the same remedy.
    }
    throw Problem.field("silent", "must be an ISO 8601 duration such as PT1H, at most 3650 days")
        .asException();
  }

  /** Whether anything came of it since then: an event, or a word on its own sequence. */
  private static boolean heardSince(SourceStatus source, Instant moment) {
    Instant last = source.lastIngested();
    return (last != null && !last.isBefore(moment))
        || source.epochs().stream().anyMatch(epoch -> !epoch.heard().isBefore(moment));
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
