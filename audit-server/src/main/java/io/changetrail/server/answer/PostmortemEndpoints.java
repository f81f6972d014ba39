// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.answer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.server.http.Problem;
import io.changetrail.server.http.Request;
import io.changetrail.server.http.Response;
import io.changetrail.server.query.LineageEndpoint;
import io.changetrail.store.AuditStore;
import io.changetrail.store.StoredEvent;
import io.changetrail.store.View;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a post-mortem needs, as JSON, or as Markdown for who accepts {@code text/markdown}: the
 * chain of the first suspect with links and proofs, the evidence, the timeline and the gaps.
 */
public final class PostmortemEndpoints {
  private static final int MAX_SUSPECTS = 5;

  private final AuditStore store;
  private final Correlator correlator;
  private final Correlations correlations;

  public PostmortemEndpoints(AuditStore store, Correlator correlator, Correlations correlations) {
    this.store = store;
    this.correlator = correlator;
    this.correlations = correlations;
  }

  /** {@code POST /v1/postmortem}: of the same question as {@code /v1/correlate}. */
  public Response asked(Request request) {
    request.query().only(List.of());
    Question question = correlator.question(request);
    ObjectNode about = about(request);
    about.put("service", question.anomaly().service());
    question.anomaly().environmentName().ifPresent(name -> about.put("environment", name));
    about.put("alertedAt", question.anomaly().detectedAt().toString());
    return report(
        request, about, correlator.answer(request.scope(), question, request.received()).toJson());
  }

  /**
   * {@code GET /v1/correlations/{id}/postmortem}: of an incident, with its stored answer as what
   * people said of it leaves it.
   */
  public Response ofIncident(Request request) {
    request.query().only(List.of());
    ObjectNode incident =
        correlations.json(request.scope(), correlations.incident(request), request.received());
    if (!incident.has("answer")) {
      throw Problem.notFound("the incident names no service, so nothing was answered about it")
          .asException();
    }
    ObjectNode about = about(request);
    about.set("service", incident.at("/services/0"));
    if (!incident.path("environments").isEmpty()) {
      about.set("environment", incident.at("/environments/0"));
    }
    about.set("alertedAt", incident.path("start"));
    ObjectNode known = about.putObject("incident");
    for (String part : List.of("id", "summary", "status", "start", "end")) {
      if (incident.has(part)) {
        known.set(part, incident.get(part));
      }
    }
    about.set("feedback", incident.path("feedback"));
    return report(request, about, incident.get("answer"));
  }

  private static ObjectNode about(Request request) {
    return JsonNodeFactory.instance.objectNode().put("written", request.received().toString());
  }

  private Response report(Request request, ObjectNode postmortem, JsonNode answer) {
    for (String part : List.of("verdict", "reason", "onset", "searched", "excluded")) {
      postmortem.set(part, answer.get(part));
    }
    ArrayNode suspects = postmortem.putArray("suspects");
    List<JsonNode> timeline = new ArrayList<>();
    for (JsonNode suspect : answer.path("suspects")) {
      if (suspects.size() < MAX_SUSPECTS) {
        suspects.add(suspect);
      }
      timeline.add(suspect.path("change"));
    }
    answer.path("excluded").forEach(one -> timeline.add(one.path("change")));
    timeline.sort(Comparator.comparing(change -> Instant.parse(change.path("start").asText())));
    postmortem.putArray("timeline").addAll(timeline);
    ArrayNode gaps = postmortem.putArray("gaps");
    answer
        .path("silentSources")
        .forEach(source -> gaps.add("events of " + source.asText() + " are missing"));
    answer.path("notes").forEach(gaps::add);
    int unlisted = answer.path("moreSuspects").asInt() + answer.path("moreExcluded").asInt();
    if (unlisted > 0) {
      gaps.add(unlisted + " more changes were judged and are not listed here");
    }
    chain(request, answer.at("/suspects/0/change/events"), postmortem.putArray("chain"), gaps);
    if (request.headers().joined("accept").contains("text/markdown")) {
      return Response.bytes(
          200,
          "text/markdown; charset=utf-8",
          PostmortemMarkdown.of(postmortem).getBytes(StandardCharsets.UTF_8));
    }
    return Response.json(200, postmortem);
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
