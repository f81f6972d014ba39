// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.answer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.server.http.JsonFields;
import io.changetrail.server.http.Problem;
import io.changetrail.server.http.Request;
import io.changetrail.server.http.Response;
import io.changetrail.server.query.Sight;
import io.changetrail.store.StoredEvent;
import java.util.List;
import java.util.Set;

/** Incidents with their answers, and what people say of them. */
public final class CorrelationEndpoints {
  private static final int MAX_REASON = 4_000;

  private final Correlations correlations;
  private final Correlator correlator;

  public CorrelationEndpoints(Correlations correlations, Correlator correlator) {
    this.correlations = correlations;
    this.correlator = correlator;
  }

  /**
   * {@code POST /v1/correlations}: keeps an anomaly as an incident, so that people can say which
   * change it was. Open to readers, as what they then say is.
   */
  public Response record(Request request) {
    request.query().only(List.of());
    Question question = correlator.question(request);
    Sight sight = new Sight(request.scope(), correlator.catalogue(request.scope().tenant()));
    String environment = question.anomaly().environment();
    if (!sight.ofService(question.anomaly().service())
        || (environment == null
            ? request.scope().environments() != null
            : !sight.ofEnvironment(environment))) {
      throw Problem.field("service", "is not one that the credential may read, in that environment")
          .asException();
    }
    StoredEvent incident =
        correlations.record(request.scope(), request.caller(), question, request.received());
    return Response.json(201, correlations.json(request.scope(), incident, request.received()));
  }

  /** {@code GET /v1/correlations}: the latest incidents. */
  public Response list(Request request) {
    request.query().only(List.of("limit"));
    int limit = request.query().number("limit", 1, 100, 20);
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ArrayNode list = json.putArray("correlations");
    correlations
        .latest(request.scope(), limit)
        .forEach(incident -> list.add(correlations.line(request.scope(), incident)));
    return Response.json(200, json);
  }

  /** {@code GET /v1/correlations/{id}}: an incident with its answer. */
  public Response one(Request request) {
    request.query().only(List.of());
    return Response.json(
        200,
        correlations.json(request.scope(), correlations.incident(request), request.received()));
  }

  /**
   * {@code POST /v1/correlations/{id}/feedback}: it was this one, or it was not. Open to readers:
   * whoever is on call has that right, and what they say is an event with their name.
   */
  public Response feedback(Request request) {
    request.query().only(List.of());
    StoredEvent incident = correlations.incident(request);
    JsonFields fields = JsonFields.ofBody(request.body());
    fields.only(Set.of("change", "cause", "reason"));
    JsonNode cause = fields.node().path("cause");
    if (!cause.isBoolean()) {
      throw Problem.field("cause", "is required: true if it was this change, false if it was not")
          .asException();
    }
    String reason = fields.optionalText("reason");
    if (reason != null && reason.length() > MAX_REASON) {
      throw Problem.field("reason", "is longer than " + MAX_REASON + " characters").asException();
    }
    Feedback.Judgement judgement =
        new Feedback.Judgement(
            fields.text("change"),
            cause.booleanValue(),
            reason == null || reason.isBlank() ? null : reason);
    if (!correlations.judge(
        request.scope(), request.caller(), incident, judgement, request.received())) {
      throw Problem.field(
              "change", "is not the id of a change that you can see; take it from the suspects")
          .asException();
    }
    return Response.json(200, correlations.json(request.scope(), incident, request.received()));
  }
}
