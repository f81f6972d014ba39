// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.answer;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.correlation.Anomaly;
import io.changetrail.correlation.Answer;
import io.changetrail.correlation.CandidateChange;
import io.changetrail.correlation.CorrelationEngine;
import io.changetrail.correlation.Excluded;
import io.changetrail.correlation.Factor;
import io.changetrail.correlation.Suspect;
import io.changetrail.correlation.Topology;
import io.changetrail.model.catalogue.Catalogue;
import io.changetrail.model.grouping.ObservedChange;
import io.changetrail.server.http.Endpoint;
import io.changetrail.server.http.Request;
import io.changetrail.server.http.Response;
import io.changetrail.server.query.ChangeJson;
import io.changetrail.server.query.RecordedChanges;
import io.changetrail.server.query.SourceAccount;
import io.changetrail.store.AuditStore;
import io.changetrail.store.SourceStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** {@code POST /v1/correlate}: hand it an anomaly, get the ranked suspects with the evidence. */
public final class CorrelateEndpoint implements Endpoint {
  /** A source with gaps is named in the answer if it reported this recently before the alert. */
  private static final Duration LIVELY = Duration.ofDays(7);

  private final AuditStore store;
  private final RecordedChanges changes;
  private final Supplier<Catalogue> catalogue;
  private final CorrelationEngine engine = new CorrelationEngine();

  public CorrelateEndpoint(
      AuditStore store, RecordedChanges changes, Supplier<Catalogue> catalogue) {
    this.store = store;
    this.changes = changes;
    this.catalogue = catalogue;
  }

  @Override
  public Response handle(Request request) {
    request.query().only(List.of());
    Catalogue known = catalogue.get();
    Question question = Question.parse(request.body(), known, request.received());
    Anomaly anomaly = question.anomaly();
    RecordedChanges.Span span =
        changes.between(
            request.scope(),
            anomaly.window().earliest(),
            anomaly.window().latest(),
            anomaly.environmentName().map(known::environmentNames).orElse(null),
            known,
            request.received());
    List<SourceStatus> sources = store.sources(request.scope());
    Candidates candidates = new Candidates(known, sources);
    Map<String, ObservedChange> observed = new LinkedHashMap<>();
    List<CandidateChange> judged = new ArrayList<>();
    for (ObservedChange change : span.changes()) {
      observed.put(change.id(), change);
      judged.add(candidates.of(change));
    }
    Answer answer =
        engine
            .correlate(anomaly, judged, topology(known), question.series())
            .withSilentSources(doubtful(sources, anomaly, request.received()));
    return Response.json(200, json(answer, observed, known));
  }

  private static Topology topology(Catalogue known) {
    List<Topology.Edge> edges = new ArrayList<>();
    known
        .services()
        .forEach(
            service ->
                known
                    .dependsOn(service.name())
                    .forEach(callee -> edges.add(new Topology.Edge(service.name(), callee))));
    return new Topology(edges);
  }

  /** Sources that are silent or miss events: the cause might be among these. */
  private static List<String> doubtful(List<SourceStatus> sources, Anomaly anomaly, Instant now) {
    return sources.stream()
        .map(source -> SourceAccount.of(source, now))
        .filter(
            account ->
                account.silent() != null
                    || (account.continuity() == SourceAccount.Continuity.GAPS
                        && isLively(account.status(), anomaly)))
        .map(account -> account.status().source())
        .toList();
  }

  private static boolean isLively(SourceStatus source, Anomaly anomaly) {
    Instant last = source.lastIngested();
    return last == null || last.isAfter(anomaly.detectedAt().minus(LIVELY));
  }

  private static ObjectNode json(
      Answer answer, Map<String, ObservedChange> observed, Catalogue known) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("verdict", answer.verdict().wireName());
    json.put("reason", answer.reason());
    json.putObject("onset")
        .put("earliest", answer.onset().interval().earliest().toString())
        .put("latest", answer.onset().interval().latest().toString())
        .put("basis", answer.onset().basis());
    ArrayNode suspects = json.putArray("suspects");
    for (Suspect suspect : answer.suspects()) {
      ObjectNode entry = suspects.addObject();
      entry.set("change", change(suspect.change(), observed, known));
      entry.put("score", suspect.score());
      ArrayNode factors = entry.putArray("factors");
      for (Factor factor : suspect.factors()) {
        factors
            .addObject()
            .put("name", factor.name())
            .put("value", factor.value())
            .put("weight", factor.weight())
            .put("reason", factor.reason());
      }
    }
    ArrayNode excluded = json.putArray("excluded");
    for (Excluded one : answer.excluded()) {
      ObjectNode entry = excluded.addObject();
      entry.set("change", change(one.change(), observed, known));
      entry.put("reason", one.reason());
    }
    ObjectNode searched = json.putObject("searched");
    searched.put("from", answer.searched().window().earliest().toString());
    searched.put("to", answer.searched().window().latest().toString());
    searched.put("candidates", answer.searched().candidates());
    ArrayNode services = searched.putArray("services");
    answer.searched().services().forEach(services::add);
    searched.put("series", answer.searched().series());
    ArrayNode silent = json.putArray("silentSources");
    answer.silentSources().forEach(silent::add);
    return json;
  }

  private static ObjectNode change(
      CandidateChange candidate, Map<String, ObservedChange> observed, Catalogue known) {
    return ChangeJson.of(java.util.Objects.requireNonNull(observed.get(candidate.id())), known);
  }
}
