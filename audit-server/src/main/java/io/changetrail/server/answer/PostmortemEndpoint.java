// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.answer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.server.http.Endpoint;
import io.changetrail.server.http.Request;
import io.changetrail.server.http.Response;
import io.changetrail.server.query.LineageEndpoint;
import io.changetrail.store.AuditStore;
import io.changetrail.store.StoredEvent;
import io.changetrail.store.View;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * {@code POST /v1/postmortem}: what a post-mortem needs of an anomaly, out of the same question as
 * {@code /v1/correlate}. As JSON, or as Markdown for who accepts {@code text/markdown}.
 */
public final class PostmortemEndpoint implements Endpoint {
  private static final int MAX_SUSPECTS = 5;

  private final AuditStore store;
  private final Correlator correlator;

  public PostmortemEndpoint(AuditStore store, Correlator correlator) {
    this.store = store;
    this.correlator = correlator;
  }

  @Override
  public Response handle(Request request) {
    request.query().only(List.of());
    ObjectNode postmortem = postmortem(request);
    if (request.headers().joined("accept").contains("text/markdown")) {
      return Response.bytes(
          200,
          "text/markdown; charset=utf-8",
          PostmortemMarkdown.of(postmortem).getBytes(StandardCharsets.UTF_8));
    }
    return Response.json(200, postmortem);
  }

  private ObjectNode postmortem(Request request) {
    Question question = correlator.question(request);
    ObjectNode answer = correlator.answer(request.scope(), question, request.received()).toJson();
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("written", request.received().toString());
    json.put("service", question.anomaly().service());
    question.anomaly().environmentName().ifPresent(name -> json.put("environment", name));
    json.put("alertedAt", question.anomaly().detectedAt().toString());
    for (String part : List.of("verdict", "reason", "onset", "searched")) {
      json.set(part, answer.get(part));
    }
    ArrayNode suspects = json.putArray("suspects");
    List<JsonNode> timeline = new ArrayList<>();
    for (JsonNode suspect : answer.path("suspects")) {
      if (suspects.size() < MAX_SUSPECTS) {
        suspects.add(suspect);
      }
      timeline.add(suspect.path("change"));
    }
    answer.path("excluded").forEach(one -> timeline.add(one.path("change")));
    timeline.sort(Comparator.comparing(change -> change.path("start").asText()));
    json.putArray("timeline").addAll(timeline);
    ArrayNode gaps = json.putArray("gaps");
    answer
        .path("silentSources")
        .forEach(source -> gaps.add("events of " + source.asText() + " are missing"));
    chain(request, answer.at("/suspects/0/change/events"), json.putArray("chain"), gaps);
    return json;
  }

  /** From the commit to what came of it, in order, each with its place in the log. */
  private void chain(Request request, JsonNode ids, ArrayNode chain, ArrayNode gaps) {
    List<StoredEvent> seeds = new ArrayList<>();
    for (JsonNode id : ids) {
      store.get(request.scope(), id.asText(), View.FOLDED).ifPresent(seeds::add);
    }
    if (seeds.isEmpty()) {
      return;
    }
    ObjectNode lineage = LineageEndpoint.chain(store, request.scope(), seeds);
    for (JsonNode step : lineage.path("steps")) {
      JsonNode event = step.path("event");
      JsonNode data = event.at("/data/customData/changetrail");
      ObjectNode entry = chain.addObject();
      entry.set("stage", step.path("stage"));
      entry.set("time", event.path("time"));
      entry.set("summary", data.at("/change/summary"));
      entry.set("actor", data.at("/actor/id"));
      entry.set("eventId", event.path("eventid"));
      entry.set("source", event.path("source"));
      ArrayNode links = entry.putArray("links");
      links(data).forEach(links::add);
      proof(event).ifPresent(leaf -> entry.set("proof", leaf));
    }
    lineage.path("missing").forEach(gaps::add);
  }

  private static Set<String> links(JsonNode data) {
    Set<String> links = new LinkedHashSet<>();
    data.path("urls").forEach(url -> links.add(url.asText()));
    for (String name :
        List.of("vcs.compare.url.full", "cicd.pipeline.run.url.full", "vcs.change.url.full")) {
      if (data.path(name).isTextual()) {
        links.add(data.path(name).asText());
      }
    }
    return links;
  }

  /** The event's leaf in the log; that of an event shown in part only would match nothing. */
  private Optional<ObjectNode> proof(JsonNode event) {
    if (event.path("reduced").asBoolean()) {
      return Optional.empty();
    }
    long seq = Long.parseLong(event.path("seq").asText());
    return store.leaves(seq, 1).stream()
        .filter(leaf -> leaf.seq() == seq)
        .findFirst()
        .map(
            leaf -> JsonNodeFactory.instance.objectNode().put("seq", seq).put("leaf", leaf.hash()));
  }
}
