// SPDX-License-Identifier: Apache-2.0
package io.changetrail.server.ingest;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.changetrail.model.InvalidEventException;
import io.changetrail.server.http.Endpoint;
import io.changetrail.server.http.JsonFields;
import io.changetrail.server.http.Problem;
import io.changetrail.server.http.Request;
import io.changetrail.server.http.Response;
import io.changetrail.store.AuditStore;
import io.changetrail.store.SourceDeclaration;
import io.changetrail.store.SourceDeclaration.Loss;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * {@code POST /v1/declarations}: what sources say of their own sequences, so that a loss shows even
 * where no later event reveals it. No event, no entry in a timeline; answered once it is durable.
 */
public final class DeclarationsEndpoint implements Endpoint {
  private static final int MAX_DECLARATIONS = 500;

  private final AuditStore store;

  public DeclarationsEndpoint(AuditStore store) {
    this.store = store;
  }

  @Override
  public Response handle(Request request) {
    request.query().only(List.of());
    JsonFields body = JsonFields.ofBody(request.body());
    body.only(Set.of("declarations"));
    if (!body.has("declarations")) {
      throw Problem.field("declarations", "is required: a list").asException();
    }
    List<JsonFields> entries = body.objects("declarations");
    if (entries.size() > MAX_DECLARATIONS) {
      throw Problem.tooLarge(
              "has "
                  + entries.size()
                  + " declarations, a request has at most "
                  + MAX_DECLARATIONS
                  + "; split it")
          .asException();
    }
    List<SourceDeclaration> declarations = new ArrayList<>();
    for (JsonFields entry : entries) {
      SourceDeclaration declaration = declaration(entry);
      if (!request.caller().maySendFor(declaration.source())) {
        throw new InvalidEventException(
            entry.at("source"),
            "is not one that the credential '" + request.caller().name() + "' may send for");
      }
      Acceptance.checkNotOurs(entry.at("source"), declaration.source());
      declarations.add(declaration);
    }
    if (!declarations.isEmpty()) {
      store.declare(request.caller().tenant(), declarations, request.received());
    }
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    return Response.json(200, answer.put("declared", declarations.size()));
  }

  private static SourceDeclaration declaration(JsonFields fields) {
    fields.only(
        Set.of(
            "source",
            "installation",
            "epoch",
            "previousEpoch",
            "previousLast",
            "last",
            "ended",
            "heartbeat",
            "lost"));
    List<Loss> lost = new ArrayList<>();
    for (JsonFields loss : fields.objects("lost")) {
      loss.only(Set.of("first", "last", "reason", "at"));
      lost.add(
          new Loss(
              loss.wholeNumber("first", 0),
              loss.wholeNumber("last", 0),
              loss.text("reason"),
              loss.instant("at")));
    }
    return new SourceDeclaration(
        fields.text("source"),
        fields.text("installation"),
        fields.text("epoch"),
        fields.optionalText("previousEpoch"),
        fields.has("previousLast") ? (Long) fields.wholeNumber("previousLast", 0) : null,
        fields.wholeNumber("last", 0),
        fields.node().path("ended").asBoolean(),
        fields.has("heartbeat") ? fields.duration("heartbeat", Duration.ZERO) : null,
        lost);
  }
}
